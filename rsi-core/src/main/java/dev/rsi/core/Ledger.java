package dev.rsi.core;

import dev.rsi.core.report.RunReport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Keeps a run within its {@link Budget}: reserve before, spend, settle after. */
final class Ledger {
  private final Budget budget;
  private final Clock clock;
  private final Instant start;
  private int generations;
  private long attempts;
  private long reserved;

  Ledger(Budget budget, Clock clock) {
    this.budget = budget;
    this.clock = clock;
    this.start = clock.instant();
  }

  /** Why a generation that may make so many attempts must not begin; null if it may. */
  @Nullable String refusal(long worstCase) {
    if (generations >= budget.generations()) {
      return "All " + budget.generations() + " generations are spent.";
    }
    if (timeIsUp()) {
      return "The wall clock of " + budget.wallClock() + " is spent.";
    }
    long left = budget.attempts() - attempts;
    if (worstCase > left) {
      return "Of "
          + budget.attempts()
          + " attempts "
          + left
          + " are left, and another generation may need "
          + worstCase
          + ".";
    }
    return null;
  }

  /** Counts a generation. */
  void count() {
    generations++;
  }

  /** Sets attempts aside. */
  void reserve(long most) {
    reserved = most;
  }

  /** Takes attempts out of what was reserved. */
  void spend(int count) {
    if (count > reserved) {
      throw new IllegalStateException(
          "Attempts asked for ("
              + count
              + ") pass what is left of the reserve ("
              + reserved
              + ").");
    }
    reserved -= count;
    attempts += count;
  }

  /** Gives back what was reserved and not spent. */
  void settle() {
    reserved = 0;
  }

  boolean timeIsUp() {
    Duration limit = budget.wallClock();
    return limit != null && elapsed().compareTo(limit) >= 0;
  }

  /** How long the run may go on, in nanoseconds; 0 or more. */
  long nanosLeft() {
    Duration limit = budget.wallClock();
    return limit == null ? Long.MAX_VALUE : Math.max(0, limit.minus(elapsed()).toNanos());
  }

  RunReport.Spending spending() {
    return new RunReport.Spending(generations, attempts, elapsed(), budget.toString());
  }

  private Duration elapsed() {
    return Duration.between(start, clock.instant());
  }
}
