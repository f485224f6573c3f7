package dev.rsi.lm;

import dev.rsi.api.Codec;
import dev.rsi.api.Knob;
import dev.rsi.api.Lesson;
import dev.rsi.api.Recipe;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.TrainingRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Training of a decoder towards an {@link Objective}, whatever the backend: AdamW with clipping to
 * a global norm, a warm-up and a linear decay of the learning rate. A backend brings the {@link
 * TrainStep}.
 *
 * <p>A prompt is what the codec writes for a task, an answer what the codec writes for a candidate
 * with the end after it; the answer's tokens alone are learnt. A lesson is met in proportion to its
 * weight. An objective that contrasts learns from the request's attempts instead: rewarded with the
 * verdict's score times the weight, grouped by task; those that the model's positions cannot hold
 * are left out. Training goes on from the moments of the base version, if it has any and {@link
 * #RESET_OPTIMIZER} is 0.
 *
 * <p>Stateless and thread-safe.
 */
public final class DecoderTraining {
  /** Optimiser steps, in [1, 1,000,000]; default 150, enough for one more round of addition. */
  public static final Knob STEPS =
      Knob.whole("steps", 1, 1_000_000, 150, "optimiser steps of the training");

  /** Examples per step, in [1, 65536]; default 128, beyond which one core gains no speed. */
  public static final Knob BATCH_SIZE =
      Knob.whole("batch-size", 1, 65_536, 128, "examples per step");

  /**
   * Batches per step, each of one shape, in [1, 64] and at most the batch size; default 4. Fewer
   * are a little faster; more mix the lengths within a step: with 4 instead of 2, generation 0 of
   * addition made about a tenth of the mistakes at lengths it had been shown, in the same time.
   */
  public static final Knob SHAPES_PER_STEP =
      Knob.whole("shapes-per-step", 1, 64, 4, "batches of one shape each that make a step");

  /** Peak learning rate, in [1e-7, 0.1]; default 1e-3. */
  public static final Knob LEARNING_RATE =
      Knob.real("learning-rate", 1e-7, 0.1, 1e-3, "peak learning rate");

  /** Steps of linear warm-up, in [0, 100,000]; default 10. */
  public static final Knob WARM_UP_STEPS =
      Knob.whole("warm-up-steps", 0, 100_000, 10, "steps until the learning rate is at its peak");

  /** Share of the steps that decay to 0, in [0, 1]; default 1, decay from the first step on. */
  public static final Knob DECAY_SHARE =
      Knob.real("decay-share", 0, 1, 1, "share of the steps, at the end, with linear decay");

  /** Decoupled weight decay, in [0, 1]; default 0.01, as PyTorch has it. */
  public static final Knob WEIGHT_DECAY =
      Knob.real("weight-decay", 0, 1, 0.01, "decoupled weight decay per unit of learning rate");

  /** Largest global norm of the gradient, in [1e-6, 1e6]; default 1. */
  public static final Knob CLIP_NORM =
      Knob.real("clip-norm", 1e-6, 1e6, 1, "largest global norm of the gradient");

  /** Memory of the squared gradient, in [0.5, 0.9999]; default 0.98, for short trainings. */
  public static final Knob BETA_2 =
      Knob.real("beta-2", 0.5, 0.9999, 0.98, "decay of the mean squared gradient per step");

  /** 1 begins with fresh moments, 0 goes on from those of the base version; default 0. */
  public static final Knob RESET_OPTIMIZER =
      Knob.whole("reset-optimizer", 0, 1, 0, "1 to begin with fresh moments");

  /**
   * Rank of low-rank adapters that are trained in place of the weights, in [0, 1024]; default 0,
   * all weights are trained. See {@link Adapters}. Moments are the adapters' and end with the
   * training.
   */
  public static final Knob LORA_RANK =
      Knob.whole("lora-rank", 0, 1024, 0, "rank of the adapters; 0 trains all weights");

  /** Weight of the adapters, over their rank, in [1e-3, 1e4]; default 8, as PEFT has it. */
  public static final Knob LORA_ALPHA =
      Knob.real("lora-alpha", 1e-3, 1e4, 8, "weight of the adapters, over their rank");

  /** All of them. */
  public static final List<Knob> KNOBS =
      List.of(
          STEPS,
          BATCH_SIZE,
          SHAPES_PER_STEP,
          LEARNING_RATE,
          WARM_UP_STEPS,
          DECAY_SHARE,
          WEIGHT_DECAY,
          CLIP_NORM,
          BETA_2,
          RESET_OPTIMIZER,
          LORA_RANK,
          LORA_ALPHA);

  private static final double BETA_1 = 0.9;
  private static final double EPSILON = 1e-8;

  /** Makes a backend's step. */
  @FunctionalInterface
  public interface Steps {
    /**
     * A step that begins with a model's weights and these moments. The training closes it.
     *
     * @param base its weights are not to be written to
     * @param adapters what is trained; null for all weights
     * @param start moments of what is trained
     */
    TrainStep open(DecoderModel base, @Nullable Adapters adapters, TrainerState start);
  }

  private DecoderTraining() {}

  /**
   * Trains and writes the artifact to the request's work directory.
   *
   * @param provenance what the backend says of itself
   * @throws dev.rsi.api.CorruptModelException if the base version's files are damaged
   * @throws RsiException if ten steps in a row had no finite gradient, the weights became
   *     non-finite, there is nothing to contrast, or the artifact cannot be written
   * @throws IllegalArgumentException if a lesson does not fit the model's vocabulary or positions
   */
  public static <T, C> TrainedArtifact train(
      Codec<T, C> codec,
      Objective objective,
      TrainingRequest<T, C> request,
      RunContext context,
      Map<String, String> provenance,
      Steps backend) {
    context.checkActive();
    DecoderModel base = ModelDirectory.read(request.base().directory());
    Recipe recipe = request.recipe();
    Adapters adapters = adapters(base, recipe, request.seed());
    TrainerState start = start(base, adapters, recipe, request.seed());
    Curriculum curriculum = curriculum(codec, objective, request, base);
    int steps = recipe.count(STEPS);
    AdamW adamW =
        new AdamW(
            BETA_1,
            recipe.value(BETA_2),
            EPSILON,
            recipe.value(WEIGHT_DECAY),
            recipe.value(CLIP_NORM));
    Schedule schedule =
        new Schedule(
            recipe.value(LEARNING_RATE),
            recipe.count(WARM_UP_STEPS),
            steps,
            recipe.value(DECAY_SHARE));
    TrainStep step = backend.open(base, adapters, start);
    try (TrainingRun run = new TrainingRun(base, adapters, start, step)) {
      if (curriculum instanceof Contrast contrast) {
        contrast.begin(step, context);
      }
      run.run(curriculum, adamW, schedule, 0, steps, context);
      DecoderModel trained = run.model();
      requireFinite(trained.weights());
      ModelDirectory.write(request.workDirectory(), trained);
      return new TrainedArtifact(
          request.workDirectory(),
          steps - run.skipped(),
          metrics(run, curriculum, start),
          said(provenance, objective));
    }
  }

  private static @Nullable Adapters adapters(DecoderModel base, Recipe recipe, long seed) {
    int rank = recipe.count(LORA_RANK);
    // Apart from the generators of batches and offsets.
    long of = new SavedRandom(seed).nextLong();
    return rank == 0 ? null : new Adapters(base.config(), rank, recipe.value(LORA_ALPHA), of);
  }

  private static TrainerState start(
      DecoderModel base, @Nullable Adapters adapters, Recipe recipe, long seed) {
    if (adapters != null) {
      return TrainerState.fresh(adapters.parameterCount(), seed);
    }
    TrainerState old = base.trainerState();
    return old == null || recipe.count(RESET_OPTIMIZER) == 1
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

  private static Map<String, String> said(Map<String, String> backend, Objective objective) {
    Map<String, String> said = new HashMap<>(backend);
    said.put("objective", objective.toString());
    return said;
  }

  private static <T, C> Curriculum curriculum(
      Codec<T, C> codec, Objective objective, TrainingRequest<T, C> request, DecoderModel base) {
    Recipe recipe = request.recipe();
    int rows = recipe.count(BATCH_SIZE);
    int shapes = Math.min(rows, recipe.count(SHAPES_PER_STEP));
    Positions positions = Positions.of(base.config());
    if (objective instanceof SupervisedObjective supervised) {
      List<Example> examples = new ArrayList<>();
      for (Lesson<T, C> lesson : request.lessons()) {
        examples.add(example(codec, base, lesson.task(), lesson.candidate(), lesson.weight()));
      }
      Batches batches = Batches.of(examples, base.config());
      return Curriculum.of(batches, rows, shapes, supervised);
    }
    List<List<Attempt>> groups = groups(codec, request, base, positions);
    return objective instanceof PolicyObjective policy
        ? Contrast.of(policy, groups, recipe, positions, rows, shapes)
        : Contrast.of((PreferenceObjective) objective, groups, recipe, positions, rows, shapes);
  }

  private static <T, C> Example example(
      Codec<T, C> codec, DecoderModel base, T task, C candidate, double weight) {
    String prompt = codec.writeTask(task);
    String answer = codec.writeCandidate(candidate);
    return Example.of(base.vocabulary(), prompt, answer, weight);
  }

  /** The attempts by task, each at an offset of its own, in the order in which they were made. */
  private static <T, C> List<List<Attempt>> groups(
      Codec<T, C> codec, TrainingRequest<T, C> request, DecoderModel base, Positions positions) {
    // Not the generator of the batches, so that what is drawn does not depend on what is left out.
    SavedRandom random = new SavedRandom(~request.seed());
    Map<String, List<Attempt>> byTask = new LinkedHashMap<>();
    for (dev.rsi.api.Attempt<T, C> attempt : request.attempts()) {
      C candidate = Objects.requireNonNull(attempt.candidate());
      Example example = example(codec, base, attempt.task(), candidate, 1);
      int offsets;
      try {
        offsets =
            positions.offsetsToScore(
                example.tokens(),
                example.promptLength(),
                example.length() - example.promptLength());
      } catch (IllegalArgumentException e) {
        continue;
      }
      byTask
          .computeIfAbsent(codec.writeTask(attempt.task()), task -> new ArrayList<>())
          .add(new Attempt(example, random.nextInt(offsets), attempt.passed(), attempt.reward()));
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
