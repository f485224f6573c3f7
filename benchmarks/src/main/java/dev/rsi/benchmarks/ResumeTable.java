package dev.rsi.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Verdict;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.RunListener;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What it costs to resume a run by its length, in an SQLite file on the disk of the working
 * directory: the run is left after so many attempts by an instant model, resumed, and left again
 * after a generation more. Then what an attempt costs a short run with a daily budget, beside a run
 * in the same store that was left after as many. Targets: a million attempts in a heap of 192 MB,
 * and at most 1.2 times as much per attempt at ten times the size.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.ResumeTable "-Dbench.args=100000
 * 1000000" "-Dbench.jvm=-Xmx192m"}; the arguments are numbers of attempts.
 */
public final class ResumeTable {
  private static final int TASKS = 250;
  private static final int PER_GENERATION = 4 * TASKS + 8;
  private static final int SHORT = 20_000;

  private ResumeTable() {}

  /** Measures each size. */
  public static void main(String[] sizes) throws IOException {
    for (String size : sizes) {
      Path home = Files.createTempDirectory(Path.of("").toAbsolutePath(), "resume-table");
      try {
        measure(home.resolve("run.db"), Integer.parseInt(size));
      } finally {
        MoreFiles.deleteRecursively(home, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    }
  }

  private static void measure(Path file, int attempts) {
    try (RunStore store = RunStore.sqlite(file)) {
      long start = System.nanoTime();
      loop(store, Budget.of(Integer.MAX_VALUE), new Leaving(attempts)).run(version(), TASK_SOURCE);
      print("%,d attempts: run, %.1f us an attempt", attempts, micros(start, attempts));
      Thread.interrupted();
      start = System.nanoTime();
      String run = store.runs().get(0);
      Leaving leaving = new Leaving(PER_GENERATION);
      RunReport report =
          loop(store, Budget.of(Integer.MAX_VALUE), leaving).resume(run, TASK_SOURCE);
      Thread.interrupted();
      print(
          "%,d attempts: resumed, %.1f us an attempt; %.1f s; heap of %,d MB, %,d used at the end",
          report.spending().attempts(),
          micros(start, attempts),
          micros(start, 1) / 1e6,
          Runtime.getRuntime().maxMemory() >> 20,
          used());
      for (int round = 1; round <= 3; round++) {
        start = System.nanoTime();
        loop(
                store,
                Budget.of(Integer.MAX_VALUE).attempts(Integer.MAX_VALUE, Budget.Window.DAY),
                new Leaving(SHORT))
            .run(version(), TASK_SOURCE);
        Thread.interrupted();
        print(
            "%,d attempts left: another run of %,d by a daily budget, %.1f us an attempt",
            attempts, SHORT, micros(start, SHORT));
      }
    }
  }

  private static final InstantModel TASK_SOURCE = new InstantModel();
  private static final ModelRegistry REGISTRY = new InstantRegistry();

  private static dev.rsi.api.ModelVersion version() {
    return REGISTRY.version("any");
  }

  /** Leaves a run after so many attempts. */
  private static final class Leaving implements RunListener {
    private long left;

    Leaving(long attempts) {
      this.left = attempts;
    }

    @Override
    public void on(RunEvent event) {
      if (event instanceof RunEvent.Attempted) {
        left--;
        if (left == 0) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  private static ImprovementLoop<Long, Long> loop(
      RunStore store, Budget budget, RunListener listener) {
    InstantModel model = TASK_SOURCE;
    return ImprovementLoop.builder(model)
        .verifier((task, answer) -> Verdict.passIf((answer & 1) == 0, "odd"))
        .trainer(model)
        .gate(probes -> GateDecision.hold("never", List.of()))
        .probes(ProbeBank.of(model, (task, answer) -> Verdict.pass(), Map.of("none", List.of(0L))))
        .practice(
            Practice.DEFAULT
                .scouts(8)
                .tasks(TASKS)
                .batch(100)
                .patience(Integer.MAX_VALUE)
                .memory(500))
        .budget(budget)
        .store(store)
        .registry(REGISTRY)
        .listener(listener)
        .build();
  }

  private static double micros(long start, long count) {
    return (System.nanoTime() - start) / 1e3 / count;
  }

  private static long used() {
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    return (runtime.totalMemory() - runtime.freeMemory()) >> 20;
  }

  private static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
