package dev.rsi.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.rsi.api.GateDecision;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Role;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.StrictGenerator;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * One long run with a simulated learner, an SQLite file and a registry that keeps what it needs:
 * time per generation by the clock and by the processor (which other work on the machine disturbs
 * less), heap after a collection, resident memory and size of the file, at every tenth of the run;
 * then what came of heap, resident memory and time from the second tenth to the last, and the slope
 * of the line through them. With a heap that is all there from the start, what the resident memory
 * gains is native. Every tenth challenger goes live; every generation makes a few lessons, of which
 * 500 are kept: so few that the bound is reached in the first tenth of a run of 2,000.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.Soak "-Dbench.args=10000"
 * "-Dbench.jvm=-Xms256m -Xmx256m -XX:+AlwaysPreTouch"}; the argument is how many generations, at
 * least 10.
 */
public final class Soak {
  private static final int LEVELS = 8;
  private static final int LESSONS = 500;
  private static final Set<Role> BOTH = Set.of(Role.INCUMBENT, Role.CHALLENGER);

  private Soak() {}

  /** Runs it. */
  public static void main(String[] args) throws IOException {
    int generations = Integer.parseInt(args[0]);
    Path home = Files.createTempDirectory("soak");
    try {
      SimulatedLearner learner = SimulatedLearner.ofLevels(LEVELS).lessonsToLearn(1e6);
      ToyTasks tasks = ToyTasks.ofLevels(LEVELS);
      ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
      Path model = learner.write(home.resolve("start"), .5, .3);
      ModelVersion start = registry.add(model, Provenance.imported());
      SplittableRandom random = new SplittableRandom(7);
      List<Sum> probes = Stream.generate(() -> tasks.draw(3, random)).distinct().limit(40).toList();
      StrictGenerator<Sum, Long> generator = StrictGenerator.of(learner.generator());
      Watch watch = new Watch(home.resolve("run.db"), Math.max(1, generations / 10));
      try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
        RunReport report =
            ImprovementLoop.builder(generator)
                .verifier(ToyTasks.verifier())
                .trainer(learner.trainer())
                .gate(
                    source -> {
                      source.pull("probes", 20, BOTH);
                      return source.ordinal() % 10 == 0
                          ? GateDecision.promote("the tenth", List.of())
                          : GateDecision.hold("not the tenth", List.of());
                    })
                .probes(
                    ProbeBank.of(ToyTasks.codec(), ToyTasks.verifier(), Map.of("probes", probes)))
                .practice(
                    Practice.DEFAULT
                        .tasks(8)
                        .scouts(8)
                        .reach(1)
                        .patience(generations)
                        .memory(LESSONS))
                .budget(Budget.of(generations))
                .store(store)
                .registry(registry, 1)
                .listener(watch::hear)
                .build()
                .run(start, tasks);
        System.out.printf(
            Locale.ROOT,
            "%d generations, %d promotions, %d sessions opened, %d open, %d versions kept%n",
            report.generations().size() - 1,
            report.promotions(),
            generator.opened(),
            generator.openSessions(),
            registry.versions().size());
        watch.compare();
      }
    } finally {
      MoreFiles.deleteRecursively(home, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  private static final class Watch {
    private final Path file;
    private final int every;
    private final List<Long> nanos = new ArrayList<>();
    private final List<Double> heaps = new ArrayList<>();
    private final List<Double> residents = new ArrayList<>();
    private final List<Double> medians = new ArrayList<>();
    private final List<Double> cpuMedians = new ArrayList<>();
    private final List<Long> cpuNanos = new ArrayList<>();
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private long began = System.nanoTime();
    private long cpuBegan = threads.getCurrentThreadCpuTime();

    Watch(Path file, int every) {
      this.file = file;
      this.every = every;
    }

    void hear(RunEvent event) {
      if (!(event instanceof RunEvent.GenerationFinished finished) || finished.generation() == 0) {
        return;
      }
      long now = System.nanoTime();
      nanos.add(now - began);
      cpuNanos.add(threads.getCurrentThreadCpuTime() - cpuBegan);
      if (finished.generation() % every == 0) {
        double median = median(nanos);
        double cpu = median(cpuNanos);
        cpuMedians.add(cpu);
        double heap = heapKib();
        medians.add(median);
        heaps.add(heap);
        try {
          residents.add((double) residentKib());
          System.out.printf(
              Locale.ROOT,
              "generation %d: median %.2f ms, %.2f ms of cpu, heap %.0f KiB, resident %.0f KiB, file %d KiB%n",
              finished.generation(),
              median,
              cpu,
              heap,
              residents.get(residents.size() - 1),
              Files.size(file) / 1024);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        nanos.clear();
        cpuNanos.clear();
      }
      began = System.nanoTime();
      cpuBegan = threads.getCurrentThreadCpuTime();
    }

    private static double median(List<Long> nanos) {
      nanos.sort(null);
      return nanos.get(nanos.size() / 2) / 1e6;
    }

    /** The second tenth is the first that a run has warmed up for. */
    void compare() {
      compare("heap", heaps, "KiB");
      compare("resident memory", residents, "KiB");
      compare("time per generation", medians, "ms");
      compare("cpu time per generation", cpuMedians, "ms");
    }

    private void compare(String what, List<Double> tenths, String unit) {
      List<Double> warm = tenths.subList(1, tenths.size());
      double mean = warm.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
      double middle = (warm.size() - 1) / 2.0;
      double up = 0;
      double along = 0;
      for (int i = 0; i < warm.size(); i++) {
        up += (i - middle) * (warm.get(i) - mean);
        along += (i - middle) * (i - middle);
      }
      System.out.printf(
          Locale.ROOT,
          "%s from the second tenth to the last: %+.2f %%, least to most %.2f %%, slope %+.5f %s a"
              + " generation%n",
          what,
          100 * (warm.get(warm.size() - 1) / warm.get(0) - 1),
          100 * (Collections.max(warm) / Collections.min(warm) - 1),
          up / along / every,
          unit);
    }

    /** Twice, as the first collection leaves what has to be closed. */
    private static double heapKib() {
      System.gc();
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      return (runtime.totalMemory() - runtime.freeMemory()) / 1024.0;
    }

    private static long residentKib() throws IOException {
      try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
        return lines
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
            .findFirst()
            .orElse(-1);
      }
    }
  }
}
