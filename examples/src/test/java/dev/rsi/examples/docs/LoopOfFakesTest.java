package dev.rsi.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.ModelVersion;
import dev.rsi.api.TaskSource;
import dev.rsi.api.Verdict;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loop of docs/architecture.md, around a simulated model. */
class LoopOfFakesTest {

  @Test
  void should_run_as_shown(@TempDir Path directory) {
    SimulatedLearner model = SimulatedLearner.ofLevels(4);
    TaskSource<Sum> tasks = ToyTasks.ofLevels(4);
    ProbeBank<Sum, Long> probes =
        ProbeBank.of(ToyTasks.codec(), ToyTasks.verifier(), heldOut(tasks));
    RunStore store = RunStore.inMemory();
    ModelRegistry registry = ModelRegistry.directory(directory.resolve("models"));
    ModelVersion start =
        registry.add(model.write(directory.resolve("start"), 0.98, 0.5), Provenance.imported());

    // #region loop
    ImprovementLoop<Sum, Long> loop =
        ImprovementLoop.builder(model.generator())
            .verifier((sum, answer) -> Verdict.passIf(answer == sum.expected(), "wrong sum"))
            .trainer(model.trainer())
            .gate(DriftGates.paired())
            .probes(probes)
            .budget(Budget.of(5).wallClock(Duration.ofMinutes(1)))
            .store(store)
            .registry(registry)
            .build();
    RunReport report = loop.run(start, tasks);
    // #endregion

    assertThat(report.promotions()).isPositive();
    assertThat(report.live()).isNotEqualTo(report.anchor());
  }

  private static Map<String, List<Sum>> heldOut(TaskSource<Sum> tasks) {
    RandomGenerator random = new SplittableRandom(7);
    Map<String, List<Sum>> probes = new LinkedHashMap<>();
    for (int level = 1; level <= tasks.levels(); level++) {
      int each = level;
      probes.put(
          level + " additions",
          Stream.generate(() -> tasks.draw(each, random)).distinct().limit(400).toList());
    }
    return probes;
  }
}
