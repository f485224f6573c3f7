package dev.rsi.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a run may spend: a ceiling, not a hint. Before a generation begins, the most that it can
 * spend is reserved; a generation that could pass the ceiling is not begun. The wall clock cancels
 * the generation that it runs out on.
 *
 * <p>Immutable; the setters return changed copies.
 */
public final class Budget {
  private final int generations;
  private final long attempts;
  private final @Nullable Duration wallClock;

  private Budget(int generations, long attempts, @Nullable Duration wallClock) {
    this.generations = generations;
    this.attempts = attempts;
    this.wallClock = wallClock;
  }

  /**
   * A budget of generations, otherwise unlimited.
   *
   * @param generations how many may begin, 1 or more
   */
  public static Budget of(int generations) {
    if (generations < 1) {
      throw new IllegalArgumentException("generations (" + generations + ") must be >= 1.");
    }
    return new Budget(generations, Long.MAX_VALUE, null);
  }

  /**
   * With a ceiling on attempts of any kind: for lessons, for the gate and for the exam.
   *
   * @param most 1 or more
   */
  public Budget attempts(long most) {
    if (most < 1) {
      throw new IllegalArgumentException("attempts (" + most + ") must be >= 1.");
    }
    return new Budget(generations, most, wallClock);
  }

  /**
   * With a ceiling on time, from the call of {@code run}.
   *
   * @param most positive
   */
  public Budget wallClock(Duration most) {
    if (most.isNegative() || most.isZero()) {
      throw new IllegalArgumentException("wallClock (" + most + ") must be positive.");
    }
    return new Budget(generations, attempts, most);
  }

  /** How many generations may begin. */
  public int generations() {
    return generations;
  }

  /** How many attempts may be made; {@link Long#MAX_VALUE} if unlimited. */
  public long attempts() {
    return attempts;
  }

  /** How much time may pass; null if unlimited. */
  public @Nullable Duration wallClock() {
    return wallClock;
  }

  @Override
  public String toString() {
    return generations
        + " generations"
        + (attempts == Long.MAX_VALUE ? "" : ", " + attempts + " attempts")
        + (wallClock == null ? "" : ", " + wallClock);
  }
}
