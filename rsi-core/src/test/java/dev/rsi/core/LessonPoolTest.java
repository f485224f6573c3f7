package dev.rsi.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.Codec;
import dev.rsi.api.Lesson;
import dev.rsi.api.Verdict;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class LessonPoolTest {
  private final LessonPool<String, String> pool =
      new LessonPool<>(
          Codec.text(), List.of(Lesson.given("1", "one", 1), Lesson.given("2", "two", 1)), false);
  private final LessonPool<String, String> contrasting =
      new LessonPool<>(Codec.text(), List.of(), true);

  @Test
  void should_give_half_to_fresh_and_a_quarter_each_to_earlier_and_given() {
    pool.add(lesson("3", 2, 1));
    pool.beginGeneration();
    pool.add(lesson("4", 3, 1));
    assertThat(share(l -> l.generation() == 0)).isCloseTo(.25, within(1e-12));
    assertThat(share(l -> l.task().equals("3"))).isCloseTo(.25, within(1e-12));
    assertThat(share(l -> l.task().equals("4"))).isCloseTo(.5, within(1e-12));
  }

  @Test
  void should_share_evenly_among_levels_and_by_weight_within_one() {
    pool.add(lesson("a", 2, 1));
    pool.add(lesson("b", 2, 3));
    pool.add(lesson("c", 3, 9));
    assertThat(weight("c")).isCloseTo(.25, within(1e-12));
    assertThat(weight("b")).isCloseTo(3 * weight("a"), within(1e-12));
    assertThat(weight("a") + weight("b")).isCloseTo(.25, within(1e-12));
  }

  @Test
  void should_take_the_same_task_and_candidate_once() {
    pool.add(lesson("a", 2, 1));
    pool.add(lesson("a", 2, 1));
    pool.add(Lesson.given("1", "one", 1));
    assertThat(pool.fresh()).isEqualTo(1);
  }

  @Test
  void should_tell_other_lessons_by_their_digest() {
    pool.add(lesson("a", 2, 1));
    List<Lesson<String, String>> mix = pool.mix();
    String digest = pool.digest(mix);
    assertThat(digest).hasSize(64).isEqualTo(pool.digest(pool.mix()));
    assertThat(pool.digest(mix.subList(1, mix.size()))).isNotEqualTo(digest);
  }

  @Test
  void should_keep_what_failed_for_a_trainer_that_contrasts_and_for_no_other() {
    List<Lesson<String, String>> made =
        List.of(attempt("a", Verdict.fail("no")), lesson("a", 2, 1), lesson("a", 2, 1));
    made.forEach(pool::add);
    made.forEach(contrasting::add);
    assertThat(pool.attempts()).isEmpty();
    assertThat(pool.fresh()).isEqualTo(1);
    assertThat(contrasting.attempts()).isEqualTo(made);
    assertThat(contrasting.mix()).hasSize(1).allMatch(lesson -> lesson.verdict().passed());
    contrasting.beginGeneration();
    assertThat(contrasting.attempts()).isEmpty();
    assertThat(contrasting.tasks()).contains("a");
  }

  @Test
  void should_teach_by_contrast_only_where_one_task_was_met_with_different_success() {
    contrasting.add(lesson("a", 2, 1));
    contrasting.add(lesson("a", 2, 1));
    contrasting.add(attempt("b", Verdict.fail("no")));
    contrasting.add(attempt("b", Verdict.fail("no")));
    assertThat(contrasting.teaches()).isFalse();
    contrasting.add(attempt("b", new Verdict(Verdict.Outcome.FAIL, .5, "half")));
    assertThat(contrasting.teaches()).isTrue();
    pool.add(attempt("c", Verdict.fail("no")));
    assertThat(pool.teaches()).isFalse();
    pool.add(lesson("c", 2, 1));
    assertThat(pool.teaches()).isTrue();
  }

  @Test
  void should_tell_other_attempts_by_their_digest() {
    contrasting.add(lesson("a", 2, 1));
    String one = contrasting.digest(contrasting.mix());
    contrasting.add(attempt("a", Verdict.fail("no")));
    String two = contrasting.digest(contrasting.mix());
    contrasting.add(lesson("a", 2, 1));
    assertThat(List.of(one, two)).doesNotContain(contrasting.digest(contrasting.mix()));
    assertThat(one).isNotEqualTo(two);
  }

  private static Lesson<String, String> attempt(String task, Verdict verdict) {
    return new Lesson<>(task, "answer", verdict, null, 2, 1, 1);
  }

  private double share(Predicate<Lesson<String, String>> which) {
    double all = pool.mix().stream().mapToDouble(Lesson::weight).sum();
    return pool.mix().stream().filter(which).mapToDouble(Lesson::weight).sum() / all;
  }

  private double weight(String task) {
    return pool.mix().stream().filter(l -> l.task().equals(task)).findFirst().get().weight();
  }

  private static Lesson<String, String> lesson(String task, int level, double weight) {
    return new Lesson<>(task, "answer", Verdict.pass(), null, level, 1, weight);
  }
}
