package dev.rsi.lm.spi;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Examples of one shape, ready to upload: no padding, no mask.
 *
 * <p>All arrays are row-major. {@code inputs} and {@code positions} are {@code rows x length}: all
 * tokens but the last, and their position ids. {@code targets} is {@code rows x answerLength}: the
 * tokens that the last {@code answerLength} inputs of each row shall predict. Immutable by
 * convention: nobody writes to the arrays.
 *
 * <p>A batch may say by how much the loss changes with the log-probability of each target; one that
 * does not stands for the mean loss over all targets of a step.
 */
public final class Batch {
  private final int rows;
  private final int length;
  private final int answerLength;
  private final long[] inputs;
  private final long[] positions;
  private final long[] targets;
  private final float @Nullable [] slopes;

  Batch(int rows, int length, int answerLength) {
    this.rows = rows;
    this.length = length;
    this.answerLength = answerLength;
    inputs = new long[Math.multiplyExact(rows, length)];
    positions = new long[inputs.length];
    targets = new long[Math.multiplyExact(rows, answerLength)];
    slopes = null;
  }

  private Batch(Batch batch, float[] slopes) {
    rows = batch.rows;
    length = batch.length;
    answerLength = batch.answerLength;
    inputs = batch.inputs;
    positions = batch.positions;
    targets = batch.targets;
    this.slopes = slopes;
  }

  /**
   * A batch of given examples, whose answers stand where a model would have written them.
   *
   * @param examples at least one, all of one shape
   * @param offsets the position offset of each, in {@link Positions#offsets}
   */
  public static Batch of(List<Example> examples, int[] offsets, Positions positions) {
    Example first = examples.get(0);
    int length = first.length() - 1;
    Batch batch = new Batch(examples.size(), length, first.length() - first.promptLength());
    for (int row = 0; row < offsets.length; row++) {
      if (examples.get(row).shape() != first.shape()) {
        throw new IllegalArgumentException("Examples of one batch must have one shape.");
      }
      batch.setGenerated(row, examples.get(row), positions, offsets[row]);
    }
    return batch;
  }

  /**
   * The same examples, where the loss changes by so much with each target's log-probability.
   *
   * @param byTarget rows x answerLength
   */
  public Batch weighed(float[] byTarget) {
    if (byTarget.length != targets.length) {
      throw new IllegalArgumentException(
          "There are " + byTarget.length + " slopes for " + targets.length + " targets.");
    }
    return new Batch(this, byTarget);
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

  /**
   * By how much the loss changes with each target's log-probability, rows x answerLength; not to be
   * written to.
   *
   * @param all how many targets the step has, all batches together
   */
  public float[] slopes(long all) {
    if (slopes != null) {
      return slopes;
    }
    float[] mean = new float[targets.length];
    Arrays.fill(mean, -1f / all);
    return mean;
  }
}
