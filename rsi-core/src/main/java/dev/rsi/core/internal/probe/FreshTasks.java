package dev.rsi.core.internal.probe;

import dev.rsi.api.RsiException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Draws the tasks of a bank that follows another.
 *
 * @param draw a fresh task of a kind
 * @param sizes how many tasks each kind has, in the order of the kinds
 * @param writer writes a task
 * @param nearness share of runs of words in common that makes two tasks near each other
 */
record FreshTasks<T>(
    BiFunction<String, RandomGenerator, T> draw,
    Map<String, Integer> sizes,
    Function<T, String> writer,
    double nearness) {
  /** How often a kind may give a task that cannot be used before it is taken to have no others. */
  private static final int MAX_REDRAWS = 10_000;

  /**
   * As many fresh tasks of each kind as it has, none near what the model was trained on.
   *
   * <p>Keeps none of the texts it is told: the draws are held against them as they pass. Where some
   * come too near, those are drawn without them, and held against the texts again.
   *
   * @param random gives the stream of randomness to draw with, from its beginning each time
   * @param usable whether a task may be a probe
   * @param trained tells the texts of all tasks that the model was trained on
   * @throws RsiException if a kind has no more tasks that may be used, naming it
   */
  Map<String, List<T>> drawn(
      Supplier<? extends RandomGenerator> random,
      Predicate<? super T> usable,
      Consumer<Consumer<String>> trained) {
    Set<String> near = new HashSet<>();
    Set<String> apart = new HashSet<>();
    Predicate<T> mayBe = task -> usable.test(task) && !near.contains(writer.apply(task));
    while (true) {
      Map<String, List<T>> drawn = drawn(random.get(), mayBe, apart, 0);
      if (apart.containsAll(texts(drawn))) {
        sizes.forEach((kind, size) -> checkWhole(kind, drawn.getOrDefault(kind, List.of())));
        return drawn;
      }
      // The more were too near, the more are looked at together, so that few rounds do.
      Set<String> unsure = texts(drawn(random.get(), mayBe, apart, near.size()));
      unsure.removeAll(apart);
      NearDuplicates index = new NearDuplicates(unsure, nearness);
      trained.accept(text -> near.addAll(index.allNear(text)));
      unsure.removeAll(near);
      apart.addAll(unsure);
    }
  }

  /**
   * Draws fresh tasks by kind, until a kind has no more.
   *
   * @param apart texts that are known to be near nothing
   * @param ahead how many more to draw of the first kind of which not all are, and none of those
   *     after it; 0 for just what a bank has
   */
  private Map<String, List<T>> drawn(
      RandomGenerator random, Predicate<? super T> mayBe, Set<String> apart, int ahead) {
    Map<String, List<T>> fresh = new LinkedHashMap<>();
    Set<String> seen = new HashSet<>();
    for (Map.Entry<String, Integer> kind : sizes.entrySet()) {
      List<T> tasks = new ArrayList<>();
      fresh.put(kind.getKey(), tasks);
      int size = kind.getValue();
      int count = size;
      int misses = 0;
      while (tasks.size() < count && misses <= MAX_REDRAWS) {
        T task = draw.apply(kind.getKey(), random);
        String text = writer.apply(task);
        if (!mayBe.test(task) || !seen.add(text)) {
          misses++;
          continue;
        }
        misses = 0;
        tasks.add(task);
        if (ahead > 0 && count == size && !apart.contains(text)) {
          count += ahead;
        }
      }
      if (tasks.size() < count || count > size) {
        break;
      }
    }
    return fresh;
  }

  private Set<String> texts(Map<String, List<T>> drawn) {
    return drawn.values().stream().flatMap(List::stream).map(writer).collect(Collectors.toSet());
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
