package dev.rsi.onnx;

import dev.rsi.api.Codec;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.DecoderTraining;
import dev.rsi.lm.Device;
import dev.rsi.lm.Objective;
import dev.rsi.lm.spi.Adapters;
import dev.rsi.lm.spi.DecoderTrainer;
import dev.rsi.lm.spi.TrainStep;
import org.jspecify.annotations.Nullable;

/**
 * Trains a decoder: next-token loss on lessons, or another {@link #objective}; AdamW with clipping
 * to a global norm, a warm-up and a linear decay of the learning rate. The runtime needs no
 * training support: a step is a graph like any other. Field term: fine-tuning.
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
public final class OnnxTrainer<T, C> extends DecoderTrainer<T, C> {
  private OnnxTrainer(Codec<T, C> codec, Device device, Objective objective) {
    super(codec, device, objective);
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
    return new OnnxTrainer<>(codec(), device(), other);
  }

  @Override
  protected String backend() {
    return OrtRuntime.version();
  }

  @Override
  protected TrainStep open(DecoderModel base, @Nullable Adapters adapters, TrainerState start) {
    return adapters == null
        ? new OnnxTrainStep(device(), base.config(), base.weights(), start)
        : new OnnxTrainStep(device(), base, adapters, start);
  }
}
