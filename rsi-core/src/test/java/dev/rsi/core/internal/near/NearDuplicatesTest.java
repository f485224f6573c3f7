package dev.rsi.core.internal.near;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class NearDuplicatesTest {

  /** However many words: in runs of words too, and whichever of the two has it. */
  @Example
  void should_not_be_passed_by_what_nobody_sees() {
    for (int words : new int[] {1, 2, 7, 8, 30}) {
      StringBuilder others = new StringBuilder();
      for (int word = 2; word < words; word++) {
        others.append("word").append(word).append(' ');
      }
      String plain = others + "probe " + words;
      String hidden = plain.replace("o", "\u2060o\u200d").replace(" ", "\u200e \udb40\udd00");
      assertThat(of(plain).near(hidden)).as(plain).isTrue();
      assertThat(of(hidden).near(plain)).as(plain).isTrue();
      assertThat(of(hidden).near(plain.replace("probe", "prob"))).as(plain).isEqualTo(words == 30);
    }
  }

  @Example
  void should_take_spelling_for_the_same_text() {
    NearDuplicates index = of("What is  12+3?", "Straße", "ΟΔΟΣ", "caf\u00e9", "ﬁve");
    assertThat(List.of("what IS\t12+3?", " What is\u00a012+3?\n", "What is １２＋３?"))
        .allMatch(index::near);
    assertThat(List.of("STRASSE", "οδοσ", "οδος", "cafe\u0301", "FIVE")).allMatch(index::near);
    assertThat(
            List.of(
                "What\u200b is 12+3?", "Wh\u00adat is 12\ufe0f+3?", "\u202aWhat is 12+3?\u202c"))
        .allMatch(index::near);
    assertThat(List.of("What is 1+23?", "What is 1 2+3?", "Whatis 12+3?", "12+3", "cafe", ""))
        .noneMatch(index::near);
  }

  /**
   * Between signs and at the end of a sentence people write as they like; elsewhere signs count.
   */
  @Example
  void should_not_be_passed_by_spaces_beside_signs_nor_by_the_end_of_a_sentence() {
    NearDuplicates index = of("12+3=", "What is 12 plus 3?", "f(x, y) -> x", "你好。", "sum [1, 2]");
    assertThat(
            List.of(
                "12 + 3 =",
                "12+ 3 =",
                "12\u2009+\u20093\u00a0=",
                "what is 12 plus 3",
                "What is 12 plus 3 ?",
                "What is 12 plus 3...",
                "f( x,y )->x",
                "你好",
                "sum[1,2]"))
        .allMatch(index::near);
    assertThat(
            List.of(
                "1 2+3=",
                "12+3",
                "12-3=",
                "+12 3=",
                "What is 12, plus 3?",
                "f(x y) -> x",
                "你 好。",
                "sum [1 2]",
                "?",
                ""))
        .noneMatch(index::near);
    assertThat(of("?").near("!")).isFalse();
  }

  @Example
  void should_compare_short_texts_as_a_whole() {
    NearDuplicates index = of("one two three four five six seven");
    assertThat(index.near("one two three four five six seven")).isTrue();
    assertThat(index.near("one two three four five six eight")).isFalse();
    // Eight words, of whose six runs five are also those of the seven.
    assertThat(index.near("one two three four five six seven eight")).isFalse();
  }

  /** The example of Broder's paper: 3 of 7 runs, 42.85 %. */
  @Example
  void should_count_different_runs_as_broder_does() {
    Set<Long> one = set(Runs.of("a rose is a rose is a rose"));
    Set<Long> other = set(Runs.of("a rose is a flower which is a rose"));
    Set<Long> both = new HashSet<>(one);
    both.retainAll(other);
    assertThat(both).hasSize(3);
    assertThat(one.size() + other.size() - both.size()).isEqualTo(7);
    assertThat(of("a rose is a rose is a rose").near("a rose is a flower which is a rose"))
        .isFalse();
  }

  private static Set<Long> set(Runs runs) {
    return Arrays.stream(runs.runs()).boxed().collect(Collectors.toSet());
  }

  @Example
  void should_find_a_changed_word_from_the_length_on_that_it_promises() {
    for (int length = 8; length < 60; length++) {
      List<String> words = distinct(length);
      NearDuplicates index = of(String.join(" ", words));
      assertThat(index.near(changed(words, length / 2)))
          .as("one of %d words changed in the midst", length)
          .isEqualTo(length >= 29);
      assertThat(index.near(changed(words, length - 1)))
          .as("the last of %d words changed", length)
          .isEqualTo(length >= 11);
    }
  }

  @Example
  void should_know_no_text_where_there_is_none() {
    assertThat(of().near("")).isFalse();
    assertThat(of("").near(" \n")).isTrue();
  }

  @Property
  void every_text_is_near_itself_in_any_case_and_spacing(
      @ForAll @Size(max = 10) List<String> texts, @ForAll("text") String worded) {
    List<String> all = new ArrayList<>(texts);
    all.add(worded);
    NearDuplicates index = new NearDuplicates(all);
    assertThat(all).allMatch(index::near);
    assertThat(index.near("  " + worded.toUpperCase(Locale.ROOT).replace(" ", "\t\n"))).isTrue();
  }

  @Property(tries = 300)
  void one_word_edited_in_a_long_text_is_found(
      @ForAll @IntRange(min = 29, max = 120) int length,
      @ForAll @IntRange(min = 0, max = 119) int at,
      @ForAll @IntRange(min = 0, max = 2) int edit) {
    List<String> words = distinct(length);
    NearDuplicates index = of("other words altogether", String.join(" ", words), "1+2=");
    List<String> edited = new ArrayList<>(words);
    int place = at % length;
    if (edit == 0) {
      edited.set(place, "changed");
    } else if (edit == 1) {
      edited.remove(place);
    } else {
      edited.add(place, "added");
    }
    assertThat(index.near(String.join(" ", edited))).isTrue();
  }

  @Property(tries = 300)
  void texts_of_other_words_are_not_near(@ForAll("text") String text) {
    String other = IntStream.range(0, 20).mapToObj(i -> "z" + i).collect(Collectors.joining(" "));
    assertThat(of(other, "zz").near(text)).isFalse();
  }

  @Property
  void near_is_what_comparing_all_pairs_says(
      @ForAll("texts") List<String> texts, @ForAll("texts") List<String> asked) {
    NearDuplicates index = new NearDuplicates(texts);
    for (String text : asked) {
      assertThat(index.near(text))
          .as(text)
          .isEqualTo(texts.stream().anyMatch(other -> resembles(text, other)));
      assertThat(index.near(text))
          .as("the other way round: %s", text)
          .isEqualTo(texts.stream().anyMatch(other -> of(text).near(other)));
    }
  }

  /** By the definition, over words of plain letters. */
  private static boolean resembles(String one, String other) {
    if (one.equals(other)) {
      return true;
    }
    Set<String> all = runs(one);
    Set<String> common = new HashSet<>(all);
    common.retainAll(runs(other));
    all.addAll(runs(other));
    return !common.isEmpty() && common.size() >= 0.8 * all.size();
  }

  private static Set<String> runs(String text) {
    String[] words = text.split(" ", -1);
    Set<String> runs = new HashSet<>();
    for (int i = 2; i < words.length && words.length >= 8; i++) {
      runs.add(words[i - 2] + " " + words[i - 1] + " " + words[i]);
    }
    return runs;
  }

  /** Texts of few different words, so that many are near each other. */
  @Provide
  Arbitrary<List<String>> texts() {
    Arbitrary<String> word =
        Arbitraries.frequencyOf(
            Tuple.of(12, Arbitraries.of("a")), Tuple.of(1, Arbitraries.of("b", "c")));
    Arbitrary<String> text =
        word.list().ofMinSize(1).ofMaxSize(24).map(words -> String.join(" ", words));
    return text.list().ofMinSize(1).ofMaxSize(6);
  }

  @Provide
  Arbitrary<String> text() {
    return Arbitraries.strings()
        .withCharRange('a', 'y')
        .ofMinLength(1)
        .ofMaxLength(3)
        .list()
        .ofMinSize(1)
        .ofMaxSize(40)
        .map(words -> String.join(" ", words));
  }

  private static List<String> distinct(int length) {
    return IntStream.range(0, length).mapToObj(i -> "w" + i).toList();
  }

  private static String changed(List<String> words, int at) {
    List<String> copy = new ArrayList<>(words);
    copy.set(at, "changed");
    return String.join(" ", copy);
  }

  private static NearDuplicates of(String... texts) {
    List<String> list = new ArrayList<>();
    Collections.addAll(list, texts);
    return new NearDuplicates(list);
  }
}
