package dev.rsi.examples.addition;

import dev.rsi.api.Verdict;
import dev.rsi.core.RunListener;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunEvent;
import java.util.LinkedHashMap;
import java.util.Map;

/** Takes down what the loop cannot know: the time, and whether what was kept was right. */
public final class Journal implements RunListener {
  private final Screen screen;
  private final Map<Integer, Double> seconds = new LinkedHashMap<>();
  private final Map<Integer, int[]> kept = new LinkedHashMap<>();
  private long last = System.nanoTime();
  private long trained;
  private long judged;
  private double gateSeconds;
  private double examSeconds;
  private double totalSeconds;

  /** A journal that also shows what happens on a screen. */
  public Journal(Screen screen) {
    this.screen = screen;
  }

  @Override
  public void on(RunEvent event) {
    if (event instanceof RunEvent.Attempted attempt) {
      take(attempt);
    } else if (event instanceof RunEvent.Trained) {
      trained = System.nanoTime();
    } else if (event instanceof RunEvent.Gated) {
      judged = System.nanoTime();
    } else if (event instanceof RunEvent.GenerationFinished finished) {
      GenerationReport report = finished.report();
      long now = System.nanoTime();
      seconds.put(report.generation(), (now - last) / 1e9);
      count(report, now);
      last = now;
      screen.generation(report, precision(report.generation()), seconds(report.generation()));
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

  /** Generation 0 has no gate, and is not counted. */
  private void count(GenerationReport report, long now) {
    if (report.generation() > 0) {
      totalSeconds += (now - last) / 1e9;
      if (report.decision() != null) {
        gateSeconds += (judged - trained) / 1e9;
        examSeconds += (now - judged) / 1e9;
      }
    }
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

  /** How long a generation took; 0 if it did not finish. */
  public double seconds(int generation) {
    return seconds.getOrDefault(generation, 0.0);
  }

  /** How long the gate took to decide, probes included, in all generations together. */
  public double gateSeconds() {
    return gateSeconds;
  }

  /** The gate's share of the time that generations took. 0 before the first decision. */
  public double gateShare() {
    return gateSeconds == 0 ? 0 : gateSeconds / totalSeconds;
  }

  /** The same, the exam left out: a loop that is not measured for a report has none. */
  public double gateShareWithoutExam() {
    return gateSeconds == 0 ? 0 : gateSeconds / (totalSeconds - examSeconds);
  }
}
