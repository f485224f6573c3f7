package dev.rsi.core.internal.calls;

import dev.rsi.api.CancelledException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What a run says to the calls that it waits for, and does meanwhile. It is not what a part is
 * handed: of this the context of a call hands on {@link #cancelled} and {@link #progress} alone.
 */
public interface Watch {

  /** Whether calls should end now. Any thread may ask; it has no effects. */
  boolean cancelled();

  /**
   * Whether the run is to be left after what is under way, which then has as long as one call may
   * take and no longer. It may look at files.
   */
  boolean leaving();

  /** Says how far a call has come, for people. */
  void progress(long done, long total);

  /** To be called now and then by the run's thread while calls are under way; may throw. */
  void tick();

  /**
   * Waits until calls are over, or for a while; to be called by the run's thread.
   *
   * @param over when they are
   * @return whether they are
   */
  default boolean await(CountDownLatch over, long nanos) throws InterruptedException {
    return over.await(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * Ends the wait for calls that should end.
   *
   * @throws CancelledException if {@link #cancelled}
   */
  default void checkActive() {
    if (cancelled()) {
      throw new CancelledException("The call was cancelled.");
    }
  }
}
