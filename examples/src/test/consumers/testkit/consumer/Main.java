package consumer;

import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** The simulated learner improves itself, recorded in an SQLite file. */
public final class Main {
  public static void main(String[] args) {
    Path home = Path.of(args[0]);
    SimulatedLearner model = SimulatedLearner.ofLevels(2);
    ToyTasks tasks = ToyTasks.ofLevels(2);
    RandomGenerator random = new SplittableRandom(7);
    List<Sum> heldOut =
        Stream.generate(() -> tasks.draw(2, random)).distinct().limit(400).toList();
    ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
    try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      RunReport report =
          ImprovementLoop.builder(model.generator())
              .verifier(ToyTasks.verifier())
              .trainer(model.trainer())
              .gate(DriftGates.paired())
              .probes(
                  ProbeBank.of(ToyTasks.codec(), ToyTasks.verifier(), Map.of("sums", heldOut)))
              .budget(Budget.of(1))
              .store(store)
              .registry(registry)
              .build()
              .run(
                  registry.add(
                      model.write(home.resolve("start"), 0.98, 0.4), Provenance.imported()),
                  tasks);
      System.out.println("promotions: " + report.promotions());
      System.out.println("events recorded: " + !store.events(report.run()).isEmpty());
    }
  }
}
