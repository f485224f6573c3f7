package dev.rsi.api;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Rules on attempts: right, wrong, or not to be decided. Field terms: verifier, reward function.
 *
 * <p>A verifier is a lambda over task and candidate. One that judges the candidates of a task
 * against each other, as a majority vote does, overrides {@link #verifyAll}. One that keeps
 * something open from ruling to ruling (a sandbox, a connection), or rules on many attempts at
 * once, gives sessions of its own: {@link #ofSessions}. Candidates come from a model: treat them as
 * hostile input.
 *
 * <p>The loop rules through {@link Session sessions}, on threads of its own: as many at once, and
 * each call within the time, as {@link #calling} says. A call that takes longer is cut, and its
 * attempts are UNDECIDED.
 *
 * <p>Implementations must be thread-safe and should be pure: the loop may ask again on replay.
 *
 * @param <T> task
 * @param <C> candidate
 */
@FunctionalInterface
public interface Verifier<T, C> extends Described {
  /**
   * A verifier that can be told from others: a lambda cannot describe itself.
   *
   * @param description what it is and how it is set, for example {@code "exact sum v2"}; change it
   *     whenever the rule changes, so that no run is resumed under another rule
   * @param verifier does the work
   */
  static <T, C> Verifier<T, C> named(String description, Verifier<? super T, ? super C> verifier) {
    return new NamedVerifier<>(Named.checked(description), verifier);
  }

  /**
   * A verifier that rules in sessions alone.
   *
   * @param description what it is and how it is set, as for {@link #named}
   * @param open opens a session; asked on the thread that will use the session
   */
  static <T, C> Verifier<T, C> ofSessions(
      String description, Supplier<? extends Session<T, C>> open) {
    return new SessionVerifier<>(Named.checked(description), open, false);
  }

  /**
   * A verifier that only measures: how good a candidate is, and no line between right and wrong. It
   * {@link #measures}, so a loop reads mean scores where it would read the share that passed. Field
   * terms: metric, reward function, objective.
   *
   * @param description what is measured and how, for example {@code "hit rate less cost v1"}, as
   *     for {@link #named}
   * @param metric in [0, 1], 1 for the best there could be. A metric of another range is scaled by
   *     whoever writes it, as only he knows its bounds. NaN, what is out of range and what it
   *     throws are UNDECIDED, as of any verifier that breaks: a number made up in their place would
   *     train
   */
  static <T, C> Verifier<T, C> measuring(
      String description, ToDoubleBiFunction<? super T, ? super C> metric) {
    return new MeasuringVerifier<>(Named.checked(description), metric);
  }

  /**
   * A verifier that only measures, in sessions alone.
   *
   * @param description what is measured and how, as for {@link #named}
   * @param open opens a session, as for {@link #ofSessions}; its verdicts are {@link
   *     Verdict#measured}
   */
  static <T, C> Verifier<T, C> measuringInSessions(
      String description, Supplier<? extends Session<T, C>> open) {
    return new SessionVerifier<>(Named.checked(description), open, true);
  }

  /**
   * Rules on one candidate.
   *
   * @return the verdict. A verifier that cannot tell returns {@link Verdict#undecided}; one that
   *     throws is recorded as UNDECIDED, which never counts as wrong and never trains. What it
   *     throws because of an outage should be an {@link RsiException} that is retryable: the loop
   *     asks again until the outage is over
   */
  Verdict verify(T task, C candidate);

  /**
   * Rules on all candidates of one task. The default asks {@link #verify} for each and turns what
   * it throws into UNDECIDED for that candidate alone; what is {@linkplain RsiException#retryable
   * retryable} it throws on.
   *
   * @param candidates the candidates of the task in order; never empty
   * @return one verdict per candidate, in the same order
   */
  default List<Verdict> verifyAll(T task, List<? extends C> candidates) {
    List<Verdict> verdicts = new ArrayList<>(candidates.size());
    for (C candidate : candidates) {
      @Nullable Verdict verdict;
      try {
        verdict = verify(task, candidate);
      } catch (CancelledException e) {
        throw e;
      } catch (Throwable e) {
        verdict = Verdict.broken("verifier", PartException.ofOne(e));
      }
      verdicts.add(verdict == null ? Verdict.undecided("the verifier returned null") : verdict);
    }
    return verdicts;
  }

  /**
   * Opens a session. The default session asks {@link #verifyAll} for one task after another.
   *
   * @return a session that the caller closes
   */
  default Session<T, C> open() {
    return new LambdaVerifierSession<>(this);
  }

  /** How the loop may call this verifier. By default {@link Calls#DEFAULT}. */
  default Calls calling() {
    return Calls.DEFAULT;
  }

  /**
   * The most tokens, read and written, that ruling on one attempt may cost: what a budget of tokens
   * or money sets aside for it. The same every time.
   *
   * @return 0, the default, if no model is asked
   */
  default int maxTokens() {
    return 0;
  }

  /**
   * The most money that ruling on one attempt may be charged for, where it says what that was: what
   * a budget of money sets aside for it, if its tokens at the budget's price are not more. The same
   * every time.
   *
   * @return zero, the default, if it never says so; 0 or more, with at most 9 decimal places
   */
  default BigDecimal maxMoney() {
    return BigDecimal.ZERO;
  }

  /**
   * Whether its scores are all that counts, as no line divides right from wrong: then a loop reads
   * the mean score of decided attempts where it would read the share that passed, and a lesson
   * weighs what its attempt is worth. The same every time; default false.
   */
  default boolean measures() {
    return false;
  }

  /** This verifier, to be called in another way. */
  default Verifier<T, C> with(Calls calls) {
    return new CalledVerifier<>(this, calls);
  }

  /**
   * A verifier at work. It may own a process, a connection or memory until it is closed. Used by
   * one thread at a time.
   *
   * @param <T> task
   * @param <C> candidate
   */
  @FunctionalInterface
  interface Session<T, C> extends AutoCloseable {

    /**
     * Rules on attempts. The loop uses a session no more that threw, or was cut.
     *
     * @param batch one or more attempts, all with a candidate; those at one task stand together, in
     *     order, and all of them that have a candidate are there
     * @param context says when to stop: when the run is left, or the call has taken too long
     * @return one verdict per attempt, in the same order; anything else, and any exception, makes
     *     all attempts of the batch UNDECIDED
     * @throws CancelledException if the context was cancelled before
     */
    List<Verdict> verify(List<Attempt<T, C>> batch, RunContext context);

    /** Frees what the session owns. Closing twice does nothing. */
    @Override
    default void close() {}
  }
}
