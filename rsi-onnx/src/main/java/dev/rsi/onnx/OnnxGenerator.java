package dev.rsi.onnx;

import dev.rsi.api.Codec;
import dev.rsi.api.Described;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.SamplingParameters;
import dev.rsi.lm.spi.DecoderSession;
import dev.rsi.lm.spi.Positions;
import dev.rsi.lm.spi.Sampler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Runs decoders with a cache of keys and values, whole batches at once, on plain ONNX Runtime.
 * Field term: inference.
 *
 * <p>A prompt is what the codec writes for a task; the answer up to the model's end token is read
 * by the codec. An answer that the codec refuses, or that was cut off before its end token, is a
 * malformed output (see {@link SamplingParameters#keepCutOff}); a task that cannot be written in
 * the model's vocabulary or positions is a failed one.
 *
 * <p>A version is a directory of rsi-lm, or one that holds what another program exported, as
 * Optimum of Hugging Face does for the task text-generation-with-past, run as it is: {@code
 * model.onnx}, there or in {@code onnx}, with its external data; {@code tokenizer.json} of single
 * characters; {@code config.json}, which says how long a sequence may be. The model takes {@code
 * input_ids}, {@code past_key_values.N.key} and {@code .value}, and, if it wants them, {@code
 * attention_mask} and {@code position_ids}; it gives {@code logits} and {@code present.N.key} and
 * {@code .value}. What is missing or not known is refused with its name. Weights of rsi-lm in the
 * same directory come first.
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
  private final int longestPrompt;

  private OnnxGenerator(
      Codec<T, C> codec, Device device, SamplingParameters sampling, int longestPrompt) {
    this.codec = Objects.requireNonNull(codec, "codec");
    this.device = Objects.requireNonNull(device, "device");
    this.sampling = Objects.requireNonNull(sampling, "sampling");
    this.longestPrompt = longestPrompt;
    if (longestPrompt < 1) {
      throw new IllegalArgumentException("longestPrompt (" + longestPrompt + ") must be >= 1.");
    }
  }

  /** A generator on {@link Device#auto} with {@link #DEFAULT_SAMPLING}. */
  public static <T, C> OnnxGenerator<T, C> of(Codec<T, C> codec) {
    return of(codec, Device.auto());
  }

  /** A generator on a device with {@link #DEFAULT_SAMPLING}. */
  public static <T, C> OnnxGenerator<T, C> of(Codec<T, C> codec, Device device) {
    return new OnnxGenerator<>(codec, device, DEFAULT_SAMPLING, Integer.MAX_VALUE);
  }

  /** The same generator with other sampling parameters. */
  public OnnxGenerator<T, C> withSampling(SamplingParameters parameters) {
    return new OnnxGenerator<>(codec, device, parameters, longestPrompt);
  }

  /**
   * The same generator, which gives the model no task whose text has more tokens: such an attempt
   * fails. So it can say how many tokens an attempt reads and writes at most, which a budget of
   * tokens needs.
   *
   * @param tokens 1 or more. Default: any number, with which {@link #maxTokens} is not known
   */
  public OnnxGenerator<T, C> withLongestPrompt(int tokens) {
    return new OnnxGenerator<>(codec, device, sampling, tokens);
  }

  /**
   * Writes a version as one file that ONNX Runtime (1.20 or later, in any language) runs by itself.
   *
   * <p>Its names are the usual ones of a decoder with a cache: {@code input_ids}, {@code
   * position_ids}, {@code past_key_values.N.key}, {@code logits}, {@code present.N.key} and so on;
   * ids are int64, all else float32. Rows of one call have one length. Its metadata holds {@code
   * rsi.version}, the version's hash, {@code rsi.vocabulary}, the character of each id, {@code
   * rsi.end}, the id that ends an answer, and {@code rsi.positions}, the scheme of position ids.
   *
   * @param file is written over
   * @param lineage further metadata by name, for example the provenance of the version and the
   *     versions that it came from; no name begins with {@code rsi.}
   * @throws dev.rsi.api.CorruptModelException if the version's files are damaged
   * @throws RsiException if the file cannot be written
   */
  public static void export(ModelVersion version, Path file, Map<String, String> lineage) {
    DecoderModel model = ModelDirectory.readWeights(version.directory());
    Map<String, String> metadata = new HashMap<>(lineage);
    metadata.keySet().stream()
        .filter(name -> name.startsWith("rsi."))
        .findFirst()
        .ifPresent(
            name -> {
              throw new IllegalArgumentException("Metadata (" + name + ") is named by rsi itself.");
            });
    int[] every = new int[model.vocabulary().size()];
    Arrays.setAll(every, i -> i);
    metadata.put("rsi.version", version.id());
    metadata.put("rsi.vocabulary", model.vocabulary().decode(every, every.length));
    metadata.put("rsi.end", String.valueOf(model.vocabulary().end()));
    metadata.put("rsi.positions", model.config().positionScheme().name());
    try {
      Files.write(file, ServeGraphs.export(model.config(), model.weights(), metadata));
    } catch (IOException e) {
      throw new RsiException("Cannot write (" + file + "): " + e, e);
    }
  }

  @Override
  public String describe() {
    return "decoders on ONNX Runtime, "
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
    Path directory = version.directory();
    Path exported = ExportedDecoder.in(directory);
    if (exported != null && !ModelDirectory.hasWeights(directory)) {
      CharVocabulary vocabulary = ModelDirectory.readVocabulary(directory);
      Positions positions = Positions.read(directory);
      return new DecoderSession<>(
          codec,
          vocabulary,
          positions,
          sampling,
          task -> Integer.MAX_VALUE,
          longestPrompt,
          ExportedDecoder.open(exported, vocabulary.size(), device));
    }
    DecoderModel model = ModelDirectory.readWeights(directory);
    Sampler sampler = new OnnxSampler(device, model.config(), model.weights());
    return new DecoderSession<>(
        codec,
        model.vocabulary(),
        Positions.of(model.config()),
        sampling,
        task -> Integer.MAX_VALUE,
        longestPrompt,
        sampler);
  }
}
