package dev.rsi.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TaskSource;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.live.LiveModel;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The live model of README.md and the audit of docs/reliability.md, around a simulated model. */
class LiveModelDocumentTest {
  private final RunContext context = RunContext.standalone();

  @TempDir Path home;
  private final SimulatedLearner model = SimulatedLearner.ofLevels(4);
  private final Generator<Sum, Long> generator = model.generator();
  private final TaskSource<Sum> tasks = ToyTasks.ofLevels(4);
  private final List<Request<Sum>> requests = List.of(new Request<>(Sum.of(1, 2), 7));
  private ModelRegistry registry;
  private ModelVersion start;

  @BeforeEach
  void write() {
    registry = ModelRegistry.directory(home.resolve("models"));
    start = registry.add(model.write(home.resolve("start"), 0.98, 0.5), Provenance.imported());
    registry.promote(start.id());
  }

  @Test
  void should_serve_what_a_loop_promotes() {
    RunStore store = RunStore.inMemory();
    List<Output<Long>> answers;
    // #region live
    try (LiveModel<Sum, Long> live = LiveModel.open(generator, registry, 4)) { // 4 requests at once
      loop(store).listener(live).build().run(start, tasks); // on a thread of its own, usually
      try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
        answers = lease.generate(requests, context);
      }
    }
    // #endregion
    assertThat(answers).hasSize(1);
    assertThat(registry.live()).isNotEqualTo(Optional.of(start));

    String run = store.runs().get(0);
    // #region audit
    RunStore.Audit audit = store.audit();
    if (!audit.sound()) {
      throw new IllegalStateException(audit.fault());
    }
    String head = store.audit(run).head(); // of one run; to be kept where nobody changes it
    // #endregion
    assertThat(head).hasSize(64);
  }

  private ImprovementLoop.Builder<Sum, Long> loop(RunStore store) {
    SplittableRandom random = new SplittableRandom(7);
    List<Sum> probes = Stream.generate(() -> tasks.draw(2, random)).distinct().limit(400).toList();
    return ImprovementLoop.builder(generator)
        .verifier(ToyTasks.verifier())
        .trainer(model.trainer())
        .gate(DriftGates.paired())
        .probes(ProbeBank.of(ToyTasks.codec(), ToyTasks.verifier(), Map.of("2 additions", probes)))
        .budget(Budget.of(2))
        .store(store)
        .registry(registry);
  }
}
