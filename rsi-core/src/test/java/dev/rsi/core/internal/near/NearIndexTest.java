package dev.rsi.core.internal.near;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class NearIndexTest {

  /** By the definition: every pair, every member. */
  private static boolean near(List<long[]> all, long[] asked, double threshold) {
    return all.stream()
        .anyMatch(
            other -> {
              Set<Long> common = new HashSet<>();
              LongStream.of(asked).forEach(common::add);
              common.retainAll(LongStream.of(other).boxed().toList());
              int union = asked.length + other.length - common.size();
              return (double) common.size() / union >= threshold;
            });
  }

  /** Some members that most sets have, and some of few: as texts of one make. */
  private static long[] set(RandomGenerator random, int most, int rare) {
    int size = random.nextInt(1, most + 1);
    return IntStream.range(0, size)
        .mapToLong(i -> random.nextInt(4) > 0 ? i : most + random.nextInt(rare))
        .distinct()
        .toArray();
  }

  @Property(tries = 1000)
  void should_find_what_comparing_all_pairs_finds(
      @ForAll long seed,
      @ForAll @IntRange(max = 40) int count,
      @ForAll @IntRange(min = 1, max = 30) int most,
      @ForAll @IntRange(min = 1, max = 60) int rare,
      @ForAll @DoubleRange(min = 0.01, max = 1) double any,
      @ForAll @IntRange(min = 1, max = 20) int twentieths) {
    RandomGenerator random = new SplittableRandom(seed);
    double threshold = random.nextBoolean() ? any : twentieths / 20.0;
    List<long[]> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(set(random, most, rare));
    }
    NearIndex index = new NearIndex(all, threshold);
    NearIndex again = new NearIndex(index.sets(), threshold);
    for (int i = 0; i < 20; i++) {
      long[] asked = set(random, most, rare);
      boolean expected = near(all, asked, threshold);
      assertThat(index.near(asked)).as("seed %d", seed).isEqualTo(expected);
      assertThat(again.near(asked)).as("taken apart, seed %d", seed).isEqualTo(expected);
    }
  }

  @Example
  void should_find_nothing_among_nothing() {
    NearIndex none = new NearIndex(List.of(), .8);
    assertThat(none.near(new long[0])).isFalse();
    assertThat(none.near(new long[] {1, 2})).isFalse();
    assertThat(new NearIndex(List.of(new long[] {1}), .8).near(new long[0])).isFalse();
  }

  /** Texts of one make: some are near each other and some are not, by how much varies. */
  @Example
  void should_compare_few_of_many_texts_of_one_make() {
    List<IntFunction<String>> makes =
        List.of(
            i ->
                "A shop has "
                    + 7 * i
                    + " apples and sells "
                    + 13 * i
                    + " of them to people. How many"
                    + " are left?",
            i -> "Write a poem about the number " + 7 * i + " in the style of an old sailor.",
            i ->
                "Add "
                    + i % 1000
                    + " to "
                    + i / 1000
                    + " and then give the sum as one number only.");
    for (IntFunction<String> make : makes) {
      assertThat(compared(make, 10_000))
          .isLessThanOrEqualTo(Math.max(2, 12 * compared(make, 1_000) / 10));
    }
  }

  private static int compared(IntFunction<String> make, int count) {
    List<long[]> all =
        IntStream.range(0, count).mapToObj(i -> Runs.of(make.apply(i)).runs()).toList();
    NearIndex index = new NearIndex(all, .8);
    AtomicInteger compared = new AtomicInteger();
    for (int i = 0; i < 100; i++) {
      index.near(Runs.of(make.apply(count + i)).runs(), number -> compared.incrementAndGet());
    }
    return compared.get();
  }
}
