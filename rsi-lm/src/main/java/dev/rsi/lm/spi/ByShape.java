package dev.rsi.lm.spi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/**
 * Things sorted by shape and drawn with replacement: a shape in proportion to the weight of what it
 * has, then one of these in proportion to its own. Over time each is met by its weight.
 *
 * <p>Immutable and thread-safe; all that changes is in the random generator given.
 *
 * @param <E> what is drawn
 */
final class ByShape<E> {
  private final List<List<E>> groups;
  private final List<double[]> groupSums = new ArrayList<>();
  private final double[] sums;

  /**
   * @param shape the same for things of one shape, and for these alone
   * @param weight positive and finite
   */
  <K extends Comparable<K>> ByShape(
      List<E> elements, Function<E, K> shape, ToDoubleFunction<E> weight) {
    Map<K, List<E>> byShape = new TreeMap<>();
    for (E element : elements) {
      byShape.computeIfAbsent(shape.apply(element), key -> new ArrayList<>()).add(element);
    }
    groups = List.copyOf(byShape.values());
    sums = new double[groups.size()];
    double total = 0;
    for (int g = 0; g < sums.length; g++) {
      double[] groupSum = new double[groups.get(g).size()];
      double sum = 0;
      for (int i = 0; i < groupSum.length; i++) {
        sum += weight.applyAsDouble(groups.get(g).get(i));
        groupSum[i] = sum;
      }
      total += sum;
      sums[g] = total;
      groupSums.add(groupSum);
    }
  }

  /** All things, those of one shape together. */
  List<List<E>> groups() {
    return groups;
  }

  /** The index of a shape. */
  int drawShape(RandomGenerator random) {
    return pick(sums, random);
  }

  /** One thing of a shape. */
  E draw(int shape, RandomGenerator random) {
    return groups.get(shape).get(pick(groupSums.get(shape), random));
  }

  /** How many of {@code all} the i-th of {@code parts} gets, so that all get about as many. */
  static int share(int all, int i, int parts) {
    return all * (i + 1) / parts - all * i / parts;
  }

  /** The index of the first running sum above a uniform number. */
  private static int pick(double[] sums, RandomGenerator random) {
    double target = random.nextDouble() * sums[sums.length - 1];
    int found = Arrays.binarySearch(sums, target);
    int index = found >= 0 ? found + 1 : -found - 1;
    return Math.min(index, sums.length - 1);
  }
}
