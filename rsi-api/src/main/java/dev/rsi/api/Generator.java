package dev.rsi.api;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;

/**
 * A way to run a model: opens stored versions of it and lets them attempt tasks. Field terms:
 * model, policy.
 *
 * <p>Thread-safe: several sessions may be opened and used at once, each by one thread.
 *
 * @param <T> task
 * @param <C> candidate
 */
public interface Generator<T, C> extends Described, AutoCloseable {

  /** How this generator's tasks and candidates are written down. Always the same object. */
  Codec<T, C> codec();

  /**
   * Loads a version.
   *
   * @return a session that the caller closes
   * @throws CorruptModelException if the files are damaged, truncated or of another kind
   * @throws RsiException if the version cannot be loaded for another reason
   */
  Session<T, C> open(ModelVersion version);

  /**
   * The most tokens that one attempt reads and writes together, with any version: what a budget of
   * tokens or money sets aside for it. The same every time.
   *
   * @return 0 or more; {@link Integer#MAX_VALUE}, the default, if that is not known beforehand
   */
  default int maxTokens() {
    return Integer.MAX_VALUE;
  }

  /**
   * The most money that one attempt, with any version, may be charged for, where it says what that
   * was: what a budget of money sets aside for it, if its tokens at the budget's price are not
   * more. The same every time.
   *
   * @return zero, the default, if it never says so; 0 or more, with at most 9 decimal places
   */
  default BigDecimal maxMoney() {
    return BigDecimal.ZERO;
  }

  /**
   * How the loop may call this generator: {@link Calls#parallel} is how many sessions of one
   * version it may have at work at once. They share the requests of a batch, and each output stands
   * at its request's place whoever made it.
   *
   * @return by default one session, and an hour for a call, which is a session's whole share of a
   *     batch: what hangs is cut on the day that it does, and hundreds of long answers of a large
   *     model on a CPU are not
   */
  default Calls calling() {
    return Calls.DEFAULT.limit(Duration.ofHours(1));
  }

  /**
   * Whether its sessions are {@link ScoringSession}s, which can be told before one is open: what
   * reads probabilities asks, and is refused without. The same every time.
   *
   * @return by default false
   */
  default boolean scores() {
    return false;
  }

  /**
   * This generator, to be called in another way: {@code with(calling().parallel(2))} has two
   * sessions at work on every batch.
   */
  default Generator<T, C> with(Calls calls) {
    return new CalledGenerator<>(this, calls);
  }

  /** Releases what sessions share. Sessions still open stay usable. Closing twice does nothing. */
  @Override
  default void close() {}

  /**
   * One loaded version. It may own native memory until it is closed. Used by one thread at a time.
   * A lambda where there is nothing to free.
   *
   * @param <T> task
   * @param <C> candidate
   */
  @FunctionalInterface
  interface Session<T, C> extends AutoCloseable {

    /**
     * Attempts every request.
     *
     * <p>An output depends on the version, the request's task and its seed alone: never on the
     * other requests of the batch, on earlier calls or on the clock. (A backend that computes in
     * floating point may differ in the last bits between batch shapes, and says so.)
     *
     * @param requests any number, also none
     * @return one output per request, in the same order; an attempt that failed is an {@link
     *     Output} that says so and does not fail the batch
     * @throws IllegalStateException if the session is closed
     * @throws CancelledException if {@code context} was cancelled before the batch was complete
     * @throws RsiException if the whole batch failed
     */
    List<Output<C>> generate(List<Request<T>> requests, RunContext context);

    /** Frees the version's memory, if it has any. Closing twice does nothing. */
    @Override
    default void close() {}
  }
}
