package dev.rsi.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.core.data.Datasets.Shares;
import dev.rsi.core.data.Datasets.Split;
import dev.rsi.core.internal.near.NearDuplicates;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DatasetsSplitTest {
  /** Of 250 items and more, each part has some with all but certainty, however they are near. */
  private static final Shares SHARES = Shares.of(0.5, 0.3, 0.2);

  private static Split<String> split(List<String> items, Shares shares) {
    return Datasets.split(items, Function.identity(), shares);
  }

  /** Texts of which some are others with a word more, and some the same in capitals. */
  private static List<String> texts(int size, Random random) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      int kind = texts.isEmpty() ? 0 : random.nextInt(4);
      String other = texts.isEmpty() ? "" : texts.get(random.nextInt(texts.size()));
      texts.add(
          switch (kind) {
            case 1 -> other + " w" + random.nextInt(1000);
            case 2 -> other.toUpperCase(java.util.Locale.ROOT) + " ";
            default -> words(12, random);
          });
    }
    return texts.stream().distinct().toList();
  }

  private static String words(int count, Random random) {
    return String.join(
        " ", IntStream.range(0, count).mapToObj(i -> "w" + random.nextInt(1000)).toList());
  }

  private static void assertNothingNearAcross(Split<String> split) {
    List<List<String>> parts = List.of(split.practice(), split.probes(), split.exam());
    for (List<String> part : parts) {
      NearDuplicates near = new NearDuplicates(part);
      for (List<String> other : parts) {
        if (other != part) {
          assertThat(other).noneMatch(near::near);
        }
      }
    }
  }

  @Property(tries = 200)
  void should_be_the_same_in_any_order_and_part_nothing_near(
      @ForAll @IntRange(min = 250, max = 400) int size, @ForAll long seed) {
    Random random = new Random(seed);
    List<String> texts = new ArrayList<>(texts(size, random));
    Split<String> split = split(texts, SHARES);
    Collections.shuffle(texts, random);
    texts.addAll(texts.subList(0, 5));
    Split<String> again = split(texts, SHARES);
    assertThat(again.repeated()).isEqualTo(5);
    assertThat(List.of(again.practice(), again.probes(), again.exam(), again.together()))
        .isEqualTo(List.of(split.practice(), split.probes(), split.exam(), split.together()));
    assertNothingNearAcross(split);
    List<String> all = new ArrayList<>(split.practice());
    all.addAll(split.probes());
    all.addAll(split.exam());
    assertThat(all).containsExactlyInAnyOrderElementsOf(new HashSet<>(texts));
  }

  @Property(tries = 100)
  void should_leave_items_where_they_are_when_others_come_that_are_not_near(
      @ForAll @IntRange(min = 250, max = 400) int size, @ForAll long seed) {
    Random random = new Random(seed);
    List<String> texts = texts(size, random);
    Split<String> before = split(texts, SHARES);
    List<String> more = new ArrayList<>(texts);
    for (int i = 0; i < 100; i++) {
      more.add("new " + i + " " + words(10, random).replace('w', 'v'));
    }
    Split<String> after = split(more, SHARES);
    assertThat(after.practice()).containsAll(before.practice());
    assertThat(after.probes()).containsAll(before.probes());
    assertThat(after.exam()).containsAll(before.exam());
  }

  /** Only those that are together with what came may have moved. */
  @Property(tries = 100)
  void should_move_no_others_than_those_that_something_near_has_come_to(
      @ForAll @IntRange(min = 250, max = 400) int size, @ForAll long seed) {
    Random random = new Random(seed);
    List<String> texts = texts(size, random);
    Split<String> before = split(texts, SHARES);
    List<String> more = new ArrayList<>(texts);
    String added = texts.get(random.nextInt(texts.size())) + " x1";
    more.add(added);
    Split<String> after = split(more, SHARES);
    Set<String> moved = new HashSet<>(before.practice());
    moved.removeAll(after.practice());
    before.probes().stream().filter(item -> !after.probes().contains(item)).forEach(moved::add);
    before.exam().stream().filter(item -> !after.exam().contains(item)).forEach(moved::add);
    Set<String> with = new HashSet<>();
    after.together().stream().filter(group -> group.contains(added)).forEach(with::addAll);
    assertThat(with).containsAll(moved);
  }

  @Property(tries = 20)
  void should_have_the_shares_as_a_coin_would(@ForAll long seed) {
    Random random = new Random(seed);
    List<String> texts = IntStream.range(0, 3000).mapToObj(i -> words(9, random)).toList();
    Split<String> split = split(texts, SHARES);
    // Five standard deviations.
    assertThat(split.practice().size()).isBetween(1500 - 137, 1500 + 137);
    assertThat(split.probes().size()).isBetween(900 - 126, 900 + 126);
    assertThat(split.exam().size()).isBetween(600 - 110, 600 + 110);
    Split<String> other = split(texts, SHARES.named("other"));
    Set<String> both = new HashSet<>(split.exam());
    both.retainAll(other.exam());
    assertThat(both.size()).as("of two splits").isBetween(60, 180);
  }

  /** The smallest of many hashes is small: the part must not follow from that. */
  @Test
  void should_not_prefer_a_part_for_groups() {
    List<String> texts = new ArrayList<>();
    Random random = new Random(3);
    for (int group = 0; group < 400; group++) {
      String base = words(20, random);
      for (int i = 0; i < 6; i++) {
        texts.add(base + " end" + i);
      }
    }
    Split<String> split = split(texts, SHARES);
    assertThat(split.together()).hasSize(400).allMatch(group -> group.size() == 6);
    assertThat(split.practice().size() / 6).isBetween(150, 250);
    assertThat(split.exam().size() / 6).isBetween(40, 120);
    assertThat(split.summary()).contains("2400 near others, kept together as 400");
  }

  @Test
  void should_refuse_what_cannot_be_split_with_the_numbers() {
    assertThatThrownBy(() -> split(List.of("one", "two"), SHARES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has none of (2) items, which are in (2) groups");
    List<String> template = new ArrayList<>();
    String shared = words(40, new Random(1));
    IntStream.range(0, 200).forEach(i -> template.add(shared + " item" + i));
    assertThatThrownBy(() -> split(template, SHARES))
        .hasMessageContaining("(200) items, which are in (1) groups")
        .hasMessageContaining("the largest of (200)")
        .hasMessageContaining("nearness(1)");
    assertThat(split(template, SHARES.nearness(1)).together()).isEmpty();
    assertThatThrownBy(() -> Shares.of(50, 30, 20)).hasMessageContaining("per cent");
    assertThatThrownBy(() -> Shares.of(0.5, Double.NaN, 0.5)).hasMessageContaining("NaN");
    assertThat(split(template, Shares.of(0, 1, 0)).probes()).hasSize(200);
  }

  private record Item(String text, int key) {}

  @Test
  void should_refuse_items_of_one_text_that_differ() {
    List<Item> items = List.of(new Item("a", 1), new Item("a", 2));
    assertThatThrownBy(() -> Datasets.split(items, Item::text, Shares.of(1, 0, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("The text (a) is that of two items that are not equal")
        .hasMessageContaining("key=1")
        .hasMessageContaining("key=2");
  }

  @Test
  void should_take_half_a_surrogate_pair() {
    List<String> texts = List.of("\uD800", "\uDC00", "?");
    assertThat(split(texts, Shares.of(1, 0, 0)).practice())
        .containsExactlyInAnyOrderElementsOf(texts);
  }
}
