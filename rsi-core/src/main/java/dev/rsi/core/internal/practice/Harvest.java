package dev.rsi.core.internal.practice;

import dev.rsi.api.Attempt;
import dev.rsi.api.Output;
import dev.rsi.core.report.GenerationReport.Practised;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts what came of the attempts of a generation. */
final class Harvest {
  /** The most reasons that are told apart: some name the time, or an address. */
  private static final int MOST_REASONS = 1000;

  private static final int MOST_TOLD = 3;
  private static final int MOST_CHARACTERS = 160;
  private static final String OTHERS = "for other reasons";

  private final boolean measures;
  private double scores;
  private int passed;
  private int failed;
  private int malformed;
  private int undecided;
  private int ungraded;
  private int known;
  private final Map<String, Integer> reasons = new HashMap<>();

  /**
   * Nothing counted yet.
   *
   * @param measures whether the verifier's scores are all that counts
   */
  Harvest(boolean measures) {
    this.measures = measures;
  }

  /**
   * Counts an attempt.
   *
   * @param isUngraded whether it passed, but its grade is 0
   * @param isKnown whether it passed, but is a lesson already
   */
  void count(Attempt<?, ?> attempt, boolean isUngraded, boolean isKnown) {
    if (!attempt.decided()) {
      undecided++;
      String reason = line(attempt.verdict().reason());
      boolean room = reasons.size() < MOST_REASONS || reasons.containsKey(reason);
      reasons.merge(room ? reason : OTHERS, 1, Integer::sum);
    } else if (attempt.passed()) {
      passed++;
    } else if (attempt.output().kind() == Output.Kind.MALFORMED) {
      malformed++;
    } else {
      failed++;
    }
    scores += attempt.decided() ? attempt.verdict().score() : 0;
    ungraded += isUngraded ? 1 : 0;
    known += isKnown ? 1 : 0;
  }

  private static String line(String reason) {
    String line = reason.strip().lines().findFirst().orElse("");
    if (line.isEmpty()) {
      return "no reason given";
    }
    int end =
        line.offsetByCodePoints(
            0, Math.min(MOST_CHARACTERS, line.codePointCount(0, line.length())));
    return end == line.length() ? line : line.substring(0, end) + "...";
  }

  /** What was counted; of the reasons those that were met most. */
  Practised practised() {
    Map<String, Integer> told = new LinkedHashMap<>();
    reasons.entrySet().stream()
        .filter(reason -> !reason.getKey().equals(OTHERS))
        .sorted(
            Map.Entry.<String, Integer>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(MOST_TOLD)
        .forEach(reason -> told.put(reason.getKey(), reason.getValue()));
    int others = undecided - told.values().stream().mapToInt(Integer::intValue).sum();
    if (others > 0) {
      told.put(OTHERS, others);
    }
    int decided = passed + failed + malformed;
    @Nullable Double mean = measures ? (Double) (decided == 0 ? 0 : scores / decided) : null;
    return new Practised(passed, failed, malformed, undecided, ungraded, known, told, mean);
  }
}
