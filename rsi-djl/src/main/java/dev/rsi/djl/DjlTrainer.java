package dev.rsi.djl;

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
 * to a global norm, a warm-up and a linear decay of the learning rate. Field term: fine-tuning.
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
public final class DjlTrainer<T, C> extends DecoderTrainer<T, C> {
  private DjlTrainer(Codec<T, C> codec, Device device, Objective objective) {
    super(codec, device, objective);
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
    return new DjlTrainer<>(codec(), device(), other);
  }

  @Override
  protected String backend() {
    return DjlRuntime.version();
  }

  @Override
  protected TrainStep open(DecoderModel base, @Nullable Adapters adapters, TrainerState start) {
    return adapters == null
        ? new ScriptTrainStep(DjlRuntime.open(device()), base.config(), base.weights(), start)
        : new ScriptTrainStep(DjlRuntime.open(device()), base, adapters, start);
  }
}
