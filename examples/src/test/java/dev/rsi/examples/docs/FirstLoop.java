package dev.rsi.examples.docs;

// #region first-loop
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Files;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

public class FirstLoop {
  public static void main(String[] args) throws Exception {
    SimulatedLearner model = SimulatedLearner.ofLevels(4); // a model whose skill is known
    ToyTasks tasks = ToyTasks.ofLevels(4); // at level n, sums with n plus signs
    Verifier<Sum, Long> verifier =
        Verifier.named("exact", (sum, answer) -> Verdict.passIf(answer == sum.expected(), "no"));
    ModelRegistry registry = ModelRegistry.directory(Files.createTempDirectory("first-loop"));
    var files = model.write(registry.newWorkDirectory(), 0.98, 0.5); // solves 98 %, 50 %, 0, 0
    var start = registry.add(files, Provenance.imported());
    var random = new SplittableRandom(7);
    var heldOut = Stream.generate(() -> tasks.draw(random.nextInt(1, 5), random)).limit(1000);
    ImprovementLoop<Sum, Long> loop =
        ImprovementLoop.builder(model.generator())
            .verifier(verifier)
            .trainer(model.trainer())
            .gate(DriftGates.anchored())
            .probes(ProbeBank.of(ToyTasks.codec(), verifier, Map.of("sums", heldOut.toList())))
            .budget(Budget.of(6))
            .store(RunStore.inMemory())
            .registry(registry)
            .build();
    System.out.println(loop.run(start, tasks).summary());
  }
}
// #endregion
