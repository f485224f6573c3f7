package dev.rsi.djl;

import dev.rsi.api.Codec;
import dev.rsi.api.Described;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.SamplingParameters;
import dev.rsi.lm.spi.DecoderSession;
import dev.rsi.lm.spi.Positions;
import dev.rsi.lm.spi.Sampler;
import java.util.Objects;
import java.util.function.ToIntFunction;

/**
 * Runs decoders with a cache of keys and values, whole batches in one native call. Field term:
 * inference.
 *
 * <p>A prompt is what the codec writes for a task; the answer up to the model's end token is read
 * by the codec. An answer that the codec refuses, or that was cut off before its end token, is a
 * malformed output (see {@link SamplingParameters#keepCutOff}); a task that cannot be written in
 * the model's vocabulary or positions is a failed one.
 *
 * <p>A request's seed decides the draws where the temperature is above 0 and, with COUPLED
 * positions, the offset of the position ids. Greedy answers to one task under several seeds thus
 * come from several places of the model, and agree less often where it is unsure: what a majority
 * vote needs.
 *
 * <p>Its sessions are {@link dev.rsi.api.ScoringSession}s. A candidate with a character that is not
 * in the vocabulary, or that the model's positions cannot hold, has no score. With COUPLED
 * positions a score is the mean over all offsets that a seed may choose and costs as many rows,
 * with {@link #DEFAULT_SAMPLING} and 32 position ids 8; otherwise it costs one.
 *
 * <p>Thread-safe and without state; each session is for one thread and owns its own memory. The
 * logits of a request may differ in the last bits with the number of requests computed together, so
 * that a choice between two tokens of all but the same probability may fall otherwise.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class DjlGenerator<T, C> implements Generator<T, C> {
  /** Greedy, at most 24 tokens: with 32 position ids that leaves some offsets to choose from. */
  public static final SamplingParameters DEFAULT_SAMPLING = SamplingParameters.greedy(24);

  private final Codec<T, C> codec;
  private final Device device;
  private final SamplingParameters sampling;
  private final ToIntFunction<? super T> longest;
  private final int longestPrompt;

  private DjlGenerator(
      Codec<T, C> codec,
      Device device,
      SamplingParameters sampling,
      ToIntFunction<? super T> longest,
      int longestPrompt) {
    this.codec = Objects.requireNonNull(codec, "codec");
    this.device = Objects.requireNonNull(device, "device");
    this.sampling = Objects.requireNonNull(sampling, "sampling");
    this.longest = Objects.requireNonNull(longest, "longest");
    this.longestPrompt = longestPrompt;
    if (longestPrompt < 1) {
      throw new IllegalArgumentException("longestPrompt (" + longestPrompt + ") must be >= 1.");
    }
  }

  /** A generator on {@link Device#auto} with {@link #DEFAULT_SAMPLING}. */
  public static <T, C> DjlGenerator<T, C> of(Codec<T, C> codec) {
    return of(codec, Device.auto());
  }

  /** A generator on a device with {@link #DEFAULT_SAMPLING}. */
  public static <T, C> DjlGenerator<T, C> of(Codec<T, C> codec, Device device) {
    return new DjlGenerator<>(
        codec, device, DEFAULT_SAMPLING, task -> Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /** The same generator with other sampling parameters. */
  public DjlGenerator<T, C> withSampling(SamplingParameters parameters) {
    return new DjlGenerator<>(codec, device, parameters, longest, longestPrompt);
  }

  /**
   * The same generator, which stops an answer that has become too long to be right. It counts as
   * cut off, and no longer holds up its batch.
   *
   * @param tokens how many tokens the longest right answer to a task has, the end token included; 1
   *     or more. Default: as many as the sampling parameters allow, which stay the upper limit
   */
  public DjlGenerator<T, C> withLongestAnswer(ToIntFunction<? super T> tokens) {
    return new DjlGenerator<>(codec, device, sampling, tokens, longestPrompt);
  }

  /**
   * The same generator, which gives the model no task whose text has more tokens: such an attempt
   * fails. So it can say how many tokens an attempt reads and writes at most, which a budget of
   * tokens needs.
   *
   * @param tokens 1 or more. Default: any number, with which {@link #maxTokens} is not known
   */
  public DjlGenerator<T, C> withLongestPrompt(int tokens) {
    return new DjlGenerator<>(codec, device, sampling, longest, tokens);
  }

  @Override
  public String describe() {
    return "decoders on DJL, "
        + sampling
        + (longestPrompt == Integer.MAX_VALUE ? "" : ", prompts of " + longestPrompt + " tokens")
        + ", codec "
        + Described.className(codec);
  }

  @Override
  public Codec<T, C> codec() {
    return codec;
  }

  /**
   * Those of the longest prompt and of the longest answer, if {@link #withLongestPrompt} is said.
   */
  @Override
  public int maxTokens() {
    return (int) Math.min(Integer.MAX_VALUE, (long) longestPrompt + sampling.maxNewTokens());
  }

  @Override
  public boolean scores() {
    return true;
  }

  @Override
  public Session<T, C> open(ModelVersion version) {
    DecoderModel model = ModelDirectory.readWeights(version.directory());
    Sampler sampler = new ScriptSampler(DjlRuntime.open(device), model.config(), model.weights());
    return new DecoderSession<>(
        codec,
        model.vocabulary(),
        Positions.of(model.config()),
        sampling,
        longest,
        longestPrompt,
        sampler);
  }
}
