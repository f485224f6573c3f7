package dev.rsi.lm.spi;

import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Described;
import dev.rsi.api.Knob;
import dev.rsi.api.Lesson;
import dev.rsi.api.Recipe;
import dev.rsi.api.RsiException;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.DecoderTraining;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.Objective;
import dev.rsi.lm.PolicyObjective;
import dev.rsi.lm.PreferenceObjective;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.SupervisedObjective;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Trains a decoder towards an {@link Objective}, whatever the backend, which brings the {@link
 * TrainStep}. Knobs and what lessons and attempts become: see {@link DecoderTraining} and the
 * objective's.
 *
 * <p>Immutable; thread-safe if the codec and the backend are.
 *
 * @param <T> task
 * @param <C> candidate
 */
public abstract class DecoderTrainer<T, C> implements Trainer<T, C> {
  private static final double BETA_1 = 0.9;
  private static final double EPSILON = 1e-8;

  private final Codec<T, C> codec;
  private final Device device;
  private final Objective objective;

  protected DecoderTrainer(Codec<T, C> codec, Device device, Objective objective) {
    this.codec = Objects.requireNonNull(codec, "codec");
    this.device = Objects.requireNonNull(device, "device");
    this.objective = Objects.requireNonNull(objective, "objective");
  }

  /** Writes tasks and candidates. */
  protected final Codec<T, C> codec() {
    return codec;
  }

  /** Where the steps are computed. */
  protected final Device device() {
    return device;
  }

  /**
   * The backend's name and version, for the provenance of what is trained.
   *
   * @throws RsiException if the backend did not start
   */
  protected abstract String backend();

  /**
   * A step that begins with a model's weights and these moments. The training closes it.
   *
   * @param base its weights are not to be written to
   * @param adapters what is trained; null for all weights
   * @param start moments of what is trained
   * @throws RsiException if the backend did not start
   */
  protected abstract TrainStep open(
      DecoderModel base, @Nullable Adapters adapters, TrainerState start);

  @Override
  public final String describe() {
    return Described.className(this) + ", " + objective + ", codec " + Described.className(codec);
  }

  @Override
  public final List<Knob> knobs() {
    return objective.knobs();
  }

  @Override
  public final boolean contrasts() {
    return objective.contrasts();
  }

  @Override
  public final long maxSteps(Recipe recipe, long lessons) {
    return recipe.count(DecoderTraining.STEPS);
  }

  /**
   * {@inheritDoc}
   *
   * @throws dev.rsi.api.CorruptModelException if the base version's files are damaged
   * @throws RsiException if ten steps in a row had no finite gradient, the weights became
   *     non-finite, there is nothing to contrast, no lesson fits the model's vocabulary and
   *     positions, the backend did not start, or the artifact cannot be written
   */
  @Override
  public final TrainedArtifact train(TrainingRequest<T, C> request, TrainingContext<T, C> context) {
    context.checkActive();
    Map<String, String> provenance =
        new HashMap<>(
            Map.of(
                "backend",
                backend(),
                "device",
                device.toString(),
                "objective",
                objective.toString()));
    DecoderModel base = ModelDirectory.read(request.base().directory());
    Recipe recipe = request.recipe();
    Adapters adapters = adapters(base, recipe, request.seed());
    TrainerState start = start(base, adapters, recipe, request.seed());
    LeftOut leftOut = new LeftOut();
    Curriculum curriculum = curriculum(request, base, leftOut);
    int steps = recipe.count(DecoderTraining.STEPS);
    AdamW adamW =
        new AdamW(
            BETA_1,
            recipe.value(DecoderTraining.BETA_2),
            EPSILON,
            recipe.value(DecoderTraining.WEIGHT_DECAY),
            recipe.value(DecoderTraining.CLIP_NORM));
    Schedule schedule =
        new Schedule(
            recipe.value(DecoderTraining.LEARNING_RATE),
            recipe.count(DecoderTraining.WARM_UP_STEPS),
            steps,
            recipe.value(DecoderTraining.DECAY_SHARE));
    TrainStep step = open(base, adapters, start);
    try (TrainingRun run = new TrainingRun(base, adapters, start, step)) {
      if (curriculum instanceof Contrast contrast) {
        contrast.begin(step, context);
      }
      int taken = run.run(curriculum, adamW, schedule, 0, steps, targetLoss(recipe), context);
      DecoderModel trained = run.model();
      requireFinite(trained.weights());
      ModelDirectory.write(request.workDirectory(), trained);
      Map<String, Double> metrics = metrics(run, curriculum, start);
      leftOut.report(metrics, provenance);
      return new TrainedArtifact(
          request.workDirectory(), taken - run.skipped(), metrics, provenance);
    }
  }

  private double targetLoss(Recipe recipe) {
    return objective instanceof SupervisedObjective
        ? recipe.value(SupervisedObjective.TARGET_LOSS)
        : 0;
  }

  private static @Nullable Adapters adapters(DecoderModel base, Recipe recipe, long seed) {
    int rank = recipe.count(DecoderTraining.LORA_RANK);
    // Apart from the generators of batches and offsets.
    long of = new SavedRandom(seed).nextLong();
    return rank == 0
        ? null
        : new Adapters(base.config(), rank, recipe.value(DecoderTraining.LORA_ALPHA), of);
  }

  private static TrainerState start(
      DecoderModel base, @Nullable Adapters adapters, Recipe recipe, long seed) {
    if (adapters != null) {
      return TrainerState.fresh(adapters.parameterCount(), seed);
    }
    TrainerState old = base.trainerState();
    return old == null || recipe.count(DecoderTraining.RESET_OPTIMIZER) == 1
        ? TrainerState.fresh(base.config().parameterCount(), seed)
        : new TrainerState(old.firstMoment(), old.secondMoment(), old.step(), seed);
  }

  private static Map<String, Double> metrics(
      TrainingRun run, Curriculum curriculum, TrainerState start) {
    Map<String, Double> metrics = new HashMap<>();
    metrics.put("loss", run.loss());
    metrics.put("skipped-steps", (double) run.skipped());
    metrics.put("trained-parameters", (double) start.firstMoment().length);
    if (curriculum instanceof Contrast contrast) {
      metrics.put("attempts", (double) contrast.attempts());
    }
    return metrics;
  }

  private Curriculum curriculum(TrainingRequest<T, C> request, DecoderModel base, LeftOut leftOut) {
    Recipe recipe = request.recipe();
    int rows = recipe.count(DecoderTraining.BATCH_SIZE);
    int shapes = Math.min(rows, recipe.count(DecoderTraining.SHAPES_PER_STEP));
    Positions positions = Positions.of(base.config());
    if (objective instanceof SupervisedObjective supervised) {
      List<String> texts = new ArrayList<>();
      List<Double> weights = new ArrayList<>();
      for (Lesson<T, C> lesson : request.lessons()) {
        texts.add(codec.writeTask(lesson.task()));
        texts.add(codec.writeCandidate(lesson.candidate()));
        weights.add(lesson.weight());
      }
      List<Example> examples = leftOut.examples(base.vocabulary(), positions, texts, weights);
      return Curriculum.of(Batches.of(examples, base.config()), rows, shapes, supervised);
    }
    List<List<ScoredExample>> groups = groups(request, base, positions, leftOut);
    try {
      return objective instanceof PolicyObjective policy
          ? Contrast.of(policy, groups, recipe, positions, rows, shapes)
          : Contrast.of((PreferenceObjective) objective, groups, recipe, positions, rows, shapes);
    } catch (RsiException e) {
      throw leftOut.count() == 0 ? e : new RsiException(e.getMessage() + "\n" + leftOut.words(), e);
    }
  }

  /** The attempts by task, each at an offset of its own, in the order in which they were made. */
  private List<List<ScoredExample>> groups(
      TrainingRequest<T, C> request, DecoderModel base, Positions positions, LeftOut leftOut) {
    // Not the generator of the batches, so that what is drawn does not depend on what is left out.
    SavedRandom random = new SavedRandom(~request.seed());
    Map<String, List<ScoredExample>> byTask = new LinkedHashMap<>();
    for (Attempt<T, C> attempt : request.attempts()) {
      String task = codec.writeTask(attempt.task());
      String answer = codec.writeCandidate(Objects.requireNonNull(attempt.candidate()));
      Example example;
      int offsets;
      try {
        example = Example.written(base.vocabulary(), task, answer, 1);
        offsets =
            positions.offsetsToScore(
                example.tokens(),
                example.promptLength(),
                example.length() - example.promptLength());
      } catch (IllegalArgumentException e) {
        leftOut.leave(task, answer, e);
        continue;
      }
      leftOut.teach();
      byTask
          .computeIfAbsent(task, each -> new ArrayList<>())
          .add(
              new ScoredExample(
                  example, random.nextInt(offsets), attempt.passed(), attempt.reward()));
    }
    return List.copyOf(byTask.values());
  }

  private static void requireFinite(float[] weights) {
    for (float weight : weights) {
      if (!Float.isFinite(weight)) {
        throw new RsiException(
            "Training ended with a weight that is not finite ("
                + weight
                + ").\n"
                + "Maybe lower the learning rate.");
      }
    }
  }
}
