package dev.rsi.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * A clock that moves only when told. Thread-safe; clocks made by {@link #withZone} show the same
 * time and move with it.
 */
public final class ManualClock extends Clock {
  /** What clocks of all zones share. */
  private static final class Hands {
    private Instant now;

    Hands(Instant now) {
      this.now = now;
    }

    synchronized void advance(Duration duration) {
      now = now.plus(duration);
    }

    synchronized Instant now() {
      return now;
    }
  }

  private final Hands hands;
  private final ZoneId zone;

  private ManualClock(Hands hands, ZoneId zone) {
    this.hands = hands;
    this.zone = zone;
  }

  /** A clock that stands at an instant, in UTC. */
  public static ManualClock at(Instant instant) {
    return new ManualClock(new Hands(instant), ZoneOffset.UTC);
  }

  /**
   * A clock that stands at 2000-01-01T00:00:00Z: an instant that no test takes for the real now.
   */
  public static ManualClock create() {
    return at(Instant.parse("2000-01-01T00:00:00Z"));
  }

  /** Moves on, or back if the duration is negative, as clocks of real machines sometimes do. */
  public ManualClock advance(Duration duration) {
    hands.advance(duration);
    return this;
  }

  @Override
  public Instant instant() {
    return hands.now();
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  @Override
  public ManualClock withZone(ZoneId newZone) {
    return new ManualClock(hands, newZone);
  }
}
