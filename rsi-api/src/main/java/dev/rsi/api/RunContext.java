package dev.rsi.api;

/**
 * What a running call may know of the run: whether to stop. It gives no way to the gate, the
 * budget, the probes, the store or the live version. Field term: cancellation token.
 *
 * <p>Thread-safe.
 */
public interface RunContext {

  /** Whether the call should end now: the run was stopped, its time is up or it was interrupted. */
  boolean cancelled();

  /**
   * Says how far a long call has come, for people. Cheap; may be called at every step.
   *
   * @param done how much is done, from 0 to {@code total}
   * @param total how much there is
   */
  void progress(long done, long total);

  /**
   * To be called at every step of a long call.
   *
   * @throws CancelledException if {@link #cancelled()}
   */
  default void checkActive() {
    if (cancelled()) {
      throw new CancelledException("The call was cancelled.");
    }
  }

  /** A context that is cancelled by an interrupt of the calling thread only. */
  static RunContext standalone() {
    return StandaloneContext.INSTANCE;
  }
}
