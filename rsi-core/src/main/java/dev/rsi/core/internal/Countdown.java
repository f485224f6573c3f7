package dev.rsi.core.internal;

import com.google.common.math.LongMath;
import java.time.Clock;
import java.time.Instant;

/**
 * A time that runs out by a clock that may be set: what passed from one look to the next counts, as
 * for a budget. A clock that is set back gives nothing back. Thread-safe.
 */
public final class Countdown {
  private final Clock clock;
  private final long nanos;
  private Instant looked;
  private long passed;

  /**
   * A time that begins now.
   *
   * @param nanos how long, 0 or more
   */
  public Countdown(Clock clock, long nanos) {
    this.clock = clock;
    this.nanos = nanos;
    this.looked = clock.instant();
  }

  /** Whether it has run out. */
  public synchronized boolean isOver() {
    Instant now = clock.instant();
    passed = LongMath.saturatedAdd(passed, Times.nanosBetween(looked, now));
    looked = now;
    return passed >= nanos;
  }
}
