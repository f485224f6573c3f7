package dev.rsi.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rsi.api.Verdict.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleBiFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeasuringVerifierTest {
  private static Verifier<String, Double> of(ToDoubleBiFunction<String, Double> metric) {
    return Verifier.measuring("metric v1", metric);
  }

  @Property
  void should_give_the_score_that_was_measured(
      @ForAll @DoubleRange(min = 0, max = 1) double constant) {
    Verdict verdict = of((task, answer) -> constant).verify("task", 3.0);
    assertThat(verdict.decided()).isTrue();
    assertThat(verdict.score()).isEqualTo(constant);
    assertThat(verdict.passed()).as("worth imitating").isEqualTo(constant > 0);
  }

  @Test
  void should_be_decided_and_no_more_than_a_failure_at_zero() {
    assertThat(Verdict.measured(0).outcome()).isEqualTo(Outcome.FAIL);
    assertThat(Verdict.measured(0).reason()).isNotBlank();
    assertThat(Verdict.measured(-0.0)).isEqualTo(Verdict.measured(0));
    assertThat(Verdict.measured(Double.MIN_VALUE).outcome()).isEqualTo(Outcome.PASS);
  }

  @Test
  void should_measure_each_candidate_by_itself() {
    List<Double> scores =
        of((task, answer) -> answer / 10).verifyAll("task", List.of(1.0, 5.0, 10.0)).stream()
            .map(Verdict::score)
            .toList();
    assertThat(scores).containsExactly(.1, .5, 1.0);
    SplittableRandom random = new SplittableRandom(1);
    assertThat(
            of((task, answer) -> random.nextDouble()).verifyAll("task", List.of(1.0, 1.0)).stream()
                .map(Verdict::score)
                .distinct())
        .as("a noisy metric")
        .hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        Double.NaN,
        -1e-9,
        1.0000001,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        -.5,
        42
      })
  void should_be_undecided_as_a_broken_verifier_is_where_nothing_was_measured(double value) {
    // WHEN one of three candidates is measured to be no score.
    List<Verdict> verdicts =
        of((task, answer) -> answer == 2 ? value : .5).verifyAll("task", List.of(1.0, 2.0, 3.0));
    // THEN the others have theirs, and nobody made up one for it.
    assertThat(verdicts).extracting(Verdict::score).containsExactly(.5, 0.0, .5);
    assertThat(verdicts).extracting(Verdict::decided).containsExactly(true, false, true);
    assertThat(verdicts.get(1).reason())
        .startsWith("the verifier threw ")
        .contains("metric v1", String.valueOf(value), "Maybe");
  }

  @Test
  void should_be_undecided_where_the_metric_throws() {
    Verifier<String, Double> throwing =
        of(
            (task, answer) -> {
              throw new IllegalStateException("no meter");
            });
    List<Verdict> verdicts = throwing.verifyAll("task", List.of(1.0));
    assertThat(verdicts.get(0).decided()).isFalse();
    assertThat(verdicts.get(0).reason()).contains("the verifier threw", "no meter");
  }

  @Test
  void should_be_known_to_measure_through_every_wrapper() {
    Verifier<String, Double> measuring = of((task, answer) -> .5);
    List<Verifier<String, Double>> all =
        List.of(
            measuring,
            measuring.with(Calls.DEFAULT.parallel(2)),
            Verifier.named("mine", measuring),
            Resilience.NONE.around(measuring),
            Verifier.measuringInSessions("sessions v1", measuring::open));
    assertThat(all).allMatch(Verifier::measures);
    assertThat(all)
        .allSatisfy(each -> assertThat(each.verify("task", 1.0)).isEqualTo(Verdict.measured(.5)));
    assertThat(Verifier.<String, Double>ofSessions("rules", measuring::open).measures()).isFalse();
    assertThat(Verifier.<String, Double>named("rules", (t, c) -> Verdict.pass()).measures())
        .isFalse();
  }

  @Test
  void should_measure_in_a_session_as_without_one() {
    Verifier<String, Double> measuring = of((task, answer) -> answer > 1 ? Double.NaN : answer);
    List<Attempt<String, Double>> batch = new ArrayList<>();
    for (double answer : new double[] {.25, 2, 1}) {
      batch.add(Attempt.of("task " + answer, Output.of(answer, 0), 1, 1, 1));
    }
    try (Verifier.Session<String, Double> session = measuring.open()) {
      assertThat(session.verify(batch, RunContext.standalone()))
          .extracting(Verdict::score)
          .containsExactly(.25, 0.0, 1.0);
    }
  }

  @Test
  void should_want_a_description() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Verifier.<String, Double>measuring(" ", (task, answer) -> 1));
    assertThat(of((task, answer) -> 1).describe()).isEqualTo("metric v1");
  }
}
