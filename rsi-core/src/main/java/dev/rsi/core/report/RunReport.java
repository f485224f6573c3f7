package dev.rsi.core.report;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A finished run in numbers.
 *
 * @param run the run's id in its store
 * @param end why it ended
 * @param reason why, in words
 * @param anchor id of the version it began with
 * @param live id of the version live at its end
 * @param generations generation 0 and every one begun since, in order
 * @param spending what it spent, beside what it was allowed; of attempts and training steps those
 *     that its course is made of: what a killed process may have lost beside them is held against
 *     the budget, and is left out here
 * @param spendingByGeneration what each of the generations spent, in their order, by the record:
 *     with what a killed process may have lost
 */
public record RunReport(
    String run,
    End end,
    String reason,
    String anchor,
    String live,
    List<GenerationReport> generations,
    Spending spending,
    List<Spending> spendingByGeneration) {

  /** Why a run ended. */
  public enum End {
    /** The hardest level is mastered, as far as the loop's verifier can tell. */
    MASTERED,
    /**
     * What is left of the budget does not pay for another generation. Where that is a day or month
     * that has not so much even when it begins, the run stays open, to be gone on with under a
     * larger budget.
     */
    BUDGET_SPENT,
    /**
     * What is left of the budget in this day or month does not pay for the next step. The run stays
     * open, and can be gone on with in the next one.
     */
    WINDOW_SPENT,
    /** Too many generations in a row brought nothing. */
    NO_PROGRESS,
    /** The run was cancelled. */
    CANCELLED
  }

  /**
   * What was spent, or may be spent at most: then {@link Long#MAX_VALUE}, in nanoseconds for times
   * and in billionths for money, is what nothing bounds.
   *
   * @param generations generations begun
   * @param attempts attempts made, those of gate and exam included
   * @param tokens tokens produced; and what may have been, where a process was killed or a call
   *     failed
   * @param trainingSteps optimiser steps taken; of a training that failed, the most it could take
   * @param wallClock time that the run was driven
   * @param cpuTime processor time of the process meanwhile
   * @param money what that cost, at the budget's price
   * @param allowed the budget, in words
   */
  public record Spending(
      int generations,
      long attempts,
      long tokens,
      long trainingSteps,
      Duration wallClock,
      Duration cpuTime,
      BigDecimal money,
      String allowed) {

    /** Everything but the budget, in a line. */
    public String summary() {
      List<String> parts = new ArrayList<>();
      parts.add(count(generations, "generations"));
      parts.add(count(attempts, "attempts"));
      parts.add(count(tokens, "tokens"));
      parts.add(count(trainingSteps, "training steps"));
      parts.add(time(wallClock, "wall clock"));
      parts.add(time(cpuTime, "cpu time"));
      boolean bounded = money.compareTo(BigDecimal.valueOf(Long.MAX_VALUE, 9)) < 0;
      parts.add((bounded ? money.toPlainString() : "unbounded") + " of money");
      return String.join(", ", parts);
    }

    private static String count(long units, String name) {
      return (units == Long.MAX_VALUE ? "unbounded" : units) + " " + name;
    }

    private static String time(Duration time, String name) {
      return (time.equals(Duration.ofNanos(Long.MAX_VALUE)) ? "unbounded" : time) + " " + name;
    }
  }

  public RunReport {
    generations = List.copyOf(generations);
    spendingByGeneration = List.copyOf(spendingByGeneration);
  }

  /** What the budget bought, in a line. */
  public String bought() {
    return promotions() + " promotions for " + spending.summary() + ".";
  }

  /** How many generations went live. */
  public int promotions() {
    return (int)
        generations.stream().filter(g -> g.outcome() == GenerationReport.Outcome.PROMOTED).count();
  }

  /** The run in a few lines: one per generation, then why it ended. */
  public String summary() {
    StringBuilder text = new StringBuilder();
    for (GenerationReport generation : generations) {
      text.append(generation.summary()).append('\n');
    }
    return text.append(end).append(": ").append(reason).toString();
  }
}
