package dev.rsi.lm.spi;

import dev.rsi.lm.DecoderConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Draws training batches from examples, endlessly and with replacement.
 *
 * <p>A batch holds examples of one shape (prompt length and answer length), so that nothing is
 * padded. A shape is drawn in proportion to the weight of its examples, then examples of it in
 * proportion to theirs: over time every example is met in proportion to its weight.
 *
 * <p>Immutable and thread-safe; all that changes is in the random generator given.
 */
public final class Batches {
  private final Positions positions;
  private final ByShape<Example> examples;

  private Batches(List<Example> examples, DecoderConfig config) {
    positions = Positions.of(config);
    for (Example example : examples) {
      example.requireFits(config);
      positions.offsets(example.tokens(), example.length() - 1, 0);
    }
    if (examples.isEmpty()) {
      throw new IllegalArgumentException("There are no examples to draw batches from.");
    }
    this.examples = new ByShape<>(examples, Example::shape, Example::weight);
  }

  /**
   * Sorts examples by shape.
   *
   * @param examples at least one
   * @param config the model that shall learn them
   * @throws IllegalArgumentException if there is none, or one does not fit the model
   */
  public static Batches of(List<Example> examples, DecoderConfig config) {
    return new Batches(examples, config);
  }

  /** How many shapes there are. */
  public int shapes() {
    return examples.groups().size();
  }

  /**
   * Draws the batches of one training step.
   *
   * @param rows examples of the step, all batches together
   * @param count how many batches, each with a shape of its own drawing, in [1, rows]; more give a
   *     better mix of lengths, fewer are faster
   * @param random the only source of randomness
   */
  public List<Batch> draw(int rows, int count, RandomGenerator random) {
    if (count < 1 || count > rows) {
      throw new IllegalArgumentException("count (" + count + ") must be in [1, " + rows + "].");
    }
    List<Batch> batches = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      batches.add(drawOne(ByShape.share(rows, i, count), random));
    }
    return batches;
  }

  private Batch drawOne(int rows, RandomGenerator random) {
    int shape = examples.drawShape(random);
    Example first = examples.groups().get(shape).get(0);
    int length = first.length() - 1;
    Batch batch = new Batch(rows, length, first.length() - first.promptLength());
    for (int row = 0; row < rows; row++) {
      Example example = examples.draw(shape, random);
      int offset = random.nextInt(positions.offsets(example.tokens(), length, 0));
      batch.set(row, example, positions, offset);
    }
    return batch;
  }
}
