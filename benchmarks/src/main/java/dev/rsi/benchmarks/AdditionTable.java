package dev.rsi.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.sun.management.OperatingSystemMXBean;
import dev.rsi.api.RunContext;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.GenerationReport.Outcome;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.examples.addition.AdditionRun;
import dev.rsi.examples.addition.Additions;
import dev.rsi.examples.addition.Journal;
import dev.rsi.examples.addition.Screen;
import dev.rsi.examples.addition.Settings;
import dev.rsi.examples.addition.Settings.Backend;
import dev.rsi.examples.addition.Settings.Judge;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The addition loop over many seeds, in four arms: with a verifier, with a vote, and without
 * either, gated and ungated. A line per run, then for each arm how many runs met its target:
 *
 * <ul>
 *   <li>exact: 20 digits at least 0.95 in every run; generation 0 at most 0.05; every length once
 *       at 0.98 stays there in every promoted generation
 *   <li>vote: 20 digits at least 0.95, and at least 0.99 of what was kept is right
 *   <li>control: the live version is nowhere worse than generation 0, beyond the exam's own noise
 *   <li>ungated: 20 digits at most 0.30
 * </ul>
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.AdditionTable "-Dbench.args=exact
 * 1-10"}; the arguments are an arm, a range of seeds and, if it is not DJL, a backend. Seconds are
 * of all processors together, in one JVM for all runs.
 */
public final class AdditionTable {
  /** Four standard errors of a share of 200 near 0.98: less is the exam's noise. */
  private static final double NOISE = 0.04;

  private static final OperatingSystemMXBean OS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private AdditionTable() {}

  /** Runs one arm over a range of seeds. */
  public static void main(String[] args) throws IOException {
    String arm = args[0];
    String[] range = args[1].split("-", 2);
    int first = Integer.parseInt(range[0]);
    int last = Integer.parseInt(range[range.length - 1]);
    Settings settings = settings(arm);
    if (args.length > 2) {
      settings = settings.backend(Backend.valueOf(args[2].toUpperCase(Locale.ROOT)));
    }
    System.out.println(
        "arm      seed  live/made  20 digits: gen 0   live   worst once 0.98"
            + "  kept right  attempts  CPU s    gate % (no exam)  met");
    int met = 0;
    double[] seconds = new double[last - first + 1];
    for (int seed = first; seed <= last; seed++) {
      long begin = OS.getProcessCpuTime();
      Row row = run(settings.seed(seed));
      seconds[seed - first] = (OS.getProcessCpuTime() - begin) / 1e9;
      boolean ok = row.meets(arm);
      met += ok ? 1 : 0;
      System.out.printf(
          Locale.ROOT,
          "%-8s %4d  %9s  %16.3f  %5.3f  %15.3f  %10.4f  %8d  %7.1f  %6.1f %9.1f  %s%n",
          arm,
          seed,
          row.report.promotions() + "/" + (row.report.generations().size() - 1),
          row.at20(0),
          row.live20(),
          row.worstMastered(),
          row.precision,
          row.report.spending().attempts(),
          seconds[seed - first],
          100 * row.gateShare,
          100 * row.gateShareWithoutExam,
          ok ? "yes" : "NO");
    }
    Arrays.sort(seconds);
    System.out.printf(
        Locale.ROOT,
        "%s: %d of %d met; CPU seconds min %.1f, median %.1f, max %.1f%n",
        arm,
        met,
        seconds.length,
        seconds[0],
        seconds[seconds.length / 2],
        seconds[seconds.length - 1]);
  }

  private static Settings settings(String arm) {
    Settings base = Settings.DEFAULT;
    return switch (arm) {
      case "exact" -> base;
      case "vote" -> base.judge(Judge.VOTE);
      case "control" -> base.judge(Judge.UNVERIFIED);
      case "ungated" -> base.judge(Judge.UNVERIFIED).gated(false);
      default ->
          throw new IllegalArgumentException(
              "arm (" + arm + ") is none of exact, vote, control, ungated.");
    };
  }

  private static Row run(Settings settings) throws IOException {
    Path home = Files.createTempDirectory("addition");
    try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
      Journal journal = new Journal(new Screen(nowhere, false), store);
      RunReport report =
          new AdditionRun(settings).run(home, store, journal, RunContext.standalone());
      double precision = 1;
      for (GenerationReport generation : report.generations()) {
        double own = journal.precision(generation.generation());
        precision = Double.isNaN(own) ? precision : Math.min(precision, own);
      }
      Journal.Gate gate = journal.gate();
      return new Row(report, precision, gate.share(), gate.shareWithoutExam());
    } finally {
      MoreFiles.deleteRecursively(home, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  /** One run; {@code precision} is that of the generation with the least. */
  private record Row(
      RunReport report, double precision, double gateShare, double gateShareWithoutExam) {

    boolean meets(String arm) {
      return switch (arm) {
        case "exact" -> at20(0) <= .05 && live20() >= .95 && worstMastered() >= .98;
        case "vote" -> live20() >= .95 && precision >= .99;
        case "control" -> nowhereWorse();
        default -> live20() <= .30;
      };
    }

    double at20(int generation) {
      return exam(report.generations().get(generation)).getOrDefault(Additions.kind(20), 0.0);
    }

    double live20() {
      return exam(live()).getOrDefault(Additions.kind(20), 0.0);
    }

    private GenerationReport live() {
      GenerationReport live = report.generations().get(0);
      for (GenerationReport generation : report.generations()) {
        live = generation.outcome() == Outcome.PROMOTED ? generation : live;
      }
      return live;
    }

    /** The least share, in any promoted generation, of a length that was live at 0.98 before. */
    double worstMastered() {
      List<GenerationReport> live =
          report.generations().stream()
              .filter(g -> g.outcome() == Outcome.PROMOTED || g.outcome() == Outcome.ANCHOR)
              .toList();
      double worst = 1;
      for (int i = 1; i < live.size(); i++) {
        for (Map.Entry<String, Double> share : exam(live.get(i)).entrySet()) {
          boolean mastered =
              live.subList(0, i).stream()
                  .anyMatch(g -> exam(g).getOrDefault(share.getKey(), 0.0) >= .98);
          worst = mastered ? Math.min(worst, share.getValue()) : worst;
        }
      }
      return worst;
    }

    boolean nowhereWorse() {
      Map<String, Double> before = exam(report.generations().get(0));
      return exam(live()).entrySet().stream()
          .allMatch(e -> e.getValue() >= before.getOrDefault(e.getKey(), 0.0) - NOISE);
    }

    private static Map<String, Double> exam(GenerationReport generation) {
      return generation.exam();
    }
  }
}
