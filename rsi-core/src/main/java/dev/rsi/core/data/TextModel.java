package dev.rsi.core.data;

import com.google.common.hash.Hashing;
import dev.rsi.api.Codec;
import dev.rsi.api.CorruptModelException;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.BiFunction;

/**
 * A model that is a text beside a function that is told it: a prompt and a language model that
 * somebody serves, a configuration and a program. What a loop improves is the text, which each
 * version has in the file {@value #FILE}. Immutable; thread-safe if codec and functions are. Field
 * term: prompt optimisation.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class TextModel<T, C> {
  /** The file of a version that holds its text, in UTF-8. */
  public static final String FILE = "text.txt";

  private static final String DIGEST = FILE + ".sha256";

  private final Codec<T, C> codec;
  private final Answering answering;
  private final String description;
  private final int maxTokens;
  private final BigDecimal maxMoney;

  private TextModel(
      Codec<T, C> codec,
      Answering answering,
      String description,
      int maxTokens,
      BigDecimal maxMoney) {
    this.codec = Objects.requireNonNull(codec, "codec");
    this.answering = Objects.requireNonNull(answering, "answering");
    this.description = description;
    this.maxTokens = maxTokens;
    this.maxMoney = maxMoney;
  }

  /** What answers a task when it is told a text. Called by several threads at once. */
  @FunctionalInterface
  public interface Answering {

    /**
     * Answers one task. What it throws is an answer that failed, which counts for nothing; an
     * {@link RsiException} that is retryable is an outage, which the loop waits for.
     *
     * @param text the version's
     * @param task as the codec writes it: of a labelled task its input alone
     * @param seed all the randomness of the answer
     * @return an answer that the codec reads, and what it cost; one that the codec cannot read is
     *     malformed, and wrong
     */
    Output<String> answer(String text, String task, long seed, RunContext context);
  }

  /**
   * A model whose answers depend on text and task alone, and whose tokens nobody counts.
   *
   * @param description what answers, and how it is set; change it whenever that changes, so that no
   *     run is resumed with another model
   * @param answer an answer, by the version's text and by the task as the codec writes it
   */
  public static <T, C> TextModel<T, C> of(
      String description, Codec<T, C> codec, BiFunction<String, String, String> answer) {
    Objects.requireNonNull(answer, "answer");
    return answering(
        description, codec, (text, task, seed, context) -> Output.of(answer.apply(text, task), 0));
  }

  /** A model that draws its answers, counts its tokens or takes long; otherwise as {@link #of}. */
  public static <T, C> TextModel<T, C> answering(
      String description, Codec<T, C> codec, Answering answering) {
    if (description.isBlank()) {
      throw new IllegalArgumentException("The description (" + description + ") is blank.");
    }
    return new TextModel<>(codec, answering, description, Integer.MAX_VALUE, BigDecimal.ZERO);
  }

  /**
   * With a bound on tokens, which a {@linkplain dev.rsi.core.Budget#tokens budget of tokens} needs.
   *
   * @param most the most that one answer reads and writes, 0 or more; by default nobody knows
   */
  public TextModel<T, C> withMaxTokens(int most) {
    if (most < 0) {
      throw new IllegalArgumentException("most (" + most + ") must be >= 0.");
    }
    return new TextModel<>(codec, answering, description, most, maxMoney);
  }

  /**
   * With a bound on money, for a model whose answers say what they were charged.
   *
   * @param most the most that one answer may be charged, 0 or more; by default zero
   */
  public TextModel<T, C> withMaxMoney(BigDecimal most) {
    if (most.signum() < 0) {
      throw new IllegalArgumentException("most (" + most + ") must be >= 0.");
    }
    return new TextModel<>(codec, answering, description, maxTokens, most);
  }

  /** The generator of a loop. One session of it answers one task after another. */
  public Generator<T, C> generator() {
    return new TextGenerator<>(codec, answering, description, maxTokens, maxMoney);
  }

  /**
   * A trainer that writes another text, by every attempt that was decided with its verdict's
   * reason: {@link Trainer.LearnsFrom#ATTEMPTS}. It takes no optimiser steps.
   *
   * @param name what rewrites, and how it is set; change it whenever that changes
   * @param rewrite the new text, by the old one and by what is to be learnt from
   */
  public Trainer<T, C> trainer(
      String name, BiFunction<String, TrainingRequest<T, C>, String> rewrite) {
    Objects.requireNonNull(rewrite, "rewrite");
    return asking(name, 0, 0, (text, request, context) -> rewrite.apply(text, request));
  }

  /**
   * The same for one that asks other models, or has drafts of the text tried: see {@link
   * TrainingContext}. A draft is written by {@link #write}, into a directory of the request's work
   * directory.
   *
   * @param maxAttempts the most attempts that a training has drafts make, 0 or more
   * @param maxTokens the most tokens that a training has other models read and write, 0 or more
   */
  public Trainer<T, C> asking(
      String name, long maxAttempts, long maxTokens, Rewriting<T, C> rewriting) {
    return new TextTrainer<>(name, maxAttempts, maxTokens, rewriting);
  }

  /**
   * What rewrites a text.
   *
   * @param <T> task
   * @param <C> candidate
   */
  @FunctionalInterface
  public interface Rewriting<T, C> {

    /**
     * Writes the next text.
     *
     * @param text the base version's
     * @param request what is to be learnt from
     * @param context what may be asked meanwhile
     */
    String rewrite(String text, TrainingRequest<T, C> request, TrainingContext<T, C> context);
  }

  /** Adds a version with a text to a registry, as the first of a lineage. */
  public ModelVersion add(ModelRegistry registry, String text) {
    return registry.add(write(registry.newWorkDirectory(), text), Provenance.imported());
  }

  /**
   * The text of a version.
   *
   * @throws CorruptModelException if it has none, or another than was written
   */
  public static String read(ModelVersion version) {
    Path file = version.directory().resolve(FILE);
    byte[] bytes = bytes(file);
    Path digest = version.directory().resolve(DIGEST);
    String written = new String(bytes(digest), StandardCharsets.UTF_8);
    String found = sha256(bytes);
    if (!written.equals(found)) {
      throw new CorruptModelException(file, "sha-256", written, found);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new CorruptModelException(file, "text", "UTF-8", "something else", e);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new CorruptModelException(file, "content", "a file", e.toString(), e);
    }
  }

  private static String sha256(byte[] bytes) {
    return Hashing.sha256().hashBytes(bytes).toString();
  }

  /**
   * Writes a text as a version has it, with what shows that it is whole: for a trainer of your own,
   * and for drafts.
   *
   * @param directory made if it does not exist
   * @return the directory
   * @throws RsiException if the text has half a surrogate pair, which has no UTF-8
   */
  public static Path write(Path directory, String text) {
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      Files.createDirectories(directory);
      Files.write(directory.resolve(FILE), bytes);
      Files.writeString(directory.resolve(DIGEST), sha256(bytes));
      return directory;
    } catch (CharacterCodingException e) {
      throw new RsiException(
          "The text of a version has half a surrogate pair, which has no UTF-8.\n"
              + "Maybe a model's answer was cut in the midst of a character.",
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("The text cannot be written to (" + directory + ").", e);
    }
  }
}
