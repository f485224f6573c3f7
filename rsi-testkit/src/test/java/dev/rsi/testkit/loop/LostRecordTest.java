package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.RunListener;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that was put back to an older copy is held against what the registry knows of it. */
class LostRecordTest {
  private final SimulatedLearner learner = SimulatedLearner.ofLevels(Loops.LEVELS);

  @TempDir Path home;

  @Test
  void should_refuse_a_record_that_ends_before_what_the_registry_knows() {
    ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
    Path model = learner.write(home.resolve("start"), 1, 1, .6, .3);
    ModelVersion start = registry.add(model, Provenance.imported());
    Path empty = home.resolve("empty.db");
    Path early = home.resolve("early.db");
    String run;
    try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      store.backup(empty);
      RunListener listener =
          event -> {
            if (event instanceof RunEvent.GenerationFinished finished) {
              if (finished.generation() == 1) {
                store.backup(early);
              } else if (finished.generation() == 2) {
                Thread.currentThread().interrupt();
              }
            }
          };
      RunReport report = loop(store, registry, listener).run(start, Loops.TASKS);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(report.end()).isEqualTo(RunReport.End.CANCELLED);
      run = report.run();
    }
    String live = registry.history().get(0);
    try (RunStore store = RunStore.sqlite(early)) {
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(() -> loop(store, registry, event -> {}).resume(run, Loops.TASKS))
          .withMessageContaining("Run (" + run + ")")
          .withMessageContaining("Maybe the store was put back to an older copy");
    }
    try (RunStore store = RunStore.sqlite(empty)) {
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(() -> loop(store, registry, event -> {}).run(start, Loops.TASKS))
          .withMessageContaining("Run (" + run + ")");
      assertThat(store.runs()).isEmpty();
    }
    assertThat(registry.history()).startsWith(live);
    try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      assertThat(loop(store, registry, event -> {}).resume(run, Loops.TASKS).generations())
          .hasSizeGreaterThan(2);
    }
  }

  private ImprovementLoop<Sum, Long> loop(
      RunStore store, ModelRegistry registry, RunListener listener) {
    return ImprovementLoop.builder(learner.generator())
        .verifier(ToyTasks.verifier())
        .trainer(learner.trainer())
        .gate(DriftGates.paired())
        .probes(Loops.heldOut(11, 60))
        .practice(Practice.DEFAULT.tasks(16).scouts(8))
        .budget(Budget.of(3))
        .store(store)
        .registry(registry)
        .listener(listener)
        .build();
  }
}
