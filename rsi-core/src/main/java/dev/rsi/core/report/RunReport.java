package dev.rsi.core.report;

import java.time.Duration;
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
 * @param spending what it spent, beside what it was allowed
 */
public record RunReport(
    String run,
    End end,
    String reason,
    String anchor,
    String live,
    List<GenerationReport> generations,
    Spending spending) {

  /** Why a run ended. */
  public enum End {
    /** The hardest level is mastered, as far as the loop's verifier can tell. */
    MASTERED,
    /** What is left of the budget does not pay for another generation. */
    BUDGET_SPENT,
    /** Too many generations in a row brought nothing. */
    NO_PROGRESS,
    /** The run was cancelled. */
    CANCELLED
  }

  /**
   * What a run spent.
   *
   * @param generations generations begun
   * @param attempts attempts made, those of gate and exam included
   * @param wallClock time passed
   * @param allowed the budget, in words
   */
  public record Spending(int generations, long attempts, Duration wallClock, String allowed) {}

  public RunReport {
    generations = List.copyOf(generations);
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
