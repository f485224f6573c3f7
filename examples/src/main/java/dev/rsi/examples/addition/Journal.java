package dev.rsi.examples.addition;

import dev.rsi.api.Verdict;
import dev.rsi.core.RunListener;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Shows a run on a screen, and says what no report has: whether what was kept was right, which the
 * loop cannot know, and how much of the recorded time the gate took.
 */
public final class Journal implements RunListener {
  private final Screen screen;
  private final RunStore store;
  private final Map<Integer, int[]> kept = new LinkedHashMap<>();

  /** A journal of the run that is recorded last in a store. */
  public Journal(Screen screen, RunStore store) {
    this.screen = screen;
    this.store = store;
  }

  /**
   * What the gate took, its probes included, in all generations together.
   *
   * @param seconds how long it took to decide
   * @param share its share of the time that generations took; 0 before the first decision
   * @param shareWithoutExam the same, the exam left out: a loop that is not measured for a report
   *     has none
   */
  public record Gate(double seconds, double share, double shareWithoutExam) {}

  @Override
  public void on(RunEvent event) {
    if (event instanceof RunEvent.Attempted attempt) {
      take(attempt);
    } else if (event instanceof RunEvent.GenerationFinished finished) {
      GenerationReport report = finished.report();
      List<RunReport.Timing> timing = RunReport.of(store, run()).timingByGeneration();
      double seconds = seconds(timing.get(timing.size() - 1).took());
      screen.generation(report, precision(report.generation()), seconds);
    } else if (event instanceof RunEvent.Faulted fault) {
      screen.text(
          "     ",
          "In generation "
              + fault.generation()
              + " the "
              + fault.part()
              + " failed: "
              + fault.message());
    }
  }

  @Override
  public void progress(String step, long done, long total) {
    screen.progress(step, done, total);
  }

  private String run() {
    List<String> runs = store.runs();
    return runs.get(runs.size() - 1);
  }

  private void take(RunEvent.Attempted attempt) {
    if (attempt.stage() == RunEvent.Stage.PRACTICE
        && attempt.outcome() == Verdict.Outcome.PASS
        && attempt.candidate() != null) {
      int[] count = kept.computeIfAbsent(attempt.generation(), g -> new int[2]);
      count[0]++;
      Addition task = AdditionCodec.INSTANCE.readTask(attempt.task());
      count[1] += task.sum().equals(attempt.candidate()) ? 1 : 0;
    }
  }

  /** The share of right ones among the practice attempts that passed; NaN if none did. */
  public double precision(int generation) {
    int[] count = kept.getOrDefault(generation, new int[2]);
    return (double) count[1] / count[0];
  }

  /** What the gate took, by the record. */
  public Gate gate() {
    GateClock clock = new GateClock();
    store.forEach(run(), GateClock.KINDS, clock::take);
    double gate = seconds(clock.gate);
    if (gate == 0) {
      return new Gate(0, 0, 0);
    }
    // Generation 0 has no gate, and is not counted.
    double total =
        RunReport.of(store, run()).timingByGeneration().stream()
            .skip(1)
            .mapToDouble(timing -> seconds(timing.took()))
            .sum();
    return new Gate(gate, gate / total, gate / (total - seconds(clock.exam)));
  }

  static double seconds(Duration time) {
    return time.toMillis() / 1e3;
  }

  /** Adds up what lies between a training and its decision, and between that and the end. */
  private static final class GateClock {
    static final Set<Class<? extends RunEvent>> KINDS =
        Set.of(RunEvent.Trained.class, RunEvent.Gated.class, RunEvent.GenerationFinished.class);

    private Duration gate = Duration.ZERO;
    private Duration exam = Duration.ZERO;
    private Instant last = Instant.EPOCH;

    void take(Instant at, RunEvent event) {
      if (event instanceof RunEvent.Gated) {
        gate = gate.plus(Duration.between(last, at));
      } else if (event instanceof RunEvent.GenerationFinished finished
          && finished.report().decision() != null) {
        exam = exam.plus(Duration.between(last, at));
      }
      last = at;
    }
  }
}
