package dev.rsi.benchmarks;

import dev.rsi.api.Verdict;
import dev.rsi.core.report.RunEvent;
import java.util.ArrayList;
import java.util.List;

/** Attempts as those at 12-digit additions, each another one. */
final class SampleAttempts {
  private SampleAttempts() {}

  /** So many attempts, the first of them number {@code first}. */
  static List<RunEvent> from(int first, int count) {
    List<RunEvent> attempts = new ArrayList<>(count);
    for (int i = first; i < first + count; i++) {
      attempts.add(at(i));
    }
    return attempts;
  }

  static RunEvent.Attempted at(int number) {
    long left = 482_910_584_937L + number;
    long right = 910_293_847_561L - 7L * number;
    return new RunEvent.Attempted(
        3,
        RunEvent.Stage.PRACTICE,
        12,
        left + "+" + right,
        left * 31 + right,
        Long.toString(left + right),
        14,
        Verdict.Outcome.PASS,
        1,
        "",
        null,
        null);
  }
}
