package dev.rsi.lm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
  private final List<Example[]> groups = new ArrayList<>();
  private final List<double[]> groupSums = new ArrayList<>();
  private final double[] sums;

  private Batches(List<Example> examples, DecoderConfig config) {
    positions = Positions.of(config);
    Map<Long, List<Example>> byShape = new TreeMap<>();
    for (Example example : examples) {
      for (int token : example.tokens()) {
        if (token < 0 || token >= config.vocabularySize()) {
          throw new IllegalArgumentException(
              "Token (" + token + ") is not in [0, " + (config.vocabularySize() - 1) + "].");
        }
      }
      positions.offsets(example.tokens(), example.length() - 1, 0);
      byShape.computeIfAbsent(example.shape(), key -> new ArrayList<>()).add(example);
    }
    if (byShape.isEmpty()) {
      throw new IllegalArgumentException("There are no examples to draw batches from.");
    }
    sums = new double[byShape.size()];
    double total = 0;
    for (List<Example> group : byShape.values()) {
      double[] groupSum = new double[group.size()];
      double sum = 0;
      for (int i = 0; i < groupSum.length; i++) {
        sum += group.get(i).weight();
        groupSum[i] = sum;
      }
      total += sum;
      sums[groups.size()] = total;
      groups.add(group.toArray(Example[]::new));
      groupSums.add(groupSum);
    }
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
    return sums.length;
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
      int share = rows * (i + 1) / count - rows * i / count;
      batches.add(drawOne(share, random));
    }
    return batches;
  }

  private Batch drawOne(int rows, RandomGenerator random) {
    int chosen = pick(sums, random);
    Example[] group = groups.get(chosen);
    int length = group[0].length() - 1;
    Batch batch = new Batch(rows, length, group[0].length() - group[0].promptLength());
    for (int row = 0; row < rows; row++) {
      Example example = group[pick(groupSums.get(chosen), random)];
      int offset = random.nextInt(positions.offsets(example.tokens(), length, 0));
      batch.set(row, example, positions, offset);
    }
    return batch;
  }

  /** The index of the first running sum above a uniform number. */
  private static int pick(double[] sums, RandomGenerator random) {
    double target = random.nextDouble() * sums[sums.length - 1];
    int found = Arrays.binarySearch(sums, target);
    int index = found >= 0 ? found + 1 : -found - 1;
    return Math.min(index, sums.length - 1);
  }
}
