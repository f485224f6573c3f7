package dev.rsi.core.internal.spending;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;

/** What a run spends, each in whole units of its own, so that sums are exact. */
public enum Dimension {
  ATTEMPTS,
  TOKENS,
  TRAINING_STEPS,
  /** In nanoseconds. */
  WALL_CLOCK,
  /** In nanoseconds. */
  CPU_TIME,
  /** In billionths. */
  MONEY;

  /** Decimal places of money. */
  public static final int PLACES = 9;

  /** Its name in messages and in the record, where it must stay what it is. */
  public String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** The dimension of a name. */
  public static Dimension of(String words) {
    return valueOf(words.toUpperCase(Locale.ROOT).replace(' ', '_'));
  }

  /**
   * Whether it is counted by what the run's course has done, which is the same each time it is gone
   * over, and not by what was consumed on the way.
   */
  public boolean isOfTheCourse() {
    return this == ATTEMPTS || this == TRAINING_STEPS;
  }

  /** An amount as people write it. */
  public String amount(long units) {
    if (units == Long.MAX_VALUE) {
      return "unlimited";
    }
    return switch (this) {
      case ATTEMPTS, TOKENS, TRAINING_STEPS -> Long.toString(units);
      case WALL_CLOCK, CPU_TIME -> Duration.ofNanos(units).toString();
      case MONEY -> money(units).toPlainString();
    };
  }

  public static BigDecimal money(long units) {
    BigDecimal exact = BigDecimal.valueOf(units, PLACES).stripTrailingZeros();
    return exact.scale() < 0 ? exact.setScale(0) : exact;
  }
}
