package dev.rsi.core.internal.probe;

import dev.rsi.api.Codec;
import dev.rsi.api.RsiException;
import dev.rsi.core.internal.RoundTrip;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.random.RandomGenerator;

/**
 * Draws the tasks of a bank that follows another.
 *
 * @param draw a fresh task of a kind
 * @param sizes how many tasks each kind has, in the order of the kinds
 * @param codec reads back what it wrote of a task: that is drawn, whatever the draw gave
 */
record FreshTasks<T>(
    BiFunction<String, RandomGenerator, T> draw, Map<String, Integer> sizes, Codec<T, ?> codec) {
  /** How often a kind may give a task that cannot be used before it is taken to have no others. */
  private static final int MAX_REDRAWS = 10_000;

  /**
   * As many fresh tasks of each kind as it has, all different.
   *
   * @param random the stream of randomness to draw with
   * @param usable whether a task, and its text, may be a probe
   * @throws RsiException if a kind has no more tasks that may be used, naming it
   */
  Map<String, List<T>> drawn(
      RandomGenerator random, BiPredicate<? super T, ? super String> usable) {
    Map<String, List<T>> fresh = new LinkedHashMap<>();
    Set<String> seen = new HashSet<>();
    for (Map.Entry<String, Integer> kind : sizes.entrySet()) {
      List<T> tasks = new ArrayList<>();
      int misses = 0;
      while (tasks.size() < kind.getValue() && misses <= MAX_REDRAWS) {
        RoundTrip.Read<T> drawn = RoundTrip.task(codec, draw.apply(kind.getKey(), random));
        if (seen.contains(drawn.text()) || !usable.test(drawn.value(), drawn.text())) {
          misses++;
          continue;
        }
        misses = 0;
        seen.add(drawn.text());
        tasks.add(drawn.value());
      }
      checkWhole(kind.getKey(), tasks);
      fresh.put(kind.getKey(), tasks);
    }
    return fresh;
  }

  private void checkWhole(String kind, List<T> tasks) {
    int size = sizes.getOrDefault(kind, 0);
    if (tasks.size() < size) {
      throw new RsiException(
          "Probe kind ("
              + kind
              + ") gave "
              + MAX_REDRAWS
              + " tasks in a row that cannot be probes, after "
              + tasks.size()
              + " that can.\nMaybe there are too few tasks of the kind for a bank of "
              + size
              + ".");
    }
  }
}
