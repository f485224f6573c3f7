package dev.rsi.examples.addition;

import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Generator;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Recipe;
import dev.rsi.api.RunContext;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
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
import dev.rsi.core.verify.Verifiers;
import dev.rsi.djl.DjlGenerator;
import dev.rsi.djl.DjlTrainer;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderTraining;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.SamplingParameters;
import dev.rsi.lm.SupervisedObjective;
import dev.rsi.onnx.OnnxGenerator;
import dev.rsi.onnx.OnnxTrainer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Trains generation 0 on given lessons, then lets it improve itself. */
public final class AdditionRun {
  private static final AdditionCodec CODEC = AdditionCodec.INSTANCE;
  private static final char END = '$';

  /** Where the loss of generation 0 is past its fall, and a decay brings the rest. */
  private static final double GIVEN_LOSS = 0.05;

  /** Where a round has learned its new lessons: most are there after 60 to 100 steps. */
  private static final double ROUND_LOSS = 0.002;

  private final Settings settings;
  private final ProbeBank<Addition, String> exam;
  private final ProbeBank<Addition, String> probes;
  private final List<Lesson<Addition, String>> given;
  private final long modelSeed;

  /** Draws the additions of a run. */
  public AdditionRun(Settings settings) {
    this.settings = settings;
    SplittableRandom seeds = new SplittableRandom(settings.seed());
    // Shorter additions are too few to hold any out.
    int from = Math.min(3, settings.digits());
    exam =
        Additions.heldOut(from, settings.digits(), settings.exam(), seeds.nextLong(), a -> false);
    probes =
        Additions.heldOut(
            from, settings.digits(), settings.probes(), seeds.nextLong(), exam::contains);
    given =
        Additions.given(
            settings.givenDigits(),
            6000,
            seeds.nextLong(),
            a -> exam.contains(a) || probes.contains(a));
    modelSeed = seeds.nextLong();
  }

  /**
   * Runs from scratch, or resumes what was left.
   *
   * @param home for models: an empty directory, or one that a run of the same settings was left in
   * @param store for the record of the run, and for that of one that was left
   * @param context for the training of generation 0
   */
  public RunReport run(Path home, RunStore store, RunListener listener, RunContext context) {
    ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
    try (Generator<Addition, String> generator = generator()) {
      ImprovementLoop<Addition, String> loop =
          ImprovementLoop.builder(generator)
              .verifier(verifier())
              .trainer(
                  trainer(),
                  Recipe.defaults()
                      .with(DecoderTraining.STEPS, settings.roundSteps())
                      .with(SupervisedObjective.TARGET_LOSS, ROUND_LOSS))
              .gate(gate())
              .probes(probes)
              .exam(exam)
              .lessons(given)
              .practice(practice())
              .budget(Budget.of(12).wallClock(Duration.ofMinutes(30)))
              .store(store)
              .registry(registry)
              .listener(listener)
              .seed(settings.seed())
              .build();
      TaskSource<Addition> tasks = Additions.practice(settings.digits());
      Optional<String> left = loop.unfinished();
      if (left.isPresent()) {
        return loop.resume(left.get(), tasks);
      }
      return registry.history().isEmpty()
          ? loop.run(generation0(registry, context), tasks)
          : loop.run(tasks);
    }
  }

  /** Without a verifier everything that the model writes is taken, also what has no end. */
  private Generator<Addition, String> generator() {
    // The longest sum and its end.
    SamplingParameters greedy = SamplingParameters.greedy(settings.digits() + 2);
    SamplingParameters sampling =
        settings.judge() == Settings.Judge.UNVERIFIED ? greedy.keepingCutOff() : greedy;
    return switch (settings.backend()) {
      case DJL -> {
        DjlGenerator<Addition, String> djl =
            DjlGenerator.of(CODEC, Device.auto()).withSampling(sampling);
        // A vote, or none at all, takes what is too long as the answer that it is.
        yield settings.judge() == Settings.Judge.EXACT
            ? djl.withLongestAnswer(task -> task.digits() + 2)
            : djl;
      }
      case ONNX -> OnnxGenerator.of(CODEC, Device.auto()).withSampling(sampling);
    };
  }

  private Trainer<Addition, String> trainer() {
    return switch (settings.backend()) {
      case DJL -> DjlTrainer.of(CODEC);
      case ONNX -> OnnxTrainer.of(CODEC);
    };
  }

  private ModelVersion generation0(ModelRegistry registry, RunContext context) {
    CharVocabulary vocabulary = CharVocabulary.of(AdditionCodec.ALPHABET, END);
    DecoderConfig config = DecoderConfig.builder(vocabulary).build();
    Path untrained = registry.newWorkDirectory();
    ModelDirectory.write(untrained, DecoderModel.random(config, vocabulary, modelSeed));
    ModelVersion blank = registry.add(untrained, Provenance.imported());
    Recipe recipe =
        Recipe.defaults()
            .with(DecoderTraining.STEPS, settings.givenSteps())
            .with(SupervisedObjective.TARGET_LOSS, GIVEN_LOSS)
            .with(DecoderTraining.LEARNING_RATE, 4e-3)
            .with(DecoderTraining.WARM_UP_STEPS, 100)
            .with(DecoderTraining.DECAY_SHARE, 0.4);
    TrainedArtifact trained =
        trainer()
            .train(
                new TrainingRequest<>(blank, given, recipe, modelSeed, registry.newWorkDirectory()),
                TrainingContext.of(context));
    return registry.add(
        trained.directory(),
        new Provenance(
            blank.id(),
            null,
            0,
            null,
            modelSeed,
            trained.steps(),
            recipe.values(),
            trained.metrics(),
            Provenance.madeBy(trained.provenance())));
  }

  private Verifier<Addition, String> verifier() {
    return switch (settings.judge()) {
      case EXACT -> Verifiers.exact(Addition::sum);
      case VOTE -> Verifiers.majority(5, Addition::fits);
      case UNVERIFIED -> (task, candidate) -> Verdict.pass();
    };
  }

  private Practice practice() {
    return Practice.DEFAULT.mastery(0.97).samples(settings.judge() == Settings.Judge.VOTE ? 5 : 1);
  }

  private DriftGate gate() {
    return settings.gated()
        // A batch of the model takes about as long as one probe alone.
        ? DriftGates.anchored().batch(64)
        : probes -> GateDecision.promote("There is no gate.", List.of());
  }
}
