package dev.rsi.core.report;

import dev.rsi.api.Cost;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A run in numbers, made from its record alone: {@code run} returns it, and {@link #of} makes the
 * same again, also of a run that is under way, was left or crashed. Field term: run summary.
 *
 * @param run the run's id in its store
 * @param end why it ended, or was left
 * @param reason why, in words
 * @param anchor id of the version it began with
 * @param live id of the version live at its end, or the last that the record has
 * @param generations generation 0 and every one that ended since, in order
 * @param spending what it spent, beside what it was allowed; of attempts and training steps those
 *     that its course is made of: what a killed process may have lost beside them is held against
 *     the budget, and is left out here. Of a run under way or killed it has what may have been
 *     spent since its budget moved last, too
 * @param spendingByGeneration what each of the generations spent, in their order, by the record:
 *     with what a killed process may have lost
 * @param costs what each part used for what its course has, each of them also with nothing: tokens,
 *     and the money that counted for them, as they were charged or at the budget's price. What
 *     {@code spending} has beyond their sum was used by calls that came to nothing, by a killed
 *     process, or by time; or before costs were recorded
 * @param timing when it began and ended, and how long it was driven
 * @param timingByGeneration the same of each of the generations, in their order: from the end of
 *     the one before it, or the run's beginning, to its own
 * @param faults what broke and was done without, in order: who, what it said, and where
 */
public record RunReport(
    String run,
    End end,
    String reason,
    String anchor,
    String live,
    List<GenerationReport> generations,
    Spending spending,
    List<Spending> spendingByGeneration,
    Map<Spender, Cost> costs,
    Timing timing,
    List<Timing> timingByGeneration,
    List<RunEvent.Faulted> faults) {

  /** The most faults that a summary tells of a generation. */
  private static final int MOST_FAULTS = 5;

  /** Why a run ended. */
  public enum End {
    /** The hardest level is mastered, as far as the loop's verifier can tell. */
    MASTERED,
    /**
     * What is left of the budget does not pay for another generation. Where that is a day or month
     * that has not so much even when it begins, the run stays open, to be resumed under a larger
     * budget.
     */
    BUDGET_SPENT,
    /**
     * What is left of the budget in this day or month does not pay for the next step. The run stays
     * open, and can be resumed in the next one.
     */
    WINDOW_SPENT,
    /** Too many generations in a row brought nothing. */
    NO_PROGRESS,
    /** The run was cancelled. It stays open, and can be resumed. */
    CANCELLED,
    /**
     * A person made another version live than the run's own, and is not overruled; or the version
     * that was to go live was withdrawn at that very moment. The run stays open, and can be resumed
     * when the version that it left is live again.
     */
    OVERRULED,
    /**
     * A part could not be reached, through nobody's fault, for longer than the loop waits for it.
     * The run stays open, and can be resumed when the part is there again: nothing is lost.
     */
    OUTAGE,
    /**
     * The registry or the store could not be read or written: a disk that is full or cannot be
     * written, no more file descriptors, a server that is gone. The run stays open, and can be
     * resumed when that is mended: what was decided is carried out then.
     */
    SURROUNDINGS,
    /**
     * None: the run is under way or was killed; or it was left, by a version of this library that
     * did not record why.
     */
    OPEN
  }

  /** Who reads and writes tokens in a run. */
  public enum Spender {
    /** The model, at practice tasks, also to scout. */
    PRACTICE,
    /** The model, at the gate's probes. */
    PROBES,
    /** The model, at the exam. */
    EXAM,
    /** The verifier. */
    VERIFIER,
    /** The critic. */
    CRITIC,
    /** The judges of probes and exam. */
    JUDGES,
    /** The trainer: its drafts of the model, and other models that it asks. */
    TRAINER;

    /** Its name in words, by which it is recorded. */
    public String words() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The report of a recorded run. Reads its record, but for attempts and readings.
   *
   * @param runs a {@code RunStore}
   * @param run the run's id
   * @throws IllegalArgumentException if there is no such run, or it was killed before it began
   */
  public static RunReport of(RecordedRuns runs, String run) {
    Reading reading = new Reading(run);
    runs.forEach(run, Reading.KINDS, reading::take);
    return reading.report();
  }

  /**
   * When something began and ended: wall-clock times, as they were recorded. The clock that they
   * come from may be set back, so the end may come before the beginning.
   *
   * @param began when its first event was recorded
   * @param ended when its last event was; of a run under way or killed, the last but for attempts
   *     and readings, of which no more than a few batches came later
   * @param took how long it was driven: without the time that it was paused, or that nobody drove
   *     it, as far as the record tells
   */
  public record Timing(Instant began, Instant ended, Duration took) {}

  /**
   * What was spent, or may be spent at most: then {@link Long#MAX_VALUE}, in nanoseconds for times
   * and in billionths for money, is what nothing bounds.
   *
   * @param generations generations that ended, generation 0 apart; at most, those allowed
   * @param attempts attempts made, those of gate and exam included
   * @param tokens tokens that all parts read and wrote; and what they may have, where a process was
   *     killed or a call failed
   * @param trainingSteps optimiser steps taken; of a training that failed, the most it could take
   * @param wallClock time that the run was driven
   * @param cpuTime processor time of the process meanwhile
   * @param money what that cost, as it was charged or at the budget's price
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

    /** The names of those that a run's course is made of. */
    static final Set<String> OF_THE_COURSE = Set.of("attempts", "training steps");

    /**
     * Amounts as they are recorded.
     *
     * @param amounts by the names that {@link RunEvent.BudgetMoved} has; what is not there is 0
     */
    public static Spending of(int generations, Map<String, Long> amounts, String allowed) {
      BigDecimal money =
          BigDecimal.valueOf(amounts.getOrDefault("money", 0L), 9).stripTrailingZeros();
      return new Spending(
          generations,
          amounts.getOrDefault("attempts", 0L),
          amounts.getOrDefault("tokens", 0L),
          amounts.getOrDefault("training steps", 0L),
          Duration.ofNanos(amounts.getOrDefault("wall clock", 0L)),
          Duration.ofNanos(amounts.getOrDefault("cpu time", 0L)),
          money.scale() < 0 ? money.setScale(0) : money,
          allowed);
    }

    /** Money as it is recorded. */
    static long units(BigDecimal money) {
      return money.movePointRight(9).longValueExact();
    }

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

    /** Everything in a line; what nothing bounds is called so. */
    @Override
    public String toString() {
      return "Spending[" + summary() + "; allowed " + allowed + "]";
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
    timingByGeneration = List.copyOf(timingByGeneration);
    faults = List.copyOf(faults);
    Map<Spender, Cost> all = new EnumMap<>(Spender.class);
    for (Spender who : Spender.values()) {
      all.put(who, costs.getOrDefault(who, Cost.NONE));
    }
    costs = Collections.unmodifiableMap(all);
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

  /**
   * The run in a few lines: one per generation and one per fault in it, what each part used if it
   * says so, then why it ended. It needs no log.
   */
  public String summary() {
    StringBuilder text = new StringBuilder();
    Set<Integer> told = new HashSet<>();
    for (GenerationReport generation : generations) {
      told.add(generation.generation());
      text.append(generation.summary()).append('\n');
      tell(
          faults.stream().filter(each -> each.generation() == generation.generation()).toList(),
          generation.why(),
          text);
    }
    tell(faults.stream().filter(each -> !told.contains(each.generation())).toList(), null, text);
    String used = used();
    text.append(used).append(used.isEmpty() ? "" : "\n");
    return text.append(end).append(": ").append(reason).toString();
  }

  /** What each part used, in a line; empty if none says that it used anything. */
  private String used() {
    return costs.entrySet().stream()
        .filter(each -> !each.getValue().equals(Cost.NONE))
        .map(each -> each.getKey().words() + " " + words(each.getValue()))
        .collect(Collectors.joining("; "));
  }

  private static String words(Cost cost) {
    List<String> words = new ArrayList<>();
    if (cost.tokensIn() > 0) {
      words.add(
          cost.tokensIn()
              + " tokens in"
              + (cost.tokensCached() == 0 ? "" : " (" + cost.tokensCached() + " cached)"));
    }
    if (cost.tokensOut() > 0) {
      words.add(cost.tokensOut() + " tokens out");
    }
    if (cost.money().signum() > 0) {
      words.add(cost.money().toPlainString() + " of money");
    }
    return String.join(", ", words);
  }

  /** What broke; of what a generation's line has already, only where. */
  private static void tell(
      List<RunEvent.Faulted> faults, @Nullable String known, StringBuilder text) {
    for (RunEvent.Faulted fault : faults.subList(0, Math.min(faults.size(), MOST_FAULTS))) {
      boolean isKnown = fault.words().equals(known);
      String where = fault.where() == null ? "" : "at " + fault.where();
      if (isKnown && where.isEmpty()) {
        continue;
      }
      text.append("  ")
          .append(isKnown ? where : fault.words() + (where.isEmpty() ? "" : " " + where));
      text.append('\n');
    }
    if (faults.size() > MOST_FAULTS) {
      text.append("  and ").append(faults.size() - MOST_FAULTS).append(" faults more\n");
    }
  }
}
