package dev.rsi.api;

import java.math.BigDecimal;
import java.util.List;

/**
 * Says how good a candidate is, and why, against a rubric. Where the verifier rules on right and
 * wrong, the critic grades among the right ones: its grade weighs a lesson. Field terms: judge,
 * reward model.
 *
 * <p>The loop asks through {@link Session sessions}, on threads of its own: as many at once, and
 * each call within the time, as {@link #calling} says. A call that takes longer is cut, and its
 * attempts have an undecided critique.
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
   *     throws is recorded as undecided, and an attempt with an undecided critique never trains.
   *     What it throws because of an outage should be an {@link RsiException} that is retryable:
   *     the loop asks again until the outage is over
   */
  Critique critique(T task, C candidate, Verdict verdict, Rubric rubric);

  /**
   * Opens a session. The default session asks {@link #critique} for one attempt after another.
   *
   * @return a session that the caller closes
   */
  default Session<T, C> open() {
    return new LambdaCriticSession<>(this);
  }

  /** How the loop may call this critic. By default {@link Calls#DEFAULT}. */
  default Calls calling() {
    return Calls.DEFAULT;
  }

  /**
   * Whether attempts that failed are criticised, too. Their critiques are recorded, and are given
   * to a trainer that {@linkplain Trainer#learnsFrom learns from} attempts; a failed attempt never
   * becomes a lesson.
   *
   * @return by default false
   */
  default boolean asksFailures() {
    return false;
  }

  /**
   * The most tokens, read and written, that criticising one attempt may cost: what a budget of
   * tokens or money sets aside for it. The same every time.
   *
   * @return 0, the default, if no model is asked
   */
  default int maxTokens() {
    return 0;
  }

  /**
   * The most money that criticising one attempt may be charged for, where it says what that was:
   * what a budget of money sets aside for it, if its tokens at the budget's price are not more. The
   * same every time.
   *
   * @return zero, the default, if it never says so; 0 or more, with at most 9 decimal places
   */
  default BigDecimal maxMoney() {
    return BigDecimal.ZERO;
  }

  /** This critic, to be called in another way. */
  default Critic<T, C> with(Calls calls) {
    return new CalledCritic<>(this, calls, asksFailures());
  }

  /** This critic, asked about attempts that failed as well. */
  default Critic<T, C> askingFailures() {
    return new CalledCritic<>(this, calling(), true);
  }

  /**
   * A critic at work. It may own a connection or memory until it is closed. Used by one thread at a
   * time.
   *
   * @param <T> task
   * @param <C> candidate
   */
  @FunctionalInterface
  interface Session<T, C> extends AutoCloseable {

    /**
     * Criticises attempts. The loop uses a session no more that threw, or was cut.
     *
     * @param batch one or more attempts, all ruled on and with a candidate
     * @param rubric what to judge by; the loop passes the rubric in force
     * @param context says when to stop: when the run is left, or the call has taken too long
     * @return one critique per attempt, in the same order; anything else, and any exception, leaves
     *     all attempts of the batch undecided
     * @throws CancelledException if the context was cancelled before
     */
    List<Critique> criticise(List<Attempt<T, C>> batch, Rubric rubric, RunContext context);

    /** Frees what the session owns. Closing twice does nothing. */
    @Override
    default void close() {}
  }
}
