package dev.rsi.examples.addition;

import dev.rsi.api.RunContext;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A transformer of 54,000 parameters learns to add 20-digit numbers from lessons with at most 5
 * digits: everything longer it learns from its own verified answers, generation by generation, and
 * each one has to pass the drift gate before it goes live.
 *
 * <p>{@code mvn -q -Pquickstart} runs it. {@code -Dverifier=vote} does without anyone who knows the
 * right sums; {@code -Dcontrol=unverified} trains on everything the model says, and shows what the
 * gate is for; {@code -Dgate=off} takes the gate away; {@code -Dbackend=onnx} runs and trains on
 * ONNX Runtime alone; {@code -Dseed=N} sets the seed. Models, the record of the run and {@code
 * report.json} go to a new directory under {@code runs}.
 */
public final class AdditionLoop {
  private AdditionLoop() {}

  /** Runs the example. */
  public static void main(String[] args) throws IOException {
    Settings settings;
    try {
      settings = Settings.of(Options.ofProcess());
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    Path home = newHome();
    Screen screen = Screen.ofProcess();
    screen.line(
        String.format(
            Locale.ROOT,
            "Addition from %d to %d digits on %s, answers judged by: %s, drift gate: %s, seed %d.",
            settings.givenDigits(),
            settings.digits(),
            settings.backend(),
            settings.judge().name().toLowerCase(Locale.ROOT),
            settings.gated() ? "on" : "off",
            settings.seed()));
    screen.line("Share of held-out additions solved, per number of digits:");
    screen.header();
    try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      Journal journal = new Journal(screen, store);
      RunReport report = new AdditionRun(settings).run(home, store, journal, progress(screen));
      double seconds = secondsSinceStart();
      Path file = home.resolve("report.json");
      ReportFile.write(file, settings, report, journal, seconds, peakMegabytes());
      summary(screen, report, journal.gate(), seconds);
      screen.line("Report: " + file);
    }
  }

  private static void summary(Screen screen, RunReport report, Journal.Gate gate, double seconds) {
    String before = shareAt(report, 0);
    int best = 0;
    for (int i = 1; i < report.generations().size(); i++) {
      if (report.live().equals(report.generations().get(i).challenger())) {
        best = i;
      }
    }
    screen.line("");
    screen.line(
        String.format(
            Locale.ROOT,
            "%d of %d generations went live in %.0f s and %,d attempts. 20 digits: %s before, %s"
                + " now.",
            report.promotions(),
            report.generations().size() - 1,
            seconds,
            report.spending().attempts(),
            before,
            shareAt(report, best)));
    screen.text("", "Ended: " + report.reason());
    screen.line(
        String.format(
            Locale.ROOT,
            "The gate took %.1f s, %.1f %% of the generations' time, %.1f %% without the exam.",
            gate.seconds(),
            100 * gate.share(),
            100 * gate.shareWithoutExam()));
    screen.line(
        "Live: version "
            + report.live().substring(0, 12)
            + ". Peak of resident memory: "
            + (peakMegabytes() < 0 ? "unknown" : peakMegabytes() + " MB")
            + ".");
  }

  private static String shareAt(RunReport report, int generation) {
    var exam = report.generations().get(generation).exam();
    return String.format(Locale.ROOT, "%.3f", exam.getOrDefault(Additions.kind(20), 0.0));
  }

  private static RunContext progress(Screen screen) {
    return new RunContext() {
      @Override
      public boolean cancelled() {
        return Thread.currentThread().isInterrupted();
      }

      @Override
      public void progress(long done, long total) {
        screen.progress("training generation 0 on given lessons", done, total);
      }
    };
  }

  private static double secondsSinceStart() {
    long start = ManagementFactory.getRuntimeMXBean().getStartTime();
    return (System.currentTimeMillis() - start) / 1e3;
  }

  /** The most memory the process ever held, from Linux's own count; -1 elsewhere. */
  private static long peakMegabytes() {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
          .findFirst()
          .orElse(-1);
    } catch (IOException e) {
      return -1;
    }
  }

  private static Path newHome() throws IOException {
    Path runs = Files.createDirectories(Path.of("runs"));
    for (int i = 1; ; i++) {
      Path home = runs.resolve("addition-" + i);
      if (!Files.exists(home)) {
        return Files.createDirectory(home);
      }
    }
  }
}
