package dev.rsi.djl;

import dev.rsi.api.Codec;
import dev.rsi.api.Described;
import dev.rsi.api.Knob;
import dev.rsi.api.Recipe;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingRequest;
import dev.rsi.lm.DecoderTraining;
import dev.rsi.lm.Device;
import dev.rsi.lm.Objective;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Trains a decoder: next-token loss on lessons, or another {@link #objective}; AdamW with clipping
 * to a global norm, a warm-up and a linear decay of the learning rate.
 *
 * <p>Knobs and what lessons and attempts become: see {@link DecoderTraining} and the objective's.
 *
 * <p>Thread-safe. On the CPU with one native thread, the default, the same request gives the same
 * artifact, bit for bit, on the same machine; on a CUDA card or with more threads the last bits may
 * differ.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class DjlTrainer<T, C> implements Trainer<T, C> {
  /** See {@link DecoderTraining#STEPS}. */
  public static final Knob STEPS = DecoderTraining.STEPS;

  /** See {@link DecoderTraining#BATCH_SIZE}. */
  public static final Knob BATCH_SIZE = DecoderTraining.BATCH_SIZE;

  /** See {@link DecoderTraining#SHAPES_PER_STEP}. */
  public static final Knob SHAPES_PER_STEP = DecoderTraining.SHAPES_PER_STEP;

  /** See {@link DecoderTraining#LEARNING_RATE}. */
  public static final Knob LEARNING_RATE = DecoderTraining.LEARNING_RATE;

  /** See {@link DecoderTraining#WARM_UP_STEPS}. */
  public static final Knob WARM_UP_STEPS = DecoderTraining.WARM_UP_STEPS;

  /** See {@link DecoderTraining#DECAY_SHARE}. */
  public static final Knob DECAY_SHARE = DecoderTraining.DECAY_SHARE;

  /** See {@link DecoderTraining#WEIGHT_DECAY}. */
  public static final Knob WEIGHT_DECAY = DecoderTraining.WEIGHT_DECAY;

  /** See {@link DecoderTraining#CLIP_NORM}. */
  public static final Knob CLIP_NORM = DecoderTraining.CLIP_NORM;

  /** See {@link DecoderTraining#BETA_2}. */
  public static final Knob BETA_2 = DecoderTraining.BETA_2;

  /** See {@link DecoderTraining#RESET_OPTIMIZER}. */
  public static final Knob RESET_OPTIMIZER = DecoderTraining.RESET_OPTIMIZER;

  /** See {@link DecoderTraining#LORA_RANK}. */
  public static final Knob LORA_RANK = DecoderTraining.LORA_RANK;

  /** See {@link DecoderTraining#LORA_ALPHA}. */
  public static final Knob LORA_ALPHA = DecoderTraining.LORA_ALPHA;

  private final Codec<T, C> codec;
  private final Device device;
  private final Objective objective;

  private DjlTrainer(Codec<T, C> codec, Device device, Objective objective) {
    this.codec = Objects.requireNonNull(codec, "codec");
    this.device = Objects.requireNonNull(device, "device");
    this.objective = Objects.requireNonNull(objective, "objective");
  }

  /** A trainer on {@link Device#auto}. */
  public static <T, C> DjlTrainer<T, C> of(Codec<T, C> codec) {
    return of(codec, Device.auto());
  }

  /** A trainer on a device. */
  public static <T, C> DjlTrainer<T, C> of(Codec<T, C> codec, Device device) {
    return new DjlTrainer<>(codec, device, Objective.supervised());
  }

  /** The same trainer with another objective. Default: {@link Objective#supervised}. */
  public DjlTrainer<T, C> objective(Objective other) {
    return new DjlTrainer<>(codec, device, other);
  }

  @Override
  public String describe() {
    return "decoders on DJL, " + objective + ", codec " + Described.className(codec);
  }

  @Override
  public List<Knob> knobs() {
    return objective.knobs();
  }

  @Override
  public boolean contrasts() {
    return objective.contrasts();
  }

  @Override
  public long maxSteps(Recipe recipe, long lessons) {
    return recipe.count(STEPS);
  }

  /**
   * {@inheritDoc}
   *
   * @throws dev.rsi.api.CorruptModelException if the base version's files are damaged
   * @throws dev.rsi.api.RsiException if ten steps in a row had no finite gradient, the weights
   *     became non-finite, there is nothing to contrast, the engine did not start, or the artifact
   *     cannot be written
   * @throws IllegalArgumentException if a lesson does not fit the model's vocabulary or positions
   */
  @Override
  public TrainedArtifact train(TrainingRequest<T, C> request, RunContext context) {
    context.checkActive();
    return DecoderTraining.train(
        codec,
        objective,
        request,
        context,
        Map.of("backend", DjlRuntime.version(), "device", device.toString()),
        (base, adapters, start) ->
            adapters == null
                ? new ScriptTrainStep(DjlRuntime.open(device), base.config(), base.weights(), start)
                : new ScriptTrainStep(DjlRuntime.open(device), base, adapters, start));
  }
}
