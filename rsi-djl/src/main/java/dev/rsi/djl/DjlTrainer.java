package dev.rsi.djl;

import dev.rsi.api.Codec;
import dev.rsi.api.Knob;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingRequest;
import dev.rsi.lm.Device;
import dev.rsi.lm.SupervisedTraining;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Trains a decoder on lessons: next-token loss on the answer's tokens and its end alone, AdamW with
 * clipping to a global norm, a warm-up and a linear decay of the learning rate.
 *
 * <p>A lesson's prompt is what the codec writes for its task, its answer what the codec writes for
 * its candidate; a lesson is met in proportion to its weight. Training goes on from the moments of
 * the base version, if it has any and {@link #RESET_OPTIMIZER} is 0.
 *
 * <p>Thread-safe. On the CPU with one native thread, the default, the same request gives the same
 * artifact, bit for bit, on the same machine; on a CUDA card or with more threads the last bits may
 * differ.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class DjlTrainer<T, C> implements Trainer<T, C> {
  /** See {@link SupervisedTraining#STEPS}. */
  public static final Knob STEPS = SupervisedTraining.STEPS;

  /** See {@link SupervisedTraining#BATCH_SIZE}. */
  public static final Knob BATCH_SIZE = SupervisedTraining.BATCH_SIZE;

  /** See {@link SupervisedTraining#SHAPES_PER_STEP}. */
  public static final Knob SHAPES_PER_STEP = SupervisedTraining.SHAPES_PER_STEP;

  /** See {@link SupervisedTraining#LEARNING_RATE}. */
  public static final Knob LEARNING_RATE = SupervisedTraining.LEARNING_RATE;

  /** See {@link SupervisedTraining#WARM_UP_STEPS}. */
  public static final Knob WARM_UP_STEPS = SupervisedTraining.WARM_UP_STEPS;

  /** See {@link SupervisedTraining#DECAY_SHARE}. */
  public static final Knob DECAY_SHARE = SupervisedTraining.DECAY_SHARE;

  /** See {@link SupervisedTraining#WEIGHT_DECAY}. */
  public static final Knob WEIGHT_DECAY = SupervisedTraining.WEIGHT_DECAY;

  /** See {@link SupervisedTraining#CLIP_NORM}. */
  public static final Knob CLIP_NORM = SupervisedTraining.CLIP_NORM;

  /** See {@link SupervisedTraining#BETA_2}. */
  public static final Knob BETA_2 = SupervisedTraining.BETA_2;

  /** See {@link SupervisedTraining#RESET_OPTIMIZER}. */
  public static final Knob RESET_OPTIMIZER = SupervisedTraining.RESET_OPTIMIZER;

  private final Codec<T, C> codec;
  private final Device device;

  private DjlTrainer(Codec<T, C> codec, Device device) {
    this.codec = Objects.requireNonNull(codec, "codec");
    this.device = Objects.requireNonNull(device, "device");
  }

  /** A trainer on {@link Device#auto}. */
  public static <T, C> DjlTrainer<T, C> of(Codec<T, C> codec) {
    return of(codec, Device.auto());
  }

  /** A trainer on a device. */
  public static <T, C> DjlTrainer<T, C> of(Codec<T, C> codec, Device device) {
    return new DjlTrainer<>(codec, device);
  }

  @Override
  public List<Knob> knobs() {
    return SupervisedTraining.KNOBS;
  }

  /**
   * {@inheritDoc}
   *
   * @throws dev.rsi.api.CorruptModelException if the base version's files are damaged
   * @throws dev.rsi.api.RsiException if ten steps in a row had no finite gradient, the weights
   *     became non-finite, the engine did not start, or the artifact cannot be written
   * @throws IllegalArgumentException if a lesson does not fit the model's vocabulary or positions
   */
  @Override
  public TrainedArtifact train(TrainingRequest<T, C> request, RunContext context) {
    context.checkActive();
    return SupervisedTraining.train(
        codec,
        request,
        context,
        Map.of("backend", DjlRuntime.version(), "device", device.toString()),
        (base, start) ->
            new ScriptTrainStep(DjlRuntime.open(device), base.config(), base.weights(), start));
  }
}
