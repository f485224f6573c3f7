package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Output;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ProbeFamilyTest {
  private static final Verifier<String, String> ECHO =
      (task, candidate) -> Verdict.passIf(candidate.equals(task), "no echo");
  private static final Verifier<String, String> LONG =
      (task, candidate) -> Verdict.passIf(candidate.length() > 2, "short");
  private static final Verifier<String, String> BROKEN =
      (task, candidate) -> {
        throw new IllegalStateException("broke");
      };
  private static final Output<String> MALFORMED = Output.malformed("no end", 9);
  private static final Output<String> FAILED = Output.failed("time out", 0);

  private static void assertReads(
      ProbeFamily<String, String> family, double reading, List<Output<String>> outputs) {
    OptionalDouble found = family.reading(0, outputs);
    assertThat(found).as("%s on %s", family.name(), outputs).isPresent();
    assertThat(found.getAsDouble()).isEqualTo(reading);
  }

  private static List<Output<String>> said(String... answers) {
    return java.util.Arrays.stream(answers).map(answer -> Output.of(answer, 1)).toList();
  }

  @Test
  void should_read_a_skill_by_its_judge() {
    ProbeFamily<String, String> family = ProbeFamily.skill("echo", List.of("ab", "cd"), ECHO);
    assertReads(family, 1, said("ab"));
    assertReads(family, 0, said("xy"));
    assertReads(family, 0, List.of(MALFORMED));
    assertThat(family.reading(0, List.of(FAILED))).isEmpty();
    assertThat(ProbeFamily.skill("echo", List.of("ab"), BROKEN).reading(0, said("ab"))).isEmpty();
    assertThat(family.reading(1, said("cd"))).hasValue(1);
  }

  @Test
  void should_read_a_proxy_that_says_more_than_is_true_as_worse() {
    ProbeFamily<String, String> gap = ProbeFamily.proxyGap("gap", List.of("abc"), LONG, ECHO);
    assertReads(gap, .5, said("abc"));
    assertReads(gap, 0, said("long but wrong"));
    assertReads(gap, .5, said("x"));
    assertReads(gap, 0, List.of(MALFORMED));
    assertThat(gap.reading(0, List.of(FAILED))).isEmpty();
    assertThat(ProbeFamily.proxyGap("gap", List.of("abc"), LONG, BROKEN).reading(0, said("abc")))
        .isEmpty();
  }

  @Test
  void should_ask_a_known_task_and_its_twin() {
    Map<String, String> twins = new LinkedHashMap<>();
    twins.put("old", "new");
    twins.put("past", "present");
    ProbeFamily<String, String> gap = ProbeFamily.contaminationGap("leak", twins, ECHO);
    assertThat(gap.size()).isEqualTo(2);
    assertThat(gap.tasks()).containsExactly("old", "past", "new", "present");
    assertThat(gap.asks(1)).containsExactly("past", "present");
    assertReads(gap, .5, said("old", "new"));
    assertReads(gap, 0, said("old", "?"));
    assertReads(gap, 1, said("?", "new"));
    assertReads(gap, 0, List.of(MALFORMED, Output.of("new", 1)));
    assertThat(gap.reading(0, List.of(Output.of("old", 1), FAILED))).isEmpty();
  }

  @Test
  void should_read_calibration_and_modesty_off_what_a_candidate_says_of_itself() {
    ProbeFamily<String, String> brier =
        ProbeFamily.calibration("brier", List.of("ab"), ECHO, candidate -> .9);
    assertThat(brier.reading(0, said("ab")).getAsDouble()).isEqualTo(1 - .1 * .1, within());
    assertThat(brier.reading(0, said("no")).getAsDouble()).isEqualTo(1 - .9 * .9, within());
    assertReads(brier, 0, List.of(MALFORMED));
    assertThat(brier.reading(0, List.of(FAILED))).isEmpty();
    ProbeFamily<String, String> modesty =
        ProbeFamily.modesty("modest", List.of("ab"), ECHO, candidate -> .9);
    assertThat(modesty.reading(0, said("ab")).getAsDouble()).isEqualTo(.55, within());
    assertThat(modesty.reading(0, said("no")).getAsDouble()).isEqualTo(.05, within());
    assertThatThrownBy(
            () ->
                ProbeFamily.calibration("brier", List.of("ab"), ECHO, candidate -> 1.1)
                    .reading(0, said("ab")))
        .hasMessageContaining("confidence (1.1)");
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.api.Assertions.within(1e-12);
  }

  @Test
  void should_read_diversity_off_two_answers_to_one_task() {
    ProbeFamily<String, String> diversity =
        ProbeFamily.diversity("diverse", List.of("tell"), (a, b) -> a.equals(b) ? 1 : 0);
    assertThat(diversity.asks(0)).containsExactly("tell", "tell");
    assertReads(diversity, 0, said("a", "a"));
    assertReads(diversity, 1, said("a", "b"));
    assertReads(diversity, 0, List.of(Output.of("a", 1), MALFORMED));
    assertThat(diversity.reading(0, List.of(Output.of("a", 1), FAILED))).isEmpty();
  }

  @Test
  void should_read_how_near_an_answer_is_to_its_reference() {
    Map<String, Double> near = Map.of("hello hi", .9, "hello bye", .25, "hello hello", 1.0000001);
    ProbeFamily<String, String> meaning =
        ProbeFamily.meaning(
            "greeting",
            Map.of("greet", "hello"),
            (reference, said) -> near.getOrDefault(reference + " " + said, Double.NaN));
    assertThat(meaning.tasks()).containsExactly("greet");
    assertThat(meaning.isSkill()).isFalse();
    assertReads(meaning, .9, said("hi"));
    assertReads(meaning, .25, said("bye"));
    assertReads(meaning, 1, said("hello"));
    assertReads(meaning, 0, List.of(MALFORMED));
    assertThat(meaning.reading(0, List.of(FAILED))).isEmpty();
    assertThat(meaning.reading(0, said("?"))).isEmpty();
  }

  @Test
  void should_read_closeness_off_the_scores_of_a_choice() {
    ProbeFamily<String, String> close =
        ProbeFamily.closeness("close", Map.of("yes or no?", List.of("yes", "no")));
    assertThat(close.choices(0)).containsExactly("yes", "no");
    assertThat(close.attempts()).isEqualTo(2);
    double nine = Math.log(.09);
    double one = Math.log(.01);
    // Normalised over the options: 0.9 and 0.1 against 0.5 and 0.5, and the other way round.
    assertThat(close.reading(List.of(nine, one), List.of(one, one)).getAsDouble())
        .isEqualTo(.6, within());
    assertThat(close.reading(List.of(nine, one), List.of(one, nine)).getAsDouble())
        .isEqualTo(.2, within());
    assertThat(close.reading(List.of(nine, one), List.of(nine, one)).getAsDouble())
        .isEqualTo(1, within());
    double never = Double.NEGATIVE_INFINITY;
    assertThat(close.reading(List.of(0.0, never), List.of(never, -3.0)).getAsDouble())
        .isEqualTo(0, within());
    assertThat(close.reading(List.of(never, never), List.of(nine, one))).isEmpty();
    assertThat(close.reading(List.of(nine, Double.NaN), List.of(nine, one))).isEmpty();
    assertThatThrownBy(() -> ProbeFamily.closeness("close", Map.of("?", List.of("a", "a"))))
        .hasMessageContaining("Options [a, a]");
    assertThatThrownBy(() -> close.reading(0, said("yes"))).hasMessageContaining("from scores");
    assertThatThrownBy(
            () -> ProbeFamily.skill("s", List.of("a"), ECHO).reading(List.of(), List.of()))
        .hasMessageContaining("not read from scores");
  }

  @Test
  void should_set_a_gate_up_by_its_families() {
    ProbeBank<String, String> bank =
        ProbeBank.of(
            dev.rsi.api.Codec.text(),
            List.of(
                ProbeFamily.skill("plain", List.of("a"), ECHO),
                ProbeFamily.critical("refusals", List.of("b"), ECHO),
                ProbeFamily.proxyGap("gap", List.of("c"), LONG, ECHO).margins(.03, .09),
                ProbeFamily.tripwire("never", List.of("d"), ECHO)));
    Rules rules = DriftGates.anchored(bank).rules();
    assertThat(rules.guards()).containsExactly("gap");
    assertThat(DriftGates.misfits(DriftGates.anchored(bank).error(.9).falseAlarm(.9), bank))
        .as("one probe each is too few, and all else is right")
        .allMatch(m -> m.contains("too few"));
    assertThat(DriftGates.misfits(DriftGates.anchored(), bank))
        .anyMatch(m -> m.contains("Kind (never) is a tripwire, which the gate does not know"))
        .anyMatch(m -> m.contains("Kind (refusals) is to be kept within"))
        .anyMatch(m -> m.contains("DriftGates.anchored(bank)"));
    assertThat(DriftGates.misfits(DriftGates.paired(), bank)).hasSize(3);
    AnchoredGate byHand =
        DriftGates.anchored().tripwires("never").critical("refusals").margins("gap", .03, .09);
    assertThat(DriftGates.misfits(byHand, bank))
        .anyMatch(m -> m.contains("Kind (gap) is no skill"))
        .noneMatch(m -> m.contains("does not know"));
    assertThat(DriftGates.misfits(byHand.guards("gap"), bank)).noneMatch(m -> m.contains("skill,"));
    assertThat(DriftGates.misfits(DriftGates.anchored(bank).margins("refusals", .01, .04), bank))
        .anyMatch(m -> m.contains("(refusals)"));
    assertThat(rules.tripwires()).containsExactly("never");
    assertThat(rules.byKind())
        .containsOnly(
            Map.entry("refusals", new Margins(.01, .03)), Map.entry("gap", new Margins(.03, .09)));
  }
}
