package dev.rsi.core.internal.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Codec;
import dev.rsi.api.RsiException;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.near.NearDuplicates;
import dev.rsi.core.internal.near.SpentTasks;
import dev.rsi.core.probe.ProbeFamily;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DefaultProbeBankTest {
  private static final Verifier<String, String> ECHO =
      (task, candidate) -> Verdict.passIf(candidate.equals(task), "no echo");

  private static DefaultProbeBank<String, String> bank() {
    return DefaultProbeBank.of(
        Codec.text(), List.of(ProbeFamily.skill("a", List.of("1", "2", "3"), ECHO)));
  }

  @Test
  void should_know_a_probe_by_what_is_seen_of_it() {
    DefaultProbeBank<String, String> bank =
        DefaultProbeBank.of(
            Codec.text(),
            List.of(ProbeFamily.skill("a", List.of("probe 1", "\u200bprobe 2"), ECHO)));
    assertThat(bank.contains("probe\u200b 1")).isTrue();
    assertThat(bank.contains("Pro\u00adbe\u00a01")).isTrue();
    assertThat(bank.contains("probe 2")).isTrue();
    assertThat(bank.contains("probe 3")).isFalse();
  }

  @Test
  void should_name_the_known_answers_that_a_judge_contradicts() {
    AtomicReference<Verifier<String, String>> judge = new AtomicReference<>(ECHO);
    DefaultProbeBank<String, String> bank =
        DefaultProbeBank.of(
                Codec.text(),
                List.of(
                    ProbeFamily.<String, String>skill(
                        "a", List.of("1"), (t, c) -> judge.get().verify(t, c))))
            .knownAnswer("a", "7", "7", 1)
            .knownAnswer("a", "8", "nine", 0);
    assertThat(bank.contradictions()).isEmpty();
    assertThat(bank.knownAnswers()).isEqualTo(2);
    judge.set((task, candidate) -> Verdict.pass());
    assertThat(bank.contradictions())
        .singleElement()
        .asString()
        .contains("a reads (1.0) on a known answer of (0.0), task (8)");
    judge.set(
        (task, candidate) -> {
          throw new IllegalStateException();
        });
    assertThat(bank.contradictions()).hasSize(2).allMatch(w -> w.contains("reads (nothing)"));
    assertThatThrownBy(() -> bank.knownAnswer("b", "7", "7", 1)).hasMessageContaining("kind (b)");
    assertThatThrownBy(() -> bank.knownAnswer("a", "7", "7", 2)).hasMessageContaining("(2.0)");
  }

  @Test
  void should_take_known_answers_only_where_one_answer_is_judged() {
    ProbeFamily<String, String> broken =
        ProbeFamily.calibration("brier", List.of("1"), ECHO, candidate -> Double.NaN);
    assertThat(
            DefaultProbeBank.of(Codec.text(), List.of(broken))
                .knownAnswer("brier", "7", "7", 1)
                .contradictions())
        .singleElement()
        .asString()
        .contains("reads (nothing)");
    List<ProbeFamily<String, String>> comparing =
        List.of(
            ProbeFamily.contaminationGap("x", Map.of("1", "2"), ECHO),
            ProbeFamily.diversity("x", List.of("1"), (a, b) -> 1),
            ProbeFamily.closeness("x", Map.of("1", List.of("a", "b"))));
    for (ProbeFamily<String, String> family : comparing) {
      DefaultProbeBank<String, String> bank = DefaultProbeBank.of(Codec.text(), List.of(family));
      assertThatThrownBy(() -> bank.knownAnswer("x", "7", "7", 1))
          .hasMessageContaining("compares answers");
    }
  }

  /** Property 18: what reuse costs, and when a bank makes way. */
  @Property(tries = 200)
  void should_count_every_history_of_answers_that_a_bank_may_have_given(
      @ForAll @IntRange(max = 14) int decisions, @ForAll @IntRange(max = 4) int refusals) {
    DefaultProbeBank<String, String> bank =
        bank().renewed(20, refusals, (kind, random) -> String.valueOf(random.nextInt()));
    int histories = 0;
    for (int history = 0; history < 1 << decisions; history++) {
      histories += Integer.bitCount(history) <= refusals ? 1 : 0;
    }
    assertThat(bank.histories(decisions)).isEqualTo(histories);
    assertThat(bank().histories(decisions)).isEqualTo(1);
    assertThat(bank.isUsedUp(decisions, refusals)).isFalse();
    assertThat(bank.isUsedUp(decisions, refusals + 1)).isTrue();
    assertThat(bank.isUsedUp(20, 0)).isTrue();
    assertThat(bank().isUsedUp(30_000, 30_000)).isFalse();
  }

  @Test
  void should_be_followed_by_a_bank_of_fresh_tasks() {
    DefaultProbeBank<String, String> bank =
        bank().renewed(10, 2, (kind, random) -> String.valueOf(random.nextInt(60)));
    List<String> before = bank.families().get("a").tasks();
    DefaultProbeBank<String, String> next =
        bank.next(new SplittableRandom(1), task -> task.endsWith("5"), spent(bank, List.of("35")));
    assertThat(next.families().get("a").tasks())
        .hasSize(3)
        .doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(before)
        .doesNotContain("35")
        .allMatch(task -> task.endsWith("5"));
    assertThat(next.isRenewed()).isTrue();
    assertThat(next.digest()).isNotEqualTo(bank.digest());
    assertThatThrownBy(
            () ->
                bank.next(
                    new SplittableRandom(1), task -> task.equals("17"), spent(bank, List.of())))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("kind (a)")
        .hasMessageContaining("after 1 that can");
  }

  private static SpentTasks spent(DefaultProbeBank<?, ?> bank, List<String> trained) {
    SpentTasks spent = bank.spent();
    trained.forEach(spent::trained);
    return spent;
  }

  private static final int WORDS = 3;

  /** A long task that differs from its neighbours in the last word, or in case alone. */
  private static String story(RandomGenerator random) {
    String text = "Ann has five red apples and seven green ones in her old";
    for (int word = 0; word < WORDS; word++) {
      text += " w" + random.nextInt(7);
    }
    return random.nextInt(5) == 0 ? text.toUpperCase(Locale.ROOT) : text;
  }

  private static String drawn(String kind, RandomGenerator random) {
    return kind.equals("numbers") ? String.valueOf(random.nextInt(40)) : story(random);
  }

  /** How a bank is drawn where everything trained on can be held at once. */
  private static Map<String, List<String>> plain(
      DefaultProbeBank<String, String> bank,
      RandomGenerator random,
      Predicate<String> usable,
      Set<String> gone,
      List<String> trained,
      double nearness) {
    NearDuplicates known = new NearDuplicates(trained, nearness);
    Set<String> drawn = new HashSet<>(gone);
    Map<String, List<String>> fresh = new LinkedHashMap<>();
    for (ProbeFamily<String, String> family : bank.families().values()) {
      List<String> tasks = new ArrayList<>();
      fresh.put(family.name(), tasks);
      int misses = 0;
      while (tasks.size() < family.tasks().size()) {
        String task = drawn(family.name(), random);
        if (usable.test(task) && !known.near(task) && drawn.add(task)) {
          tasks.add(task);
          misses = 0;
        } else if (++misses > 10_000) {
          return Map.of();
        }
      }
    }
    return fresh;
  }

  /** What is kept as hashes, and told between two banks, decides as the texts do. */
  @Property(tries = 60)
  void should_draw_what_a_bank_would_that_held_all_that_was_trained_on(
      @ForAll long seed,
      @ForAll @IntRange(max = 300) int stories,
      @ForAll @IntRange(max = 20) int numbers,
      @ForAll @IntRange(min = 6, max = 10) int nearness) {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> trained = new ArrayList<>();
    random.ints(stories, 0, 2).forEach(i -> trained.add(story(random)));
    random.ints(numbers, 0, 40).forEach(i -> trained.add(" " + i));
    Predicate<String> usable = task -> !task.endsWith("6");
    DefaultProbeBank<String, String> bank =
        DefaultProbeBank.of(
                Codec.text(),
                List.of(
                    ProbeFamily.skill("stories", List.of("a", "b", "c", "d"), ECHO),
                    ProbeFamily.skill("numbers", List.of("1", "2", "3", "4", "5"), ECHO)))
            .nearness(nearness / 10.0)
            .renewed(10, 2, DefaultProbeBankTest::drawn);
    Set<String> gone = new HashSet<>();
    SpentTasks spent = bank.spent();
    // Three in a row: what an earlier bank had is gone.
    for (int number = 0; number < 3; number++) {
      List<String> soFar = trained.subList(0, (number + 1) * trained.size() / 3);
      soFar.forEach(spent::trained);
      bank.families().values().forEach(family -> gone.addAll(family.tasks()));
      long own = seed + number;
      Map<String, List<String>> expected =
          plain(bank, new SplittableRandom(own), usable, gone, soFar, nearness / 10.0);
      DefaultProbeBank<String, String> before = bank;
      if (expected.isEmpty()) {
        assertThatThrownBy(() -> before.next(new SplittableRandom(own), usable, spent))
            .isInstanceOf(RsiException.class);
        return;
      }
      bank = bank.next(new SplittableRandom(own), usable, spent);
      Map<String, List<String>> found = new LinkedHashMap<>();
      bank.families().forEach((kind, family) -> found.put(kind, family.tasks()));
      assertThat(found).isEqualTo(expected);
    }
  }

  @Test
  void should_find_out_that_all_is_near_what_was_trained_on() {
    DefaultProbeBank<String, String> bank =
        bank().renewed(10, 2, (kind, random) -> String.valueOf(random.nextInt(30_000)));
    List<String> all = IntStream.range(0, 30_000).mapToObj(String::valueOf).toList();
    assertThatThrownBy(() -> bank.next(new SplittableRandom(1), task -> true, spent(bank, all)))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("after 0 that can");
  }
}
