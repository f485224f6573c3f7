package dev.rsi.testkit;

import dev.rsi.api.RsiException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The time of a world, and the parts that cannot be reached in it: one of them for a while, or a
 * single call in passing. While a run waits for a part, time passes whenever it looks at the clock,
 * so nobody really waits.
 */
final class SimulatedOutage {
  private static final String[] PARTS = {"generator", "verifier", "critic", "trainer", "judge"};

  /** So often in a row a single call fails in passing, at most; the loop asks five times. */
  private static final int IN_PASSING = 2;

  private final ManualClock time = ManualClock.create();
  private final SplittableRandom chance;
  private final Map<String, Integer> missed = new HashMap<>();
  private String part = "";
  private Instant until = Instant.MIN;
  private boolean waiting;
  private boolean gaveNothing;
  private int outages;
  private int inPassing;

  SimulatedOutage(SplittableRandom chance) {
    this.chance = chance;
  }

  /** The time, which passes while it is looked at where a part is waited for. */
  Instant now(Instant seen) {
    if (!waiting) {
      return seen;
    }
    // Longer than the loop waits before it asks again.
    time.advance(Duration.ofSeconds(chance.nextInt(61, 180)));
    return time.instant();
  }

  /** Time passes between two steps, now and then by hours, also back. */
  Instant pass() {
    boolean jumps = chance.nextInt(2_000) == 0;
    time.advance(
        jumps
            ? Duration.ofHours(chance.nextInt(-24, 48))
            : Duration.ofMillis(chance.nextInt(-5, 100)));
    return time.instant();
  }

  /** From now on a part cannot be reached, for seconds or for hours. */
  void begin() {
    outages++;
    part = PARTS[chance.nextInt(PARTS.length)];
    until = time.instant().plusSeconds(1L << chance.nextInt(15));
  }

  /** Nobody drives the run for a while. */
  void pause() {
    waiting = false;
    time.advance(Duration.ofMinutes(chance.nextInt(1, 600)));
  }

  /** How many there were. */
  int count() {
    return outages;
  }

  /** Whether any call came to nothing, through nobody's fault or for good. */
  boolean wasMissed() {
    return outages > 0 || inPassing > 0 || gaveNothing;
  }

  /**
   * A part is called.
   *
   * @throws RsiException if it cannot be reached
   */
  void call(String called) {
    waiting = false;
    if (isOn(called)) {
      waiting = true;
      String message = "the " + called + " cannot be reached";
      throw chance.nextBoolean()
          ? new RsiException(message, null, true)
          : new RsiException(message, null, Duration.ofSeconds(chance.nextInt(60)));
    }
  }

  /** Whether a part cannot be reached. */
  boolean isOn(String called) {
    return called.equals(part) && time.instant().isBefore(until);
  }

  /** A part gave nothing, and will be waited for. */
  void misses() {
    waiting = true;
    gaveNothing = true;
  }

  /** Whether the call about something fails in passing. */
  boolean misses(String what) {
    int before = missed.getOrDefault(what, 0);
    boolean misses = before < IN_PASSING && chance.nextInt(50) == 0;
    missed.put(what, misses ? before + 1 : 0);
    waiting = misses;
    inPassing += misses ? 1 : 0;
    return misses;
  }
}
