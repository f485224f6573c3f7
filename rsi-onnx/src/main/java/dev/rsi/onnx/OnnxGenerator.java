package dev.rsi.onnx;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderSession;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.Sampler;
import dev.rsi.lm.SamplingParameters;
import java.util.Objects;

/**
 * Runs decoders with a cache of keys and values, whole batches at once, on plain ONNX Runtime.
 *
 * <p>A prompt is what the codec writes for a task; the answer up to the model's end token is read
 * by the codec. An answer that the codec refuses, or that was cut off before its end token, is a
 * malformed output (see {@link SamplingParameters#keepCutOff}); a task that cannot be written in
 * the model's vocabulary or positions is a failed one.
 *
 * <p>A request's seed decides the draws where the temperature is above 0 and, with COUPLED
 * positions, the offset of the position ids: the same as with {@code rsi-djl}, so that the same
 * version, task and seed get the same answer there, but for logits that are all but equal.
 *
 * <p>Thread-safe and without state; each session is for one thread, computes on that thread and
 * owns its own memory. On the CPU an output does not depend on the batch, bit for bit.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class OnnxGenerator<T, C> implements Generator<T, C> {
  /** Greedy, at most 24 tokens: with 32 position ids that leaves some offsets to choose from. */
  public static final SamplingParameters DEFAULT_SAMPLING = SamplingParameters.greedy(24);

  private final Codec<T, C> codec;
  private final Device device;
  private final SamplingParameters sampling;

  private OnnxGenerator(Codec<T, C> codec, Device device, SamplingParameters sampling) {
    this.codec = Objects.requireNonNull(codec, "codec");
    this.device = Objects.requireNonNull(device, "device");
    this.sampling = Objects.requireNonNull(sampling, "sampling");
  }

  /** A generator on {@link Device#auto} with {@link #DEFAULT_SAMPLING}. */
  public static <T, C> OnnxGenerator<T, C> of(Codec<T, C> codec) {
    return of(codec, Device.auto());
  }

  /** A generator on a device with {@link #DEFAULT_SAMPLING}. */
  public static <T, C> OnnxGenerator<T, C> of(Codec<T, C> codec, Device device) {
    return new OnnxGenerator<>(codec, device, DEFAULT_SAMPLING);
  }

  /** The same generator with other sampling parameters. */
  public OnnxGenerator<T, C> withSampling(SamplingParameters parameters) {
    return new OnnxGenerator<>(codec, device, parameters);
  }

  @Override
  public Codec<T, C> codec() {
    return codec;
  }

  @Override
  public Session<T, C> open(ModelVersion version) {
    DecoderModel model = ModelDirectory.readWeights(version.directory());
    Sampler sampler = new OnnxSampler(device, model.config(), model.weights());
    return new DecoderSession<>(codec, model, sampling, sampler);
  }
}
