package dev.rsi.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.TaskSource;
import dev.rsi.core.Approval;
import dev.rsi.core.Budget;
import dev.rsi.core.Charter;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.RunHandle;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.micrometer.RunMeters;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The run under control of docs/reliability.md, around a simulated model. */
class RunHandleDocumentTest {
  @TempDir Path home;
  private final SimulatedLearner model = SimulatedLearner.ofLevels(4);
  private final TaskSource<Sum> tasks = ToyTasks.ofLevels(4);
  private final RunStore store = RunStore.inMemory();
  private ModelRegistry registry;
  private ModelVersion start;

  @BeforeEach
  void write() {
    registry = ModelRegistry.directory(home.resolve("models"));
    start = registry.add(model.write(home.resolve("start"), 0.98, 0.5), Provenance.imported());
  }

  @Test
  void should_be_paused_and_gone_on_with() throws InterruptedException {
    ImprovementLoop<Sum, Long> loop =
        loop().oversight(Oversight.NONE.stopFile(home.resolve("STOP"))).build();
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    // #region handle
    try (RunHandle run = loop.start(start, tasks)) {
      run.subscribe(RunMeters.of(meters)); // or any RunListener; it holds up nobody
      run.pause().join(); // nothing is under way now, and no step begins
      run.resume();
      run.stop().join(); // after the step under way; stopNow() cuts it short
    }
    if (loop.unfinished().isPresent()) { // in another process, if you like
      try (RunHandle run = loop.start(loop.unfinished().get(), tasks)) {
        RunReport report = run.await();
      }
    }
    // #endregion
    assertThat(loop.unfinished()).isEmpty();
    assertThat(store.runs()).hasSize(1);
  }

  @Test
  void should_ask_a_person() {
    // #region approval
    Approval approval =
        Approval.of(Duration.ofHours(8), Action.PROMOTE, Action.HOLD)
            .byPerson(question -> ask(question.challenger(), question.decision().reason()));
    Charter charter =
        new Charter(
            1, "adds longer numbers", List.of("share of sums solved"), List.of("the verifier"));
    ImprovementLoop<Sum, Long> loop =
        loop().oversight(Oversight.NONE.approval(approval).charter(charter)).build();
    // #endregion
    assertThat(loop.run(start, tasks).promotions()).isZero();
  }

  private static Approval.Answer ask(String challenger, String reason) {
    return Approval.Answer.no("Ada", "too soon for " + challenger + ", though " + reason);
  }

  private ImprovementLoop.Builder<Sum, Long> loop() {
    SplittableRandom random = new SplittableRandom(7);
    List<Sum> probes = Stream.generate(() -> tasks.draw(2, random)).distinct().limit(400).toList();
    return ImprovementLoop.builder(model.generator())
        .verifier(ToyTasks.verifier())
        .trainer(model.trainer())
        .gate(DriftGates.paired())
        .probes(ProbeBank.of(ToyTasks.codec(), ToyTasks.verifier(), Map.of("2 additions", probes)))
        .budget(Budget.of(2))
        .store(store)
        .registry(registry);
  }
}
