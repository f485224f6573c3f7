package dev.rsi.core.store;

import dev.rsi.api.GateDecision;
import dev.rsi.api.GateFinding;
import dev.rsi.api.Verdict;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** One event of each kind, and the program that wrote the sample store of them. */
final class SampleEvents {
  static final String RUN = "sample-1";
  static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");

  private static final String ANCHOR = "a".repeat(64);
  private static final String CHALLENGER = "c".repeat(64);
  private static final GateDecision DECISION =
      GateDecision.promote(
          "better and safe",
          List.of(
              new GateFinding("5 digits against ANCHOR", "safe", Map.of("wins", 12.0)),
              new GateFinding("gain", "shown", Map.of("bound", Double.NEGATIVE_INFINITY))));

  static final List<RunEvent> ALL =
      List.of(
          new RunEvent.RunStarted(-7, ANCHOR, Map.of("budget", "3 generations")),
          new RunEvent.GenerationStarted(1, ANCHOR, null),
          new RunEvent.Attempted(
              1,
              RunEvent.Stage.SCOUT,
              6,
              "12+34",
              Long.MIN_VALUE,
              "46 \u00e4\ud83d\ude00",
              3,
              Verdict.Outcome.PASS,
              1,
              "",
              Map.of("overall", 0.25),
              null),
          new RunEvent.Attempted(
              1,
              RunEvent.Stage.PRACTICE,
              7,
              "99+1",
              42,
              null,
              0,
              Verdict.Outcome.UNDECIDED,
              0,
              "the generator gave nothing",
              null,
              null),
          new RunEvent.LessonsSelected(1, 6, 100, 90, 190, "d".repeat(64)),
          new RunEvent.Trained(
              1, CHALLENGER, ANCHOR, 250, Map.of("loss", 0.1 + 0.2, "odd", Double.NaN)),
          new RunEvent.Gated(1, CHALLENGER, DECISION, null),
          new RunEvent.Promoted(1, ANCHOR, CHALLENGER),
          new RunEvent.Faulted(1, "listener", "it threw"),
          new RunEvent.GenerationFinished(
              new GenerationReport(
                  1,
                  GenerationReport.Outcome.PROMOTED,
                  6,
                  100,
                  90,
                  CHALLENGER,
                  DECISION,
                  Map.of("5 digits", 1.0),
                  CHALLENGER)),
          new RunEvent.GenerationFinished(
              new GenerationReport(
                  2,
                  GenerationReport.Outcome.NO_LESSONS,
                  6,
                  100,
                  0,
                  null,
                  null,
                  Map.of(),
                  CHALLENGER)),
          new RunEvent.RunFinished(2, RunReport.End.BUDGET_SPENT, "3 generations", CHALLENGER));

  private SampleEvents() {}

  /** Writes the sample of the format of today to a file that is not there yet. */
  public static void main(String[] arguments) {
    try (RunStore store = RunStore.sqlite(Path.of(arguments[0]))) {
      store.create(RUN);
      store.append(RUN, AT, ALL);
    }
  }
}
