package dev.rsi.core.internal.practice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Codec;
import dev.rsi.api.RsiException;
import dev.rsi.api.TaskSource;
import dev.rsi.core.internal.RoundTrip;
import dev.rsi.core.internal.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ListedTasksTest {
  private static List<String> tasks(int size) {
    return new ArrayList<>(IntStream.range(0, size).mapToObj(i -> "task " + i).toList());
  }

  private static Supply<String> supply(
      List<? extends List<String>> levels, long seed, Predicate<String> may) {
    TaskSource<String> source = TaskSource.ofLevels(levels);
    return new Supply<>(source, source.levels(), Codec.text(), new Seeds(seed), may);
  }

  private static List<String> take(Supply<String> supply, int generation, int level, int count) {
    return supply.take(generation, level, count, new SplittableRandom(1)).stream()
        .map(RoundTrip.Read::value)
        .toList();
  }

  /** Takes as runs do, in batches and of several levels, and says what each generation had. */
  private static List<List<String>> generations(Supply<String> supply, int levels, long asking) {
    Random random = new Random(asking);
    List<List<String>> generations = new ArrayList<>();
    for (int generation = 1; generation <= 12; generation++) {
      List<String> had = new ArrayList<>();
      for (int call = 0; call < 4; call++) {
        had.addAll(take(supply, generation, 1 + random.nextInt(levels), random.nextInt(12)));
      }
      generations.add(had);
    }
    return generations;
  }

  @Property(tries = 300)
  void should_give_each_task_once_a_generation_and_once_an_epoch(
      @ForAll @IntRange(min = 1, max = 30) int size,
      @ForAll @IntRange(min = 0, max = 29) int heldOut,
      @ForAll long seed) {
    // GIVEN a list of which some are held out, but not all
    Set<String> out = new HashSet<>(tasks(Math.min(heldOut, size - 1)));
    Supply<String> supply = supply(List.of(tasks(size)), seed, task -> !out.contains(task));
    // WHEN generations take from it
    List<List<String>> generations = generations(supply, 1, seed);
    // THEN nothing twice in a generation, nothing held out, and no task is an epoch behind another
    Map<String, Integer> times = new HashMap<>();
    for (List<String> had : generations) {
      assertThat(had).doesNotHaveDuplicates().noneMatch(out::contains);
      had.forEach(task -> times.merge(task, 1, Integer::sum));
      IntStream.range(0, size)
          .mapToObj(i -> "task " + i)
          .filter(task -> !out.contains(task))
          .forEach(task -> times.putIfAbsent(task, 0));
      assertThat(Collections.max(times.values()) - Collections.min(times.values()))
          .isLessThanOrEqualTo(1);
    }
    int all = generations.stream().mapToInt(List::size).sum();
    assertThat(supply.supplied().epochs()).isBetween((double) all / size - 1e-9, 13.0);
    if (supply.supplied().epochs() >= 1) {
      assertThat(supply.supplied().leftOut()).isEqualTo(out.size());
    }
  }

  @Property(tries = 100)
  void should_give_the_same_whatever_the_order_of_the_list(
      @ForAll @IntRange(min = 1, max = 30) int size, @ForAll long seed) {
    List<String> shuffled = tasks(size);
    Collections.shuffle(shuffled, new Random(seed));
    List<List<String>> harder = List.of(tasks(size), List.of("hard", "harder", "hardest"));
    List<List<String>> same = List.of(shuffled, List.of("hardest", "hard", "harder"));
    assertThat(generations(supply(same, seed, task -> true), 2, seed))
        .isEqualTo(generations(supply(harder, seed, task -> true), 2, seed));
    assertThat(Supply.digest(TaskSource.ofLevels(same), 2, Codec.text()))
        .isEqualTo(Supply.digest(TaskSource.ofLevels(harder), 2, Codec.text()))
        .isNotEqualTo(Supply.digest(TaskSource.of(shuffled), 1, Codec.text()));
  }

  @Test
  void should_have_another_order_in_each_epoch_and_for_each_seed() {
    Supply<String> supply = supply(List.of(tasks(50)), 1, task -> true);
    List<String> first = take(supply, 1, 1, 99);
    List<String> second = take(supply, 2, 1, 99);
    assertThat(first).hasSize(50).containsExactlyInAnyOrderElementsOf(second).isNotEqualTo(second);
    assertThat(take(supply(List.of(tasks(50)), 2, task -> true), 1, 1, 50)).isNotEqualTo(first);
    assertThat(supply.supplied().epochs()).isEqualTo(2);
  }

  @Test
  void should_have_what_is_no_longer_held_out() {
    Set<String> out = new HashSet<>(tasks(10));
    Supply<String> supply = supply(List.of(tasks(20)), 1, task -> !out.contains(task));
    assertThat(take(supply, 1, 1, 99)).hasSize(10);
    assertThat(supply.supplied().leftOut()).isEqualTo(10);
    out.clear();
    assertThat(take(supply, 2, 1, 99)).hasSize(20);
    assertThat(supply.supplied().leftOut()).isZero();
  }

  @Test
  void should_say_that_every_task_is_held_out() {
    Supply<String> supply = supply(List.of(tasks(5)), 1, task -> false);
    assertThatThrownBy(() -> take(supply, 1, 1, 3))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("All (5) tasks of the list are held out")
        .hasMessageContaining("Maybe split the data first");
  }

  @Test
  void should_refuse_lists_that_are_none() {
    assertThatThrownBy(() -> TaskSource.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is empty");
    assertThatThrownBy(() -> TaskSource.ofLevels(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no");
    assertThatThrownBy(() -> TaskSource.ofLevels(List.of(List.of("a"), List.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of level 2 is empty");
    assertThatThrownBy(() -> TaskSource.of(List.of("a", "b", "a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(a) stands in the list twice, at (0) and (2)")
        .hasMessageContaining("distinct()");
    assertThatThrownBy(() -> TaskSource.ofLevels(List.of(List.of("a"), List.of("a"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(0 of level 1) and (0 of level 2)");
  }
}
