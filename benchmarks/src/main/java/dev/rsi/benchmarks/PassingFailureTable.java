package dev.rsi.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * How often clean challengers go live where a share of all calls of the verifier and of the judges
 * fails in passing: whole loops around a simulated learner, three generations each, under the
 * paired gate; each seed with and without failures. Target: as often at 1, 5 and 10 % as without.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.PassingFailureTable "-Dbench.args=100"}
 */
public final class PassingFailureTable {
  private static final int LEVELS = 8;
  private static final ToyTasks TASKS = ToyTasks.ofLevels(LEVELS);

  private PassingFailureTable() {}

  /** Arguments: how many seeds, 100 if not given. */
  public static void main(String[] arguments) throws IOException {
    int seeds = arguments.length == 0 ? 100 : Integer.parseInt(arguments[0]);
    System.out.println(
        "| calls that fail | promotions | of generations | runs with the calm course |");
    System.out.println("|---|---|---|---|");
    Map<Integer, List<String>> calm = new LinkedHashMap<>();
    for (double share : List.of(0., .01, .05, .1)) {
      int promotions = 0;
      int generations = 0;
      int same = 0;
      for (int seed = 1; seed <= seeds; seed++) {
        RunReport report = run(seed, share);
        promotions += report.promotions();
        generations += report.spending().generations();
        List<String> lines =
            report.generations().stream().map(each -> each.outcome() + each.live()).toList();
        same += lines.equals(calm.computeIfAbsent(seed, number -> lines)) ? 1 : 0;
      }
      System.out.printf(
          Locale.ROOT,
          "| %.0f %% | %d | %d | %d of %d |%n",
          share * 100,
          promotions,
          generations,
          same,
          seeds);
    }
  }

  private static RunReport run(int seed, double share) throws IOException {
    Path home = Files.createTempDirectory("rsi-passing-");
    try (RunStore store = RunStore.inMemory()) {
      SimulatedLearner learner = SimulatedLearner.ofLevels(LEVELS);
      ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
      ModelVersion start =
          registry.add(learner.write(home.resolve("start"), 1, 1, .6, .3), Provenance.imported());
      SplittableRandom random = new SplittableRandom(seed);
      Verifier<Sum, Long> failing =
          Verifier.named(
              "toy",
              (task, answer) -> {
                boolean fails;
                synchronized (random) {
                  fails = random.nextDouble() < share;
                }
                if (fails) {
                  throw new RsiException("503", null, true);
                }
                return ToyTasks.verifier().verify(task, answer);
              });
      return ImprovementLoop.builder(learner.generator())
          .verifier(failing)
          .trainer(learner.trainer())
          .gate(DriftGates.paired())
          .probes(probes(failing))
          .practice(Practice.DEFAULT.tasks(64))
          .budget(Budget.of(3))
          .store(store)
          .registry(registry)
          .oversight(Oversight.NONE.outages(Duration.ofHours(1)))
          .seed(seed)
          .build()
          .run(start, TASKS);
    } finally {
      MoreFiles.deleteRecursively(home, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  private static ProbeBank<Sum, Long> probes(Verifier<Sum, Long> judge) {
    SplittableRandom random = new SplittableRandom(11);
    Map<String, List<Sum>> kinds = new LinkedHashMap<>();
    for (int level = 3; level <= LEVELS; level++) {
      Set<Sum> tasks = new LinkedHashSet<>();
      while (tasks.size() < 200) {
        tasks.add(TASKS.draw(level, random));
      }
      kinds.put("level " + level, new ArrayList<>(tasks));
    }
    return ProbeBank.of(ToyTasks.codec(), judge, kinds);
  }
}
