package dev.rsi.onnx;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.RsiException;
import dev.rsi.lm.Device;
import dev.rsi.lm.spi.WordPiece;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Turns a text into a vector of fixed length that stands for its meaning: a sentence encoder of the
 * class of all-MiniLM-L6-v2, which never learns. A {@link HeadTrainer} learns on top of it, and
 * {@link #similarity} compares answers by it. Field term: embedding model.
 *
 * <p>The model takes {@code input_ids}, {@code attention_mask} and, if it wants them, {@code
 * token_type_ids}, all int64 [batch, tokens], and gives its last hidden state, float [batch,
 * tokens, dimension]. An embedding is the mean of the states of all tokens, scaled to length 1.
 *
 * <p>Texts are encoded one by one and without padding. An embedding thus depends on the text alone,
 * bit for bit on one machine; a quantised model, which scales its numbers by the largest of a whole
 * batch, would otherwise see the neighbours.
 *
 * <p>Any text may be given: what is beyond {@link #maxTokens} is not read, control characters are
 * left out, and a text of nothing has an embedding too. Half of a surrogate pair counts as a
 * control character.
 *
 * <p>Thread-safe: several threads may encode at once, each computes on its own core. The most
 * recent embeddings are kept, 8,192 at most, since a loop asks for the same texts again. The model
 * is in native memory until {@link #close}.
 */
public final class FrozenEncoder implements AutoCloseable {
  private static final List<String> MODELS = List.of("model.onnx", "onnx/model.onnx");
  private static final List<String> TOKENIZERS = List.of("tokenizer.json", "vocab.txt");

  private final WordPiece tokenizer;
  private final EncoderModel model;
  private final String fingerprint;
  private final ReadWriteLock closing = new ReentrantReadWriteLock();
  private final EmbeddingCache kept = new EmbeddingCache();
  private boolean closed;

  private FrozenEncoder(
      byte[] model, @Nullable Path modelFile, Path tokenizerFile, byte[] tokenizer, Device device) {
    this.tokenizer = WordPiece.of(tokenizerFile, tokenizer);
    Path named = modelFile == null ? Path.of("model") : modelFile;
    Set<String> weights = weights(model);
    if (modelFile == null && !weights.isEmpty()) {
      throw new CorruptModelException(
          named,
          "external_data.location",
          "none in a model from a stream (open its directory, or save it with its weights inside)",
          weights.toString());
    }
    this.fingerprint = fingerprint(model, tokenizer, named, weights);
    this.model =
        EncoderModel.of(
            model,
            weights.isEmpty() ? null : named.toAbsolutePath().getParent(),
            device,
            this.tokenizer.encode("a text"));
  }

  /**
   * Opens a model of a directory on the CPU: {@code model.onnx}, there or in {@code onnx}, with
   * {@code tokenizer.json} or {@code vocab.txt}. Weights that are not in the model's file are in
   * others of its directory.
   *
   * @throws CorruptModelException if a file is missing, the tokenizer is damaged, or the model
   *     names weights that are not in its directory
   * @throws RsiException if the model cannot be loaded or is no sentence encoder
   */
  public static FrozenEncoder open(Path directory) {
    return open(directory, Device.cpu());
  }

  /** The same on a device. */
  public static FrozenEncoder open(Path directory, Device device) {
    Path model = first(directory, MODELS);
    Path tokenizer = first(directory, TOKENIZERS);
    try {
      return new FrozenEncoder(
          Files.readAllBytes(model), model, tokenizer, read(tokenizer), device);
    } catch (IOException e) {
      throw new RsiException("Cannot read the encoder of (" + directory + "): " + e, e);
    }
  }

  private static Path first(Path directory, List<String> names) {
    return names.stream()
        .map(directory::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(
            () ->
                new CorruptModelException(
                    directory.resolve(names.get(0)),
                    "(file)",
                    "one of " + names,
                    "none of them in the directory"));
  }

  /**
   * Opens a model from streams on the CPU, for example resources of a jar. It has all its weights
   * inside.
   *
   * @param model the ONNX file; the caller closes it
   * @param tokenizer {@code tokenizer.json} or {@code vocab.txt}; the caller closes it
   * @throws CorruptModelException if the tokenizer is damaged
   * @throws RsiException if a stream cannot be read, or the model cannot be loaded or is no
   *     sentence encoder
   */
  public static FrozenEncoder open(InputStream model, InputStream tokenizer) {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(tokenizer, "tokenizer");
    try {
      return new FrozenEncoder(
          model.readAllBytes(), null, Path.of("tokenizer"), read(tokenizer), Device.cpu());
    } catch (IOException e) {
      throw new RsiException("Cannot read the encoder: " + e, e);
    }
  }

  private static Set<String> weights(byte[] model) {
    try {
      return ExternalData.locations(ByteBuffer.wrap(model));
    } catch (IllegalArgumentException e) {
      throw new RsiException(
          "Cannot load an encoder of " + model.length + " bytes: " + e.getMessage(), e);
    }
  }

  private static byte[] read(Path tokenizer) throws IOException {
    try (InputStream in = Files.newInputStream(tokenizer)) {
      return read(in);
    }
  }

  /** One byte more than a tokenizer may have, at most: who reads it says so. */
  private static byte[] read(InputStream tokenizer) throws IOException {
    return tokenizer.readNBytes(WordPiece.MAX_BYTES + 1);
  }

  /** Of a model that has all its weights inside, the digest of its bytes and the tokenizer's. */
  private static String fingerprint(
      byte[] model, byte[] tokenizer, Path modelFile, Set<String> weights) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(model);
      digest.update(tokenizer);
      for (String location : weights) {
        digest.update(sha256(ExternalData.resolve(modelFile, location)));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256.", e);
    }
  }

  private static byte[] sha256(Path file) throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] part = new byte[1 << 16];
    try (InputStream in = new FileInputStream(file.toFile())) {
      for (int size = in.read(part); size >= 0; size = in.read(part)) {
        digest.update(part, 0, size);
      }
    } catch (IOException e) {
      throw new RsiException("Cannot read the encoder's weights (" + file + "): " + e, e);
    }
    return digest.digest();
  }

  /** How many numbers an embedding has; 384 for all-MiniLM-L6-v2. */
  public int dimension() {
    return model.dimension();
  }

  /** How many tokens of a text are read, the two special ones included. */
  public int maxTokens() {
    return tokenizer.maxTokens();
  }

  /** SHA-256 of the model's, the tokenizer's and all weights' bytes: what a head was trained on. */
  public String fingerprint() {
    return fingerprint;
  }

  /**
   * Encodes a text.
   *
   * @return a new array of {@link #dimension} numbers whose squares sum to 1
   * @throws IllegalStateException if the encoder is closed
   * @throws RsiException if the model failed or gave numbers that are not finite
   */
  public float[] encode(String text) {
    return shared(text).clone();
  }

  /** The embedding itself, which must not be changed. */
  float[] shared(String text) {
    Objects.requireNonNull(text, "text");
    closing.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("The encoder is closed.");
      }
      float[] known = kept.get(text);
      if (known != null) {
        return known;
      }
      float[] made = unit(model.mean(tokenizer.encode(text)));
      kept.put(text, made);
      return made;
    } finally {
      closing.readLock().unlock();
    }
  }

  private static float[] unit(double[] mean) {
    double squares = 0;
    for (double value : mean) {
      squares += value * value;
    }
    double length = Math.sqrt(squares);
    if (!(length > 0 && length < Double.POSITIVE_INFINITY)) {
      throw new RsiException("The encoder gave an embedding of length (" + length + ").");
    }
    float[] unit = new float[mean.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (mean[i] / length);
    }
    return unit;
  }

  /**
   * How alike two texts are in meaning: the cosine of their embeddings, or 0 where that is
   * negative. Equal texts give exactly 1. Symmetric. Paraphrases by MiniLM lie at 0.6 and more,
   * unrelated sentences below 0.25; it sees topics rather than truth, and a negation changes
   * little.
   *
   * <p>As a kernel for the diversity of answers, and one less it as the shift of an answer's
   * meaning.
   *
   * @return in [0, 1]
   * @throws IllegalStateException if the encoder is closed
   */
  public double similarity(String a, String b) {
    float[] one = shared(a);
    float[] other = shared(b);
    if (a.equals(b)) {
      return 1;
    }
    double cosine = 0;
    for (int i = 0; i < one.length; i++) {
      cosine += (double) one[i] * other[i];
    }
    return Math.max(0, Math.min(1, cosine));
  }

  /** Frees the model, after the calls that run have returned. Closing twice does nothing. */
  @Override
  public void close() {
    closing.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        model.close();
        kept.clear();
      }
    } finally {
      closing.writeLock().unlock();
    }
  }
}
