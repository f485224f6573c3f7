package dev.rsi.testkit;

import dev.rsi.api.RunContext;

/**
 * A context that is cancelled only when told: by {@link #cancel}, or at a chosen check, which stops
 * a call half-way without a second thread. An interrupt does not cancel it. Thread-safe.
 */
public final class ManualContext implements RunContext {
  private long checks;
  private long cancelAt = Long.MAX_VALUE;
  private long done;
  private long total;

  private ManualContext() {}

  /** A context that is not cancelled. */
  public static ManualContext create() {
    return new ManualContext();
  }

  /** Cancels it for good. */
  public synchronized ManualContext cancel() {
    cancelAt = 0;
    return this;
  }

  /**
   * Cancels it for good when it is asked for the n-th time.
   *
   * @param check number of the question, from 1, counted since the context was made
   */
  public synchronized ManualContext cancelAtCheck(long check) {
    cancelAt = check;
    return this;
  }

  /** How often it was asked whether it is cancelled. */
  public synchronized long checks() {
    return checks;
  }

  /** What was last reported as done; 0 at first. */
  public synchronized long done() {
    return done;
  }

  /** What was last reported as the total; 0 at first. */
  public synchronized long total() {
    return total;
  }

  @Override
  public synchronized boolean cancelled() {
    checks++;
    return checks >= cancelAt;
  }

  /**
   * Records the progress.
   *
   * @throws IllegalArgumentException if {@code done} is not in [0, total]
   */
  @Override
  public synchronized void progress(long newDone, long newTotal) {
    if (newDone < 0 || newDone > newTotal) {
      throw new IllegalArgumentException(
          "done (" + newDone + ") must be in [0, total (" + newTotal + ")].");
    }
    done = newDone;
    total = newTotal;
  }
}
