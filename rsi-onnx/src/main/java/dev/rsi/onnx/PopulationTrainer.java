package dev.rsi.onnx;

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
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.spi.Batches;
import dev.rsi.lm.spi.Example;
import dev.rsi.lm.spi.LeftOut;
import dev.rsi.lm.spi.Positions;
import dev.rsi.lm.spi.Schedule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Trains a decoder without a gradient, by an evolution strategy: members of a population, each a
 * little beside the model, answer the same lessons, and the model moves towards those that do
 * better. Only forward passes are run, so the fitness may be anything that can be counted. Field
 * term: evolution strategies.
 *
 * <p><b>What it is good for.</b> What has no gradient: a fitness in steps, arithmetic in whole
 * numbers. <b>What it is not good for.</b> Where there is a gradient: what {@link OnnxTrainer}
 * taught a model of 54,000 parameters in a third of a second took this a minute, from a start that
 * knew a part of its lessons, and larger models take longer yet. docs/onnx.md has the figures.
 *
 * <p>A lesson's prompt is what the codec writes for its task, its answer what the codec writes for
 * its candidate; a lesson is met in proportion to its weight. All members of a step see the same
 * rows. A direction of a matrix is of low rank, so that members share all products with the weights
 * and are tried together: a small model's whole population in one run, otherwise as many as fill a
 * core's cache (see {@link #RANK}). Adam's moments begin anew each time and are not kept: the
 * artifact is a model directory as {@link OnnxTrainer} makes it, without the state of a training.
 *
 * <p>Thread-safe. On the CPU the same request gives the same artifact, bit for bit, on the same
 * machine; on a CUDA card the last bits may differ.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class PopulationTrainer<T, C> implements Trainer<T, C> {
  /** Steps, in [1, 1,000,000]; default 300, after which a step's gain is small beside its cost. */
  public static final Knob STEPS =
      Knob.whole("steps", 1, 1_000_000, 300, "steps, each of one population");

  /**
   * Pairs of members, in [1, 4096]; default 64, that is 128 members. The estimate's cosine with the
   * gradient grows with the root of it, and so does the time it is worth.
   */
  public static final Knob PAIRS =
      Knob.whole(
          "pairs", 1, 4096, 64, "mirrored pairs of members; there are twice as many members");

  /**
   * How far members stand from the model, in [1e-5, 1]; default 0.02. More sees beyond the
   * roughness of a fitness in steps, and forgets what lessons leave out.
   */
  public static final Knob SIGMA =
      Knob.real("sigma", 1e-5, 1, 0.02, "standard deviation of what a member adds to a weight");

  /** Learning rate of the first step, in [1e-7, 0.1]; default 3e-3; it falls to 0 at the end. */
  public static final Knob LEARNING_RATE =
      Knob.real("learning-rate", 1e-7, 0.1, 3e-3, "learning rate of the first step");

  /**
   * Rank of a direction, in [0, 64]; default 1, the cheapest, which loses nothing by it: a sum of
   * many has every rank. 0 moves every parameter by itself, embeddings, norms and biases too, at
   * the cost of one run for each member.
   */
  public static final Knob RANK =
      Knob.whole("rank", 0, 64, 1, "rank of a direction; 0 for all parameters, a run per member");

  /**
   * Rows that each member answers in a step, all of one shape, in [1, 4096]; default 8. Fewer make
   * a step noisier, more make it slower.
   */
  public static final Knob ROWS =
      Knob.whole("rows", 1, 4096, 8, "lessons that every member answers in a step");

  /**
   * What members are judged by, 0 or 1; default 0, the mean log-probability of the answers' tokens.
   * 1 is the share of tokens that would be written as they are: the goal itself, but in steps, so
   * that most small moves change nothing and little is learned of them.
   */
  public static final Knob FITNESS =
      Knob.whole(
          "fitness", 0, 1, 0, "0 for the mean log-probability, 1 for the share of right ones");

  private final Codec<T, C> codec;
  private final Device device;

  private PopulationTrainer(Codec<T, C> codec, Device device) {
    this.codec = Objects.requireNonNull(codec, "codec");
    this.device = Objects.requireNonNull(device, "device");
  }

  /** A trainer on {@link Device#auto}. */
  public static <T, C> PopulationTrainer<T, C> of(Codec<T, C> codec) {
    return of(codec, Device.auto());
  }

  /** A trainer on a device. */
  public static <T, C> PopulationTrainer<T, C> of(Codec<T, C> codec, Device device) {
    return new PopulationTrainer<>(codec, device);
  }

  @Override
  public String describe() {
    return "populations on ONNX Runtime, codec " + Described.className(codec);
  }

  @Override
  public List<Knob> knobs() {
    return List.of(STEPS, PAIRS, SIGMA, LEARNING_RATE, RANK, ROWS, FITNESS);
  }

  @Override
  public long maxSteps(Recipe recipe, long lessons) {
    return recipe.count(STEPS);
  }

  /**
   * {@inheritDoc}
   *
   * @throws dev.rsi.api.CorruptModelException if the base version's files are damaged
   * @throws RsiException if ten steps in a row had no pair of members with a finite fitness, the
   *     weights became non-finite, no lesson fits the model's vocabulary and positions, the runtime
   *     did not start, or the artifact cannot be written
   */
  @Override
  public TrainedArtifact train(TrainingRequest<T, C> request, TrainingContext<T, C> context) {
    context.checkActive();
    DecoderModel base = ModelDirectory.readWeights(request.base().directory());
    Recipe recipe = request.recipe();
    LeftOut leftOut = new LeftOut();
    Batches batches = Batches.of(examples(request.lessons(), base, leftOut), base.config());
    SavedRandom random = new SavedRandom(request.seed());
    int steps = recipe.count(STEPS);
    int rows = recipe.count(ROWS);
    Schedule schedule = new Schedule(recipe.value(LEARNING_RATE), 0, steps, 1);
    try (Population population = population(base, recipe)) {
      Evolution evolution = new Evolution(population, recipe.value(SIGMA), base.weights());
      for (int i = 0; i < steps; i++) {
        context.checkActive();
        evolution.step(batches.draw(rows, 1, random).get(0), schedule.at(i), random.nextLong());
        context.progress(i + 1L, steps);
      }
      context.checkActive();
      float[] weights = evolution.weights();
      requireFinite(weights);
      ModelDirectory.write(
          request.workDirectory(),
          new DecoderModel(base.config(), base.vocabulary(), weights, null));
      Map<String, Double> metrics = new HashMap<>();
      metrics.put("fitness", evolution.fitness());
      metrics.put("lost-pairs", (double) evolution.lostPairs());
      Map<String, String> provenance = new HashMap<>();
      provenance.put("backend", OrtRuntime.version());
      provenance.put("device", device.toString());
      leftOut.report(metrics, provenance);
      return new TrainedArtifact(request.workDirectory(), evolution.steps(), metrics, provenance);
    }
  }

  private Population population(DecoderModel base, Recipe recipe) {
    int pairs = recipe.count(PAIRS);
    int rank = recipe.count(RANK);
    Population.Fitness fitness =
        recipe.count(FITNESS) == 0
            ? Population.Fitness.LOG_PROBABILITY
            : Population.Fitness.RIGHT_TOKENS;
    return rank == 0
        ? new FullPopulation(device, base.config(), pairs, fitness)
        : new LowRankPopulation(device, base.config(), pairs, rank, fitness);
  }

  private List<Example> examples(List<Lesson<T, C>> lessons, DecoderModel base, LeftOut leftOut) {
    List<String> texts = new ArrayList<>(2 * lessons.size());
    List<Double> weights = new ArrayList<>(lessons.size());
    for (Lesson<T, C> lesson : lessons) {
      texts.add(codec.writeTask(lesson.task()));
      texts.add(codec.writeCandidate(lesson.candidate()));
      weights.add(lesson.weight());
    }
    return leftOut.examples(base.vocabulary(), Positions.of(base.config()), texts, weights);
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
