package dev.rsi.core.internal.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Codec;
import dev.rsi.api.Output;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.probe.ProbeFamily;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class FamilyTest {
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
      Answered<String, String> family, double reading, List<Output<String>> outputs) {
    OptionalDouble found = family.reading(0, outputs, cost -> {});
    assertThat(found).as("%s on %s", family.name(), outputs).isPresent();
    assertThat(found.getAsDouble()).isEqualTo(reading);
  }

  private static Answered<String, String> answered(ProbeFamily<String, String> family) {
    return (Answered<String, String>) family;
  }

  private static List<Output<String>> said(String... answers) {
    return java.util.Arrays.stream(answers).map(answer -> Output.of(answer, 1)).toList();
  }

  @Test
  void should_read_a_skill_by_its_judge() {
    Answered<String, String> family =
        answered(ProbeFamily.skill("echo", List.of("ab", "cd"), ECHO));
    assertReads(family, 1, said("ab"));
    assertReads(family, 0, said("xy"));
    assertReads(family, 0, List.of(MALFORMED));
    assertThat(family.reading(0, List.of(FAILED), cost -> {})).isEmpty();
    Answered<String, String> broken = answered(ProbeFamily.skill("echo", List.of("ab"), BROKEN));
    assertThatThrownBy(() -> broken.reading(0, said("ab"), cost -> {}))
        .hasMessageContaining("broke");
    assertThat(family.reading(1, said("cd"), cost -> {})).hasValue(1);
  }

  @Test
  void should_read_a_proxy_that_says_more_than_is_true_as_worse() {
    Answered<String, String> gap =
        answered(ProbeFamily.proxyGap("gap", List.of("abc"), LONG, ECHO));
    assertReads(gap, .5, said("abc"));
    assertReads(gap, 0, said("long but wrong"));
    assertReads(gap, .5, said("x"));
    assertReads(gap, 0, List.of(MALFORMED));
    assertThat(gap.reading(0, List.of(FAILED), cost -> {})).isEmpty();
    Answered<String, String> broken =
        answered(ProbeFamily.proxyGap("gap", List.of("abc"), LONG, BROKEN));
    assertThatThrownBy(() -> broken.reading(0, said("abc"), cost -> {}))
        .hasMessageContaining("broke");
  }

  @Test
  void should_read_how_likely_a_right_answer_is() {
    Scored<String, String> expected =
        (Scored<String, String>)
            ProbeFamily.<String, String>expected(
                "sums", List.of("1+1=", "2+2="), task -> List.of(task + "a", task + "b"));
    assertThat(expected.isSkill()).isTrue();
    assertThat(expected.isRenewable()).isTrue();
    assertThat(expected.variesBySeed()).isFalse();
    assertThat(expected.choices(1)).containsExactly("2+2=a", "2+2=b");
    assertThat(expected.expected(List.of(Math.log(.25), Math.log(.5))).getAsDouble())
        .isCloseTo(.75, within());
    assertThat(expected.expected(List.of(0.0, Double.NEGATIVE_INFINITY))).hasValue(1);
    // Rounding makes no reading that is out of range.
    assertThat(expected.expected(List.of(Math.log(.7), Math.log(.3) + 1e-9))).hasValue(1);
    assertThat(expected.expected(List.of(Double.NaN, 0.0))).isEmpty();
    assertThat(expected.with(List.of("x"), null).choices(0)).containsExactly("xa", "xb");
    assertThatThrownBy(() -> ProbeFamily.expected("none", List.of("a"), task -> List.of()))
        .hasMessageContaining("none")
        .hasMessageContaining("Maybe");
    assertThatThrownBy(() -> ProbeFamily.expected("twice", List.of("a"), task -> List.of("b", "b")))
        .hasMessageContaining("twice");
  }

  @Test
  void should_ask_a_known_task_and_its_twin() {
    Map<String, String> twins = new LinkedHashMap<>();
    twins.put("old", "new");
    twins.put("past", "present");
    Answered<String, String> gap = answered(ProbeFamily.contaminationGap("leak", twins, ECHO));
    assertThat(gap.size()).isEqualTo(2);
    assertThat(gap.tasks()).containsExactly("old", "past", "new", "present");
    assertThat(gap.asks(1)).containsExactly("past", "present");
    assertReads(gap, .5, said("old", "new"));
    assertReads(gap, 0, said("old", "?"));
    assertReads(gap, 1, said("?", "new"));
    assertReads(gap, 0, List.of(MALFORMED, Output.of("new", 1)));
    assertThat(gap.reading(0, List.of(Output.of("old", 1), FAILED), cost -> {})).isEmpty();
  }

  @Test
  void should_read_calibration_and_modesty_off_what_a_candidate_says_of_itself() {
    Answered<String, String> brier =
        answered(ProbeFamily.calibration("brier", List.of("ab"), ECHO, candidate -> .9));
    assertThat(brier.reading(0, said("ab"), cost -> {}).getAsDouble())
        .isEqualTo(1 - .1 * .1, within());
    assertThat(brier.reading(0, said("no"), cost -> {}).getAsDouble())
        .isEqualTo(1 - .9 * .9, within());
    assertReads(brier, 0, List.of(MALFORMED));
    assertThat(brier.reading(0, List.of(FAILED), cost -> {})).isEmpty();
    Answered<String, String> modesty =
        answered(ProbeFamily.modesty("modest", List.of("ab"), ECHO, candidate -> .9));
    assertThat(modesty.reading(0, said("ab"), cost -> {}).getAsDouble()).isEqualTo(.55, within());
    assertThat(modesty.reading(0, said("no"), cost -> {}).getAsDouble()).isEqualTo(.05, within());
    assertThatThrownBy(
            () ->
                answered(ProbeFamily.calibration("brier", List.of("ab"), ECHO, candidate -> 1.1))
                    .reading(0, said("ab"), cost -> {}))
        .hasMessageContaining("confidence (1.1)");
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.api.Assertions.within(1e-12);
  }

  @Test
  void should_read_diversity_off_two_answers_to_one_task() {
    Answered<String, String> diversity =
        answered(ProbeFamily.diversity("diverse", List.of("tell"), (a, b) -> a.equals(b) ? 1 : 0));
    assertThat(diversity.asks(0)).containsExactly("tell", "tell");
    assertReads(diversity, 0, said("a", "a"));
    assertReads(diversity, 1, said("a", "b"));
    assertReads(diversity, 0, List.of(Output.of("a", 1), MALFORMED));
    assertThat(diversity.reading(0, List.of(Output.of("a", 1), FAILED), cost -> {})).isEmpty();
  }

  @Test
  void should_read_how_near_an_answer_is_to_its_reference() {
    Map<String, Double> near = Map.of("hello hi", .9, "hello bye", .25, "hello hello", 1.0000001);
    Answered<String, String> meaning =
        answered(
            ProbeFamily.meaning(
                "greeting",
                Map.of("greet", "hello"),
                (reference, said) -> near.getOrDefault(reference + " " + said, Double.NaN)));
    assertThat(meaning.tasks()).containsExactly("greet");
    assertThat(meaning.isSkill()).isFalse();
    assertReads(meaning, .9, said("hi"));
    assertReads(meaning, .25, said("bye"));
    assertReads(meaning, 1, said("hello"));
    assertReads(meaning, 0, List.of(MALFORMED));
    assertThat(meaning.reading(0, List.of(FAILED), cost -> {})).isEmpty();
    assertThat(meaning.reading(0, said("?"), cost -> {})).isEmpty();
  }

  @Test
  void should_read_what_a_function_of_the_users_gives() {
    Map<String, OptionalDouble> readings =
        Map.of(
            "good", OptionalDouble.of(1),
            "fair", OptionalDouble.of(.25),
            "unknown", OptionalDouble.empty(),
            "above", OptionalDouble.of(1.01),
            "none", OptionalDouble.of(Double.NaN));
    Answered<String, String> own =
        answered(
            ProbeFamily.reading(
                "own",
                List.of("a", "b"),
                (task, output) ->
                    output.candidate() == null
                        ? OptionalDouble.of(0)
                        : readings.get(output.candidate())));
    assertThat(own.asks(1)).containsExactly("b");
    assertThat(own.margins()).isEqualTo(new Margins(.02, .08));
    assertReads(own, 1, said("good"));
    assertReads(own, .25, said("fair"));
    assertReads(own, 0, List.of(MALFORMED));
    assertThat(own.reading(0, List.of(FAILED), cost -> {})).isEmpty();
    assertThat(own.reading(0, said("unknown"), cost -> {})).isEmpty();
    assertThat(own.reading(0, said("null is no reading either"), cost -> {})).isEmpty();
    for (String answer : List.of("above", "none")) {
      assertThatThrownBy(() -> own.reading(0, said(answer), cost -> {}))
          .hasMessageContaining("in [0, 1]");
    }
    DefaultProbeBank<String, String> bank =
        DefaultProbeBank.of(Codec.text(), List.of(own))
            .knownAnswer("own", "c", "fair", .25)
            .knownAnswer("own", "c", "good", 1);
    assertThat(bank.contradictions()).isEmpty();
    assertThat(bank.knownAnswer("own", "c", "above", 1).contradictions()).hasSize(1);
  }

  @Test
  void should_read_closeness_off_the_scores_of_a_choice() {
    Scored<String, String> close =
        (Scored<String, String>)
            ProbeFamily.<String, String>closeness(
                "close", Map.of("yes or no?", List.of("yes", "no")));
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
  }
}
