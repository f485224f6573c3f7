package dev.rsi.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.ModelVersion;
import dev.rsi.api.TaskSource;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.RunListener;
import dev.rsi.core.RunReplay;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Going on with a run, and doing it again, as README.md and docs/reliability.md have it. */
class ResumeDocumentTest {
  @TempDir Path home;
  private final SimulatedLearner model = SimulatedLearner.ofLevels(4);
  private final TaskSource<Sum> tasks = ToyTasks.ofLevels(4);

  @Test
  void should_go_on_with_what_was_left_and_do_it_again() {
    ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
    ModelVersion start =
        registry.add(model.write(home.resolve("start"), 0.98, 0.5), Provenance.imported());
    try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      RunReport cut =
          loop(registry, store, event -> interruptAt(event, RunEvent.Gated.class))
              .run(start, tasks);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(cut.end()).isEqualTo(RunReport.End.CANCELLED);

      ImprovementLoop<Sum, Long> loop = loop(registry, store, event -> {});
      // #region resume
      if (registry.history().isEmpty()) {
        registry.promote(start.id()); // the first time alone
      }
      Optional<String> left = loop.unfinished();
      RunReport report = left.isPresent() ? loop.resume(left.get(), tasks) : loop.run(tasks);
      // #endregion
      assertThat(report.run()).isEqualTo(cut.run());
      assertThat(report.end()).isNotEqualTo(RunReport.End.CANCELLED);
      assertThat(report.promotions()).isPositive();

      RunReport again = readmeOnceMore(registry, store, start);
      assertThat(again.run()).isNotEqualTo(report.run());
      assertThat(store.events(again.run(), 0, 1).get(0))
          .isInstanceOfSatisfying(
              RunEvent.RunStarted.class,
              began -> assertThat(began.anchor()).isEqualTo(report.live()));
      assertThat(registry.history()).startsWith(again.live()).contains(report.live());
      assertThat(registry.history().indexOf(start.id())).isPositive();

      String run = report.run();
      // #region replay
      RunReplay.Result result = loop.replay(run, tasks).verify(1); // attempts, trains, decides anew
      if (!result.identical()) {
        throw new IllegalStateException(String.valueOf(result.difference()));
      }
      // #endregion
      assertThat(result.events()).isPositive();
    }
  }

  /** The program is started again after the run has ended, as a service manager does. */
  private RunReport readmeOnceMore(ModelRegistry registry, RunStore store, ModelVersion start) {
    ImprovementLoop<Sum, Long> loop = loop(registry, store, event -> {});
    if (registry.history().isEmpty()) {
      registry.promote(start.id());
    }
    Optional<String> left = loop.unfinished();
    return left.isPresent() ? loop.resume(left.get(), tasks) : loop.run(tasks);
  }

  private static void interruptAt(RunEvent event, Class<? extends RunEvent> type) {
    if (type.isInstance(event)) {
      Thread.currentThread().interrupt();
    }
  }

  private ImprovementLoop<Sum, Long> loop(
      ModelRegistry registry, RunStore store, RunListener listener) {
    SplittableRandom random = new SplittableRandom(7);
    List<Sum> probes = Stream.generate(() -> tasks.draw(2, random)).distinct().limit(400).toList();
    return ImprovementLoop.builder(model.generator())
        .verifier(ToyTasks.verifier())
        .trainer(model.trainer())
        .gate(DriftGates.paired())
        .probes(ProbeBank.of(ToyTasks.codec(), ToyTasks.verifier(), Map.of("2 additions", probes)))
        .budget(Budget.of(2))
        .listener(listener)
        .store(store)
        .registry(registry)
        .build();
  }
}
