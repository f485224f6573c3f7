package dev.rsi.onnx;

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
 * to a global norm, a warm-up and a linear decay of the learning rate. The runtime needs no
 * training support: a step is a graph like any other.
 *
 * <p>Takes the models, recipes and trainer states that {@code rsi-djl} takes, and makes the same
 * ones: a lineage may change its backend between generations. Knobs and lessons: see {@link
 * DecoderTraining}.
 *
 * <p>Thread-safe. On the CPU the same request gives the same artifact, bit for bit, on the same
 * machine; on a CUDA card the last bits may differ.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class OnnxTrainer<T, C> implements Trainer<T, C> {
  private final Codec<T, C> codec;
  private final Device device;
  private final Objective objective;

  private OnnxTrainer(Codec<T, C> codec, Device device, Objective objective) {
    this.codec = Objects.requireNonNull(codec, "codec");
    this.device = Objects.requireNonNull(device, "device");
    this.objective = Objects.requireNonNull(objective, "objective");
  }

  /** A trainer on {@link Device#auto}. */
  public static <T, C> OnnxTrainer<T, C> of(Codec<T, C> codec) {
    return of(codec, Device.auto());
  }

  /** A trainer on a device. */
  public static <T, C> OnnxTrainer<T, C> of(Codec<T, C> codec, Device device) {
    return new OnnxTrainer<>(codec, device, Objective.supervised());
  }

  /** The same trainer with another objective. Default: {@link Objective#supervised}. */
  public OnnxTrainer<T, C> objective(Objective other) {
    return new OnnxTrainer<>(codec, device, other);
  }

  @Override
  public String describe() {
    return "decoders on ONNX Runtime, " + objective + ", codec " + Described.className(codec);
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
    return recipe.count(DecoderTraining.STEPS);
  }

  /**
   * {@inheritDoc}
   *
   * @throws dev.rsi.api.CorruptModelException if the base version's files are damaged
   * @throws dev.rsi.api.RsiException if ten steps in a row had no finite gradient, the weights
   *     became non-finite, there is nothing to contrast, the runtime did not start, or the artifact
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
        Map.of("backend", OrtRuntime.version(), "device", device.toString()),
        (base, adapters, start) ->
            adapters == null
                ? new OnnxTrainStep(device, base.config(), base.weights(), start)
                : new OnnxTrainStep(device, base, adapters, start));
  }
}
