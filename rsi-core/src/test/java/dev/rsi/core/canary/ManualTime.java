package dev.rsi.core.canary;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A time that passes as the test says. */
final class ManualTime implements InstantSource {
  private Instant now = Instant.ofEpochSecond(1_700_000_000);

  void pass(Duration time) {
    now = now.plus(time);
  }

  @Override
  public Instant instant() {
    return now;
  }
}
