package dev.rsi.examples.router;

import dev.rsi.api.Codec;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Recipe;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.RunListener;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.onnx.FrozenEncoder;
import dev.rsi.onnx.HeadTrainer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Trains a router on a few given requests, then lets it improve itself on its outcomes. */
public final class RouterRun {
  private final Shop shop = new Shop();
  private final int probes;
  private final int exam;
  private final int generations;
  private final long seed;

  /**
   * @param probes requests per desk for the gate
   * @param exam requests per desk for the report
   * @param generations that may begin
   * @param seed root of all randomness
   */
  public RouterRun(int probes, int exam, int generations, long seed) {
    this.probes = probes;
    this.exam = exam;
    this.generations = generations;
    this.seed = seed;
  }

  /**
   * Runs from scratch.
   *
   * @param home an empty directory for models and records
   */
  public RunReport run(FrozenEncoder encoder, Path home, RunListener listener) {
    HeadTrainer<String, String> trainer = HeadTrainer.of(encoder, Codec.text());
    Verifier<String, String> outcome =
        (request, desk) -> Verdict.passIf(shop.helped(request, desk), "the desk could not help");
    List<Lesson<String, String>> given = shop.given(8, seed);
    ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
    ModelVersion start = generation0(trainer, registry, given);
    // A router that is unsure tries several desks: only what worked can be learned from.
    try (var generator = trainer.generator().withTemperature(0.5);
        RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      return ImprovementLoop.builder(generator)
          .verifier(outcome)
          .trainer(trainer)
          .gate(DriftGates.anchored().batch(32))
          .probes(ProbeBank.of(Codec.text(), outcome, shop.probes(probes, seed)))
          .exam(ProbeBank.of(Codec.text(), outcome, shop.exam(exam, seed)))
          .lessons(given)
          .practice(Practice.DEFAULT.tasks(384).scouts(96).mastery(1))
          .budget(Budget.of(generations).wallClock(Duration.ofMinutes(10)))
          .store(store)
          .registry(registry)
          .listener(listener)
          .seed(seed)
          .build()
          .run(start, shop.practice());
    }
  }

  private ModelVersion generation0(
      HeadTrainer<String, String> trainer,
      ModelRegistry registry,
      List<Lesson<String, String>> given) {
    Path untrained = registry.newWorkDirectory();
    trainer.writeClassifier(untrained, shop.desks());
    ModelVersion blank = registry.add(untrained, Provenance.imported());
    Recipe recipe = Recipe.defaults();
    TrainedArtifact trained =
        trainer.train(
            new TrainingRequest<>(blank, given, recipe, seed, registry.newWorkDirectory()),
            TrainingContext.standalone());
    return registry.add(
        trained.directory(),
        new Provenance(
            blank.id(),
            null,
            0,
            null,
            seed,
            trained.steps(),
            recipe.values(),
            trained.metrics(),
            trained.provenance()));
  }
}
