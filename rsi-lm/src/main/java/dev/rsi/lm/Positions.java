package dev.rsi.lm;

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

  /** The index in the sequence, of at most so many tokens. */
  static Positions inSequence(int maxPositions) {
    return new Positions(false, maxPositions, new boolean[0]);
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
