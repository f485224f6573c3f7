package dev.rsi.core.internal.spending;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Locale;

/** Parts of the calendar, as a budget has them. */
public enum Window {
  DAY,
  MONTH;

  /** Whether both days lie in the same one. */
  public boolean unites(LocalDate one, LocalDate other) {
    return switch (this) {
      case DAY -> one.equals(other);
      case MONTH -> YearMonth.from(one).equals(YearMonth.from(other));
    };
  }

  String words() {
    return name().toLowerCase(Locale.ROOT);
  }
}
