package dev.rsi.lm.spi;

import dev.rsi.api.CorruptModelException;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.internal.JsonFile;
import java.nio.file.Path;
import java.util.NavigableSet;

/**
 * Gives every token its position id under the scheme of a {@link DecoderConfig}.
 *
 * <p>COUPLED: a token of a run has the offset plus its place in the run, from 1. A token of no run
 * ends the run and has id 0, but the last token of the prompt has the offset itself: the answer is
 * taken for a run that begins after it. NOPE and ROPE: the index in the sequence; the offset is
 * always 0.
 *
 * <p>Immutable and thread-safe.
 */
public final class Positions {
  private final boolean coupled;
  private final int maxPositions;
  private final boolean[] run;

  private Positions(boolean coupled, int maxPositions, boolean[] run) {
    this.coupled = coupled;
    this.maxPositions = maxPositions;
    this.run = run;
  }

  /** The positions of a model. */
  public static Positions of(DecoderConfig config) {
    boolean[] run = new boolean[config.vocabularySize()];
    NavigableSet<Integer> tokens = config.runTokens();
    tokens.forEach(token -> run[token] = true);
    return new Positions(
        config.positionScheme() == PositionScheme.COUPLED, config.maxPositions(), run);
  }

  /**
   * Reads the positions of a model of any make from its {@code config.json}: as {@link #of} has
   * them, or, of another {@code model_type}, the index in a sequence of at most {@code
   * max_position_embeddings} or {@code n_positions} tokens.
   *
   * @throws CorruptModelException if the file is missing or damaged or says neither
   */
  public static Positions read(Path directory) {
    JsonFile json = JsonFile.read(directory.resolve("config.json"));
    if (json.text("model_type").equals(DecoderConfig.MODEL_TYPE)) {
      return of(ModelDirectory.readConfig(directory));
    }
    String field = json.has("n_positions") ? "n_positions" : "max_position_embeddings";
    int longest = json.integer(field);
    if (longest < 2) {
      throw json.wrong(field, "2 or more", String.valueOf(longest));
    }
    return new Positions(false, longest, new boolean[0]);
  }

  /**
   * How many offsets a sequence may have: every value of [0, result).
   *
   * @param tokens holds the sequence
   * @param length how many of them are the sequence
   * @param newTokens how many tokens may be added and read; with COUPLED, a wish: where they do not
   *     all fit, the last ones share the last id, and the result is at least 1
   * @throws IllegalArgumentException if the sequence itself does not fit
   */
  public int offsets(int[] tokens, int length, int newTokens) {
    if (!coupled) {
      if ((long) length + newTokens > maxPositions) {
        throw tooLong("sequence", (long) length + newTokens, maxPositions);
      }
      return 1;
    }
    int longest = 0;
    int current = 0;
    for (int i = 0; i < length; i++) {
      current = run[tokens[i]] ? current + 1 : 0;
      longest = Math.max(longest, current);
    }
    if (longest >= maxPositions) {
      throw tooLong("run", longest, maxPositions - 1);
    }
    return Math.max(1, maxPositions - Math.max(longest, newTokens));
  }

  /**
   * The offsets under which a prompt would be continued, where a given answer is the continuation.
   *
   * @param tokens prompt and answer, whose last token is not read back
   * @param newTokens how many tokens may be generated
   * @throws IllegalArgumentException if prompt or answer does not fit
   */
  int offsetsToScore(int[] tokens, int promptLength, int newTokens) {
    int read = tokens.length - 1 - promptLength;
    if (coupled && read >= maxPositions) {
      throw tooLong("answer", read, maxPositions - 1);
    }
    return offsets(tokens, promptLength, coupled ? newTokens : read);
  }

  private static IllegalArgumentException tooLong(String what, long length, int max) {
    return new IllegalArgumentException(
        "A "
            + what
            + " of "
            + length
            + " tokens does not fit the model's positions ("
            + max
            + " at most).\nMaybe make the model with more positions or ask for fewer new tokens.");
  }

  /**
   * Writes the position ids of a sequence.
   *
   * @param tokens holds the sequence
   * @param length how many of them are the sequence
   * @param promptLength how many of them are the prompt
   * @param offset in [0, {@link #offsets})
   * @param target where the ids go
   * @param at index of the first id in {@code target}
   */
  public void fill(int[] tokens, int length, int promptLength, int offset, long[] target, int at) {
    int current = 0;
    for (int i = 0; i < length; i++) {
      if (coupled) {
        current = run[tokens[i]] ? current + 1 : 0;
        boolean placed = current > 0 || i == promptLength - 1;
        target[at + i] = placed ? (long) offset + current : 0;
      } else {
        target[at + i] = i;
      }
    }
  }

  /**
   * The position id of the n-th token added to a prompt and read back.
   *
   * @param promptLength how many tokens the prompt has
   * @param offset the prompt's offset
   * @param n 1 for the first
   */
  public int added(int promptLength, int offset, int n) {
    return Math.min(maxPositions - 1, coupled ? offset + n : promptLength + n - 1);
  }
}
