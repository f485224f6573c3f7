package dev.rsi.onnx;

import dev.rsi.lm.spi.Sampler;
import dev.rsi.lm.spi.Sampler.Prompts;
import java.util.Arrays;

/** The tokens by which prompts are continued, one for every row at a time. */
final class Continuations {
  private final Prompts prompts;
  private final double temperature;
  private final int end;
  private final long[] tokens;
  private final boolean[] ended;
  private int open;
  private int count;

  Continuations(Prompts prompts, double temperature, int end) {
    this.prompts = prompts;
    this.temperature = temperature;
    this.end = end;
    tokens = new long[prompts.rows() * prompts.newTokens()];
    Arrays.fill(tokens, end);
    ended = new boolean[prompts.rows()];
    open = ended.length;
  }

  /**
   * Chooses the next token of each row.
   *
   * @param logits rows x vocabulary
   * @return whether more are wanted
   */
  boolean choose(float[] logits) {
    int vocabulary = logits.length / prompts.rows();
    for (int row = 0; row < ended.length; row++) {
      int at = row * prompts.newTokens() + count;
      double uniform = prompts.uniform()[at];
      int token = Sampler.choose(logits, row * vocabulary, vocabulary, temperature, uniform);
      tokens[at] = token;
      if (token == end && !ended[row]) {
        ended[row] = true;
        open--;
      }
    }
    count++;
    return open > 0 && count < prompts.newTokens();
  }

  /** How many tokens each row has been given. */
  int count() {
    return count;
  }

  /** The token that a row was given last. */
  long token(int row) {
    return tokens[row * prompts.newTokens() + count - 1];
  }

  /** The position id of that token. */
  long position(int row) {
    return prompts.added()[row * prompts.newTokens() + count - 1];
  }

  /** All tokens so far, rows x newTokens; the end where there is none. */
  long[] tokens() {
    return tokens;
  }
}
