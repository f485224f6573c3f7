package dev.rsi.api;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a training may use of its run beside the time: the model itself, to try what it makes, and
 * other models, to be asked. Every call is set aside in the budget, counted and recorded. A
 * training that was killed and is done again gets what its calls came to then, and pays for none of
 * them twice, but for those that were under way. Field term: metered client.
 *
 * <p>Calls are told apart by what they ask, and the second of two equal ones by its place: whatever
 * a training asks otherwise when it is done again, as one that draws from the clock does, is called
 * and paid for anew. They are refused beyond what the trainer says that it takes at most ({@link
 * Trainer#maxAttempts}, {@link Trainer#maxTokens}, {@link Trainer#maxMoney}), and once the training
 * has ended.
 *
 * <p>Thread-safe: any thread of a trainer may call. Calls are done one after another, in the order
 * in which they come; what is to be done at once is asked for in one list, which also keeps the
 * order in which it is recorded.
 *
 * @param <T> task
 * @param <C> candidate
 */
public interface TrainingContext<T, C> extends RunContext {

  /**
   * Has a draft of the model attempt tasks, and its answers ruled on, as in practice: by verifier
   * and critic. Field term: rollout on a minibatch.
   *
   * @param draft where the model's files lie that attempts: a directory in the request's work
   *     directory, whose files stay as they are meanwhile, or the {@linkplain TrainingRequest#base
   *     base version's}
   * @param requests tasks of the request's lessons and attempts alone, any number of times: any
   *     other may be held out, as a probe or for the exam
   * @return an attempt for each, in the same order; one that failed is UNDECIDED and throws nothing
   * @throws CancelledException if the training should end
   * @throws RsiException if the draft cannot be loaded or lies elsewhere, a task is none that was
   *     given, or it is more than the trainer says that it takes
   */
  List<Attempt<T, C>> attempt(Path draft, List<Request<T>> requests);

  /**
   * Asks another model, with as many calls at once as the caller allows. What the caller throws and
   * calls {@linkplain RsiException#retryable retryable}, or what takes too long, is asked again
   * until the outage is over, as with every part.
   *
   * @param requests what is asked, the whole of it: it tells calls apart, so it names the model
   *     where several are asked. Of each a SHA-256 is recorded
   * @param maxTokens the most tokens that one call reads and writes, 0 or more: so many are set
   *     aside for each
   * @param caller makes a call
   * @return a reply to each, in the same order
   * @throws CancelledException if the training should end
   * @throws RsiException if it is more than the trainer says that it takes, or a call used more
   *     than {@code maxTokens}, or was charged more than the caller says
   * @throws RuntimeException what the caller throws and is not retryable; replies to others are
   *     kept, and recalled if they are asked for again when the training is done again
   */
  List<Reply> ask(List<String> requests, int maxTokens, Caller caller);

  /**
   * Asks another model once.
   *
   * @see #ask(List, int, Caller)
   */
  default Reply ask(String request, int maxTokens, Caller caller) {
    return ask(List.of(request), maxTokens, caller).get(0);
  }

  /**
   * Calls another model. Thread-safe if {@link #calling} allows several calls at once; called on
   * threads of the loop.
   */
  @FunctionalInterface
  interface Caller {
    /** How a caller is called that does not say: one call at once, within ten minutes. */
    Calls CALLING = Calls.DEFAULT.limit(Duration.ofMinutes(10));

    /**
     * Makes one call.
     *
     * @param maxTokens the most tokens that it may read and write
     * @param context says when to end; an interrupt says so, too
     * @return what the model said, and what that took
     * @throws RsiException if it failed, retryable where the same call may succeed later
     */
    Reply call(String request, int maxTokens, RunContext context);

    /**
     * The most money that one call may be charged for, if its replies say what that was.
     *
     * @return zero, the default, if they never say so; 0 or more, with at most 9 decimal places
     */
    default BigDecimal maxMoney() {
      return BigDecimal.ZERO;
    }

    /**
     * How it may be called: {@link Calls#parallel} says how many calls may be under way at once.
     * One call is one request, whatever {@link Calls#batch} says.
     */
    default Calls calling() {
      return CALLING;
    }

    /** This caller, to be called in another way: {@code with(calling().parallel(8))}. */
    default Caller with(Calls calls) {
      return new CalledCaller(this, calls);
    }
  }

  /**
   * A context for a training outside a loop: cancelled by an interrupt of the asking thread, it
   * asks other models one call after another, counts and records nothing, and runs no model.
   */
  static <T, C> TrainingContext<T, C> standalone() {
    return of(RunContext.standalone());
  }

  /** The same, cancelled by another context. */
  static <T, C> TrainingContext<T, C> of(RunContext context) {
    return new StandaloneTraining<>(context, null, null);
  }

  /**
   * The same, which also runs the model.
   *
   * @param context says when to end
   * @param generator opens drafts
   * @param verifier rules on their answers; there is no critic
   */
  static <T, C> TrainingContext<T, C> of(
      RunContext context, Generator<T, C> generator, Verifier<? super T, ? super C> verifier) {
    return new StandaloneTraining<>(context, generator, verifier);
  }
}
