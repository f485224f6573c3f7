package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Codec;
import dev.rsi.api.RsiException;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ProbeBankTest {
  private static final Verifier<String, String> ECHO =
      (task, candidate) -> Verdict.passIf(candidate.equals(task), "no echo");

  private static ProbeBank<String, String> bank() {
    return ProbeBank.of(Codec.text(), ECHO, Map.of("a", List.of("1", "2", "3")));
  }

  @Test
  void should_refuse_what_no_decision_can_be_made_on() {
    assertRefused(Map.of(), "at least one kind");
    assertRefused(Map.of("a", List.of()), "kind (a) has no tasks");
    assertRefused(Map.of(" ", List.of("1")), "name must not be blank");
    assertRefused(
        Map.of("a", List.of("1", "1")), "Task (1) of probe kind (a) is in the bank twice");
    ProbeFamily<String, String> family = ProbeFamily.skill("a", List.of("1"), ECHO);
    assertThatThrownBy(() -> ProbeBank.of(Codec.text(), List.of(family, family)))
        .hasMessageContaining("kind (a) appears twice");
  }

  @Test
  void should_contain_its_tasks_and_those_near_them() {
    String story = "Ann has 5 red apples and 7 green ones in her old basket by the door";
    ProbeBank<String, String> bank =
        ProbeBank.of(
            Codec.text(),
            ECHO,
            Map.of("sums", List.of("12+3=", "A", "a"), "stories", List.of(story)));

    assertThat(List.of("12+3=", " 12+3=", "a", story, story + " today")).allMatch(bank::contains);
    assertThat(List.of("1+23=", "12 + 3=", "b", "Ann has 5 apples")).noneMatch(bank::contains);
    assertThat(bank.size()).as("tasks that differ in case alone").isEqualTo(4);
  }

  private static void assertRefused(Map<String, List<String>> tasks, String why) {
    assertThatThrownBy(() -> ProbeBank.of(Codec.text(), ECHO, tasks))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @Test
  void should_name_the_known_answers_that_a_judge_contradicts() {
    AtomicReference<Verifier<String, String>> judge = new AtomicReference<>(ECHO);
    ProbeBank<String, String> bank =
        ProbeBank.of(
                Codec.text(),
                (Verifier<String, String>) (t, c) -> judge.get().verify(t, c),
                Map.of("a", List.of("1")))
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
  void should_tell_a_bank_by_all_that_it_holds() {
    String digest = bank().digest();
    assertThat(bank().digest()).isEqualTo(digest);
    assertThat(
            List.of(
                ProbeBank.of(Codec.text(), ECHO, Map.of("b", List.of("1", "2", "3"))).digest(),
                ProbeBank.of(Codec.text(), ECHO, Map.of("a", List.of("1", "3", "2"))).digest(),
                ProbeBank.of(
                        Codec.text(),
                        List.of(ProbeFamily.critical("a", List.of("1", "2", "3"), ECHO)))
                    .digest(),
                bank().knownAnswer("a", "7", "7", 1).digest(),
                choice("yes", "no").digest(),
                choice("yes", "maybe").digest(),
                bank().knownAnswer("a", "7", "7", 0).digest(),
                digest))
        .doesNotHaveDuplicates();
  }

  @Test
  void should_take_known_answers_only_where_one_answer_is_judged() {
    ProbeFamily<String, String> broken =
        ProbeFamily.calibration("brier", List.of("1"), ECHO, candidate -> Double.NaN);
    assertThat(
            ProbeBank.of(Codec.text(), List.of(broken))
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
      ProbeBank<String, String> bank = ProbeBank.of(Codec.text(), List.of(family));
      assertThatThrownBy(() -> bank.knownAnswer("x", "7", "7", 1))
          .hasMessageContaining("compares answers");
    }
  }

  @Test
  void should_let_tasks_of_one_template_be_apart() {
    String template = "Please compute the following sum and answer with one number: ";
    ProbeBank<String, String> bank =
        ProbeBank.of(Codec.text(), ECHO, Map.of("a", List.of(template + "12+34")));
    assertThat(bank.contains(template + "56+78")).isTrue();
    assertThat(bank.nearness(1).contains(template + "56+78")).isFalse();
    assertThat(bank.nearness(1).contains(template + " 12+34")).isTrue();
    assertThatThrownBy(() -> bank.nearness(0)).hasMessageContaining("nearness (0.0)");
  }

  private static ProbeBank<String, String> choice(String one, String other) {
    return ProbeBank.of(
        Codec.text(), List.of(ProbeFamily.closeness("a", Map.of("1", List.of(one, other)))));
  }

  /** Property 18: what reuse costs, and when a bank makes way. */
  @Property(tries = 200)
  void should_count_every_history_of_answers_that_a_bank_may_have_given(
      @ForAll @IntRange(max = 14) int decisions, @ForAll @IntRange(max = 4) int refusals) {
    ProbeBank<String, String> bank =
        bank().renewed(20, refusals, (kind, random) -> String.valueOf(random.nextInt()));
    int histories = 0;
    for (int history = 0; history < 1 << decisions; history++) {
      histories += Integer.bitCount(history) <= refusals ? 1 : 0;
    }
    assertThat(bank.histories(decisions)).isEqualTo(histories);
    assertThat(bank().histories(decisions)).isEqualTo(1);
    double paid = ErrorBudget.level(.05, false, 7, 0, bank.histories(decisions));
    double free = ErrorBudget.level(.05, false, 7, 0, 1);
    assertThat(paid).isLessThanOrEqualTo(free);
    if (refusals == 0 || decisions == 0) {
      assertThat(paid).isEqualTo(free);
    }
    assertThat(bank.isUsedUp(decisions, refusals)).isFalse();
    assertThat(bank.isUsedUp(decisions, refusals + 1)).isTrue();
    assertThat(bank.isUsedUp(20, 0)).isTrue();
    assertThat(bank().isUsedUp(1_000_000, 1_000_000)).isFalse();
  }

  @Test
  void should_be_followed_by_a_bank_of_fresh_tasks() {
    ProbeBank<String, String> bank =
        bank().renewed((kind, random) -> String.valueOf(random.nextInt(60)));
    List<String> before = bank.families().get("a").tasks();
    ProbeBank<String, String> next =
        bank.next(new SplittableRandom(1), task -> task.endsWith("5"), Set.of("35"));
    assertThat(next.families().get("a").tasks())
        .hasSize(3)
        .doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(before)
        .doesNotContain("35")
        .allMatch(task -> task.endsWith("5"));
    assertThat(next.isRenewed()).isTrue();
    assertThat(next.digest()).isNotEqualTo(bank.digest());
    assertThatThrownBy(
            () -> bank.next(new SplittableRandom(1), task -> task.equals("17"), Set.of()))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("kind (a)")
        .hasMessageContaining("after 1 that can");
  }

  @Test
  void should_refuse_to_renew_what_cannot_be_drawn_afresh() {
    ProbeBank<String, String> leak =
        ProbeBank.of(
            Codec.text(), List.of(ProbeFamily.contaminationGap("leak", Map.of("1", "2"), ECHO)));
    assertThatThrownBy(() -> leak.renewed((kind, random) -> "x"))
        .hasMessageContaining("kind (leak) cannot be drawn afresh");
    assertThatThrownBy(() -> bank().renewed(100, 50, (kind, random) -> "x"))
        .hasMessageContaining("too many to pay for");
    assertThatThrownBy(() -> bank().renewed(0, 0, (kind, random) -> "x"))
        .hasMessageContaining("decisions (0)");
    List<String> tasks = new ArrayList<>(List.of("1", "2"));
    ProbeBank<String, String> copied = ProbeBank.of(Codec.text(), ECHO, Map.of("a", tasks));
    tasks.add("3");
    assertThat(copied.size()).isEqualTo(2);
  }
}
