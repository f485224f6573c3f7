package dev.rsi.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.rsi.api.GateDecision;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Role;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.ProbeBank;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * One long run with a simulated learner, an SQLite file and a registry that keeps what it needs:
 * time per generation, heap after a collection, resident memory and size of the file, at every
 * tenth of the run. Every tenth challenger goes live; every generation makes a few lessons, which
 * stay, as the loop throws nothing away that was verified.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.Soak "-Dbench.args=10000"}; the argument
 * is how many generations.
 */
public final class Soak {
  private static final int LEVELS = 8;
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
                .practice(Practice.DEFAULT.tasks(8).scouts(8).reach(1).patience(generations))
                .budget(Budget.of(generations))
                .store(store)
                .registry(registry)
                .retain(1)
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
      }
    } finally {
      MoreFiles.deleteRecursively(home, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  private static final class Watch {
    private final Path file;
    private final int every;
    private final List<Long> nanos = new ArrayList<>();
    private long began = System.nanoTime();

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
      if (finished.generation() % every == 0) {
        nanos.sort(null);
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        try {
          System.out.printf(
              Locale.ROOT,
              "generation %d: median %.2f ms, heap %d KiB, resident %d KiB, file %d KiB%n",
              finished.generation(),
              nanos.get(nanos.size() / 2) / 1e6,
              (runtime.totalMemory() - runtime.freeMemory()) / 1024,
              residentKib(),
              Files.size(file) / 1024);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        nanos.clear();
      }
      began = System.nanoTime();
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
