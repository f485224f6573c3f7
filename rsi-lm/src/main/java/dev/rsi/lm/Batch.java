package dev.rsi.lm;

/**
 * Examples of one shape, ready to upload: no padding, no mask.
 *
 * <p>All arrays are row-major. {@code inputs} and {@code positions} are {@code rows x length}: all
 * tokens but the last, and their position ids. {@code targets} is {@code rows x answerLength}: the
 * tokens that the last {@code answerLength} inputs of each row shall predict. Immutable by
 * convention: nobody writes to the arrays.
 */
public final class Batch {
  private final int rows;
  private final int length;
  private final int answerLength;
  private final long[] inputs;
  private final long[] positions;
  private final long[] targets;

  Batch(int rows, int length, int answerLength) {
    this.rows = rows;
    this.length = length;
    this.answerLength = answerLength;
    inputs = new long[Math.multiplyExact(rows, length)];
    positions = new long[inputs.length];
    targets = new long[Math.multiplyExact(rows, answerLength)];
  }

  void set(int row, Example example, Positions scheme, int offset) {
    int[] tokens = example.tokens();
    for (int i = 0; i < length; i++) {
      inputs[row * length + i] = tokens[i];
    }
    for (int i = 0; i < answerLength; i++) {
      targets[row * answerLength + i] = tokens[example.promptLength() + i];
    }
    scheme.fill(tokens, length, example.promptLength(), offset, positions, row * length);
  }

  /** The same, but the answer stands at the positions at which a model would have written it. */
  void setGenerated(int row, Example example, Positions scheme, int offset) {
    set(row, example, scheme, offset);
    int prompt = example.promptLength();
    for (int n = 1; prompt + n <= length; n++) {
      positions[row * length + prompt + n - 1] = scheme.added(prompt, offset, n);
    }
  }

  /** How many examples. */
  public int rows() {
    return rows;
  }

  /** How many inputs each has. */
  public int length() {
    return length;
  }

  /** How many targets each has, at most {@link #length}. */
  public int answerLength() {
    return answerLength;
  }

  /** Token ids of the inputs; not to be written to. */
  public long[] inputs() {
    return inputs;
  }

  /** Position ids of the inputs; not to be written to. */
  public long[] positions() {
    return positions;
  }

  /** Token ids of the targets; not to be written to. */
  public long[] targets() {
    return targets;
  }
}
