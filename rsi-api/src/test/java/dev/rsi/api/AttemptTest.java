package dev.rsi.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AttemptTest {
  private static final Attempt<String, String> MADE =
      Attempt.of("2+2", Output.of("4", 3), 2, 5, 77);

  @Test
  void should_be_undecided_until_ruled_on() {
    assertThat(MADE.decided()).isFalse();
    assertThat(MADE.passed()).isFalse();
    assertThat(MADE.verdict().reason()).isEqualTo("not ruled on yet");
    assertThat(MADE.cost()).isEqualTo(new Cost(0, 3));
  }

  @Test
  void should_cost_what_model_verifier_and_critic_used() {
    Attempt<String, String> judged =
        MADE.ruled(Verdict.pass().withCost(new Cost(10, 20)))
            .criticised(Critique.overall(.5, "so so").withCost(new Cost(100, 200)));
    assertThat(judged.cost()).isEqualTo(new Cost(110, 223));
    assertThat(judged.task()).isEqualTo("2+2");
    assertThat(judged.candidate()).isEqualTo("4");
    assertThat(List.of(judged.level(), judged.generation(), judged.seed()))
        .isEqualTo(List.of(2, 5, 77L));
  }

  @Test
  void should_be_worth_the_verdicts_score_times_the_critiques_grade() {
    Attempt<String, String> half = MADE.ruled(new Verdict(Verdict.Outcome.FAIL, .5, "half"));
    assertThat(half.reward()).isEqualTo(.5);
    assertThat(half.criticised(Critique.overall(.25, "meagre")).reward()).isEqualTo(.125);
    Attempt<String, String> unclear = half.criticised(Critique.undecided("no words"));
    assertThat(unclear.reward()).isZero();
    assertThat(unclear.grade()).isZero();
  }

  @Test
  void should_be_a_lesson_only_if_it_passed() {
    Attempt<String, String> passed = MADE.ruled(Verdict.pass());
    Lesson<String, String> lesson = new Lesson<>(passed, .5);
    assertThat(lesson.candidate()).isEqualTo("4");
    assertThat(lesson.withWeight(2)).isEqualTo(new Lesson<>(passed, 2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Lesson<>(MADE.ruled(Verdict.fail("wrong")), 1))
        .withMessageContainingAll("PASS", "wrong", "Maybe");
    assertThatIllegalArgumentException().isThrownBy(() -> new Lesson<>(MADE, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Lesson<>(passed, 0));
  }

  @Test
  void should_not_pass_without_a_candidate() {
    Attempt<String, String> malformed = Attempt.of("2+2", Output.malformed("no end", 9), 1, 1, 1);
    assertThat(malformed.ruled(Verdict.fail("malformed")).candidate()).isNull();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> malformed.ruled(Verdict.pass()))
        .withMessageContaining("no end");
  }

  @Test
  void should_train_only_where_it_was_decided() {
    Attempt<String, String> wrong = MADE.ruled(Verdict.fail("wrong"));
    assertThat(request(wrong).attempts()).containsExactly(wrong);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> request(MADE))
        .withMessageContaining("not ruled on yet");
    Output<String> output = Output.malformed("it is four", "that is no number", 9);
    Attempt<String, String> malformed =
        Attempt.of("2+2", output, 1, 1, 1).ruled(Verdict.fail("malformed"));
    assertThat(request(malformed).attempts().get(0).output().text()).isEqualTo("it is four");
  }

  @Test
  void should_have_a_text_only_where_it_is_malformed() {
    assertThat(Output.malformed("no end", 9).text()).isNull();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Output<>(Output.Kind.CANDIDATE, "4", null, 1, "four"))
        .withMessageContaining("four");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Output<>(Output.Kind.FAILED, null, "gone", 1, "four"));
  }

  private static TrainingRequest<String, String> request(Attempt<String, String> attempt) {
    ModelVersion base = new ModelVersion("a".repeat(64), Path.of("base"));
    return new TrainingRequest<>(
        base, List.of(), List.of(attempt), Recipe.defaults(), 1, Path.of("work"));
  }

  @Test
  void should_grade_by_the_rubric_in_force() {
    Rubric rubric =
        Rubric.of(
            new Rubric.Criterion("right", "Is it right?", 3),
            new Rubric.Criterion("brief", "Is it brief?", 1));
    Critique critique = new Critique(Map.of("brief", 0.0, "more", .8, "right", 1.0), "well");
    assertThat(critique.grade()).isEqualTo(.6);
    Critique graded = critique.withCost(new Cost(1, 2)).on(rubric);
    assertThat(graded.grade()).isEqualTo(.75);
    assertThat(graded.scores().keySet()).containsExactly("right", "brief");
    assertThat(graded.cost()).isEqualTo(new Cost(1, 2));
    assertThat(graded.on(rubric)).isEqualTo(graded);
    assertThat(Critique.undecided("?").on(rubric)).isEqualTo(Critique.undecided("?"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Critique.overall(1, "fine").on(rubric))
        .withMessageContainingAll("(right)", "overall", "Maybe");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Critique(Map.of(), "?", .5, Cost.NONE));
  }

  @Test
  void should_count_no_further_than_a_long() {
    Cost much = new Cost(Long.MAX_VALUE - 1, 1);
    assertThat(much.plus(new Cost(5, 5))).isEqualTo(new Cost(Long.MAX_VALUE, 6));
    assertThat(much.plus(Cost.NONE)).isEqualTo(much);
    assertThatIllegalArgumentException().isThrownBy(() -> new Cost(0, -1));
  }
}
