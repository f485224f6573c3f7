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
public interface Critic<T, C> {

  /**
   * Criticises one candidate.
   *
   * @param rubric what to judge by; the loop passes the rubric in force
   * @return the critique. A critic that cannot tell returns {@link Critique#undecided}; one that
   *     throws is recorded as undecided, and an attempt with an undecided critique never trains
   */
  Critique critique(T task, C candidate, Verdict verdict, Rubric rubric);
}
