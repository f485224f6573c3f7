package dev.rsi.api;

/**
 * Says how good a candidate is, and why, against a rubric. Where the verifier rules on right and
 * wrong, the critic grades among the right ones: its grade weighs a lesson.
 *
 * <p>Implementations must be thread-safe.
 *
 * @param <T> task
 * @param <C> candidate
 */
@FunctionalInterface
public interface Critic<T, C> extends Described {
  /**
   * A critic that can be told from others: a lambda cannot describe itself.
   *
   * @param description what it is and how it is set, for example the model and prompt that it asks
   * @param critic does the work
   */
  static <T, C> Critic<T, C> named(String description, Critic<? super T, ? super C> critic) {
    return new NamedCritic<>(Named.checked(description), critic);
  }


  /**
   * Criticises one candidate.
   *
   * @param rubric what to judge by; the loop passes the rubric in force
   * @return the critique. A critic that cannot tell returns {@link Critique#undecided}; one that
   *     throws is recorded as undecided, and an attempt with an undecided critique never trains
   */
  Critique critique(T task, C candidate, Verdict verdict, Rubric rubric);
}
