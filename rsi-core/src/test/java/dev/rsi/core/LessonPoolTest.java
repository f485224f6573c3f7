package dev.rsi.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Critique;
import dev.rsi.api.Lesson;
import dev.rsi.api.Output;
import dev.rsi.api.Trainer.LearnsFrom;
import dev.rsi.api.Verdict;
import dev.rsi.core.internal.practice.LessonPool;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LessonPoolTest {
  private static final List<Lesson<String, String>> GIVEN =
      List.of(Lesson.given("1", "one", 1), Lesson.given("2", "two", 1));

  private final LessonPool<String, String> pool = pool(100, 1);
  private final LessonPool<String, String> contrasting =
      new LessonPool<>(
          Codec.text(), List.of(), LearnsFrom.CONTRASTS, 100, new SplittableRandom(1), false);

  private static LessonPool<String, String> pool(int most, long seed) {
    return new LessonPool<>(
        Codec.text(), GIVEN, LearnsFrom.LESSONS, most, new SplittableRandom(seed), false);
  }

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
    pool.add(lesson("a", 2, .1));
    pool.add(lesson("b", 2, .3));
    pool.add(lesson("c", 3, .9));
    assertThat(weight("c")).isCloseTo(.25, within(1e-12));
    assertThat(weight("b")).isCloseTo(3 * weight("a"), within(1e-12));
    assertThat(weight("a") + weight("b")).isCloseTo(.25, within(1e-12));
  }

  @Test
  void should_take_the_same_task_and_candidate_once() {
    pool.add(lesson("a", 2, 1));
    pool.add(lesson("a", 2, 1));
    pool.add(Lesson.given("1", "one", 1).attempt());
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
    List<Attempt<String, String>> made =
        List.of(attempt("a", Verdict.fail("no")), lesson("a", 2, 1), lesson("a", 2, 1));
    made.forEach(pool::add);
    made.forEach(contrasting::add);
    assertThat(pool.attempts()).isEmpty();
    assertThat(pool.fresh()).isEqualTo(1);
    assertThat(contrasting.attempts()).isEqualTo(made);
    assertThat(contrasting.mix()).hasSize(1).allMatch(lesson -> lesson.verdict().passed());
    contrasting.beginGeneration();
    assertThat(contrasting.attempts()).isEmpty();
  }

  /** Whatever is made, what is kept is bounded, of the run and once each, and the same again. */
  @Property(tries = 200)
  void should_keep_no_more_than_it_may(
      @ForAll @IntRange(max = 20) int most,
      @ForAll @Size(max = 30) List<@Size(max = 12) List<@IntRange(max = 60) Integer>> generations,
      @ForAll long seed) {
    LessonPool<String, String> one = pool(most, seed);
    LessonPool<String, String> other = pool(most, seed);
    Set<String> made = new HashSet<>();
    for (List<Integer> generation : generations) {
      for (int number : generation) {
        String task = "t" + number;
        made.add(task);
        one.add(lesson(task, 2, 1));
        other.add(lesson(task, 2, 1));
      }
      assertThat(one.mix()).isEqualTo(other.mix());
      int fresh = one.fresh();
      int before = one.size();
      one.beginGeneration();
      other.beginGeneration();
      assertThat(one.size() - GIVEN.size()).isEqualTo(Math.min(most, before - GIVEN.size()));
      assertThat(fresh).isLessThanOrEqualTo(generation.size());
      List<String> tasks = one.mix().stream().map(Lesson::task).toList();
      assertThat(tasks).doesNotHaveDuplicates().containsAll(List.of("1", "2"));
      assertThat(made).containsAll(tasks.stream().filter(task -> task.startsWith("t")).toList());
    }
  }

  /** Algorithm R: 400 runs keep 20 of 200 lessons; each should be there in a tenth of them. */
  @Test
  void should_keep_each_lesson_of_a_run_with_the_same_probability() {
    int runs = 400;
    Map<String, Integer> kept = new HashMap<>();
    for (int run = 0; run < runs; run++) {
      LessonPool<String, String> sampled = pool(20, 1000 + run);
      for (int number = 0; number < 200; number++) {
        sampled.add(lesson("t" + number, 2, 1));
        if (number % 7 == 0) {
          sampled.beginGeneration();
        }
      }
      sampled.beginGeneration();
      sampled.mix().stream()
          .filter(lesson -> lesson.generation() > 0)
          .forEach(lesson -> kept.merge(lesson.task(), 1, Integer::sum));
    }
    double expected = runs * 20 / 200.0;
    double chiSquare = 0;
    for (int number = 0; number < 200; number++) {
      double off = kept.getOrDefault("t" + number, 0) - expected;
      chiSquare += off * off / (expected * (1 - 20 / 200.0));
    }
    // 199 degrees of freedom have 199 in the mean and a standard deviation of 20.
    assertThat(chiSquare).isBetween(120.0, 280.0);
    for (int tenth = 0; tenth < 10; tenth++) {
      int sum = 0;
      for (int number = 20 * tenth; number < 20 * tenth + 20; number++) {
        sum += kept.getOrDefault("t" + number, 0);
      }
      // 800 in the mean, and a standard deviation of 26.
      assertThat(sum).as("kept of tenth %d", tenth).isBetween(670, 930);
    }
  }

  @Test
  void should_take_a_lesson_again_that_was_dropped_and_no_other() {
    LessonPool<String, String> small = pool(1, 1);
    for (String task : List.of("a", "b", "c")) {
      small.add(lesson(task, 2, 1));
      small.beginGeneration();
    }
    String kept = small.mix().get(0).task();
    for (String task : List.of("a", "b", "c")) {
      int before = small.fresh();
      small.add(lesson(task, 2, 1));
      assertThat(small.fresh() - before).isEqualTo(task.equals(kept) ? 0 : 1);
    }
  }

  @Test
  void should_know_what_was_trained_on_whatever_the_pool_keeps() {
    List<String> given = new ArrayList<>();
    pool(0, 1).given(given::add);
    assertThat(given).containsExactly("1", "2");
    assertThat(mayLearn(pool(0, 1))).containsExactly("right");
    assertThat(mayLearn(contrasting)).containsExactly("right", "wrong");
  }

  private static List<String> mayLearn(LessonPool<String, String> pool) {
    return Stream.of(
            attempted("right", Verdict.Outcome.PASS),
            attempted("wrong", Verdict.Outcome.FAIL),
            attempted("unknown", Verdict.Outcome.UNDECIDED))
        .filter(pool::mayLearn)
        .map(RunEvent.Attempted::task)
        .toList();
  }

  private static RunEvent.Attempted attempted(String task, Verdict.Outcome outcome) {
    return new RunEvent.Attempted(
        1, RunEvent.Stage.PRACTICE, 2, task, 1, "answer", 1, outcome, 0, "", null, null);
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
    pool.taught();
    pool.add(attempt("c", Verdict.fail("no")));
    assertThat(pool.teaches()).isFalse();
    pool.add(lesson("c", 2, 1));
    assertThat(pool.teaches()).isTrue();
  }

  @Test
  void should_teach_once_by_lessons_that_were_given_alone_but_by_no_contrast() {
    for (LearnsFrom from : List.of(LearnsFrom.LESSONS, LearnsFrom.ATTEMPTS)) {
      LessonPool<String, String> given = pool(from);
      assertThat(given.teaches()).as("%s, the first time", from).isTrue();
      given.taught();
      assertThat(given.teaches()).as("%s, the second time", from).isFalse();
    }
    assertThat(pool(LearnsFrom.CONTRASTS).teaches()).isFalse();
  }

  @Test
  void should_keep_whatever_was_decided_for_a_trainer_that_learns_from_all_attempts() {
    LessonPool<String, String> all = pool(LearnsFrom.ATTEMPTS);
    all.taught();
    Attempt<String, String> malformed = malformed("d");
    List<Attempt<String, String>> decided =
        List.of(attempt("a", Verdict.fail("no")), malformed, lesson("b", 2, 1), lesson("c", 2, 0));
    all.add(attempt("e", Verdict.undecided("asleep")));
    assertThat(all.teaches()).as("by what nobody ruled on").isFalse();
    decided.forEach(all::add);
    assertThat(all.attempts()).isEqualTo(decided);
    assertThat(all.fresh()).as("lessons").isEqualTo(1);
    all.beginGeneration();
    all.add(malformed);
    assertThat(all.teaches()).as("by malformed answers alone").isTrue();
  }

  @Test
  void should_tell_other_words_about_attempts_by_the_digest_of_a_trainer_that_reads_them() {
    Set<String> digests = new HashSet<>();
    for (Attempt<String, String> attempt :
        List.of(
            attempt("a", Verdict.fail("no")),
            attempt("a", Verdict.fail("never")),
            attempt("a", Verdict.fail("no")).criticised(Critique.overall(1, "so near")),
            malformed("a"))) {
      LessonPool<String, String> all = pool(LearnsFrom.ATTEMPTS);
      all.add(attempt);
      digests.add(all.digest(all.mix()));
    }
    assertThat(digests).hasSize(4);
  }

  @Test
  void should_say_in_words_and_numbers_why_it_does_not_teach() {
    pool.taught();
    assertThat(pool.lack()).isEqualTo("no attempt was made");
    pool.add(attempt("a", Verdict.undecided("asleep")));
    pool.add(attempt("b", Verdict.undecided("asleep\nagain")));
    pool.add(attempt("b", Verdict.undecided("")));
    assertThat(pool.lack())
        .isEqualTo("none of 3 attempts was decided (asleep, 2 times; no reason given, 1 times)");
    pool.add(attempt("c", Verdict.fail("no")));
    pool.add(malformed("d"));
    assertThat(pool.lack())
        .isEqualTo(
            "none of 2 decided attempts passed, 1 were malformed; 3 undecided (asleep, 2"
                + " times; no reason given, 1 times)");
    pool.beginGeneration();
    pool.add(Lesson.given("1", "one", 1).attempt());
    pool.add(Lesson.given("2", "two", 1).attempt());
    pool.add(attempt("c", Verdict.fail("no")));
    assertThat(pool.lack()).isEqualTo("all 2 that passed were known");
    pool.add(lesson("c", 2, 0));
    assertThat(pool.lack()).isEqualTo("of 3 that passed 2 were known, and 1 had no grade over 0");
    assertThat(pool.made()).isEqualTo(4);
    for (String task : List.of("a", "b")) {
      contrasting.add(attempt(task, Verdict.fail("no")));
      contrasting.add(attempt(task, Verdict.fail("no")));
    }
    assertThat(contrasting.lack())
        .isEqualTo("none of 4 decided attempts passed; 2 groups, all of one reward");
  }

  /** Whatever comes, what was kept and known never is more than what was made. */
  @Property(tries = 200)
  void should_count_no_more_than_was_made(
      @ForAll @Size(max = 40) List<@IntRange(max = 9) Integer> made) {
    LessonPool<String, String> own = pool(LearnsFrom.LESSONS);
    for (int number : made) {
      String task = "t" + number;
      own.add(
          switch (number % 5) {
            case 0 -> attempt(task, Verdict.fail("no"));
            case 1 -> malformed(task);
            case 2 -> attempt(task, Verdict.undecided("because of " + number));
            case 3 -> lesson(task, 2, 0);
            default -> lesson(task, 2, 1);
          });
    }
    GenerationReport.Practised practised = own.practised();
    assertThat(practised.made()).isEqualTo(made.size()).isEqualTo(own.made());
    assertThat(own.fresh() + practised.known() + practised.ungraded())
        .isEqualTo(practised.passed());
    assertThat(practised.undecidedBecause().values().stream().mapToInt(Integer::intValue).sum())
        .isEqualTo(practised.undecided());
    assertThat(practised.lack()).isNotBlank();
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

  /**
   * A run goes on only if it selects the lessons it selected: the bytes hashed stay as they are.
   */
  @Test
  void should_hash_what_it_always_hashed() {
    pool.add(lesson("a", 2, 1));
    pool.add(lesson("b", 3, .3));
    assertThat(pool.digest(pool.mix()))
        .isEqualTo("4460c76cf96f2d8a56903f2dbee0ac0fdcf12d9d99f6053a8d3ca9eb365e3240");
    contrasting.add(lesson("a", 2, .3));
    contrasting.add(attempt("a", new Verdict(Verdict.Outcome.FAIL, .5, "half")));
    assertThat(contrasting.digest(contrasting.mix()))
        .isEqualTo("78f339e1f0fa0ea9a74bcd6ccdcd623489e8ed3737d4055b477d47e9129bcf5f");
  }

  private static Attempt<String, String> malformed(String task) {
    Output<String> output = Output.malformed("I think it is", "it names no answer", 3);
    return Attempt.of(task, output, 2, 1, 1).ruled(Verdict.fail("malformed: it names no answer"));
  }

  private static LessonPool<String, String> pool(LearnsFrom from) {
    return new LessonPool<>(Codec.text(), GIVEN, from, 100, new SplittableRandom(1), false);
  }

  private static Attempt<String, String> attempt(String task, Verdict verdict) {
    return Attempt.of(task, Output.of("answer", 3), 2, 1, 1).ruled(verdict);
  }

  private double share(Predicate<Lesson<String, String>> which) {
    double all = pool.mix().stream().mapToDouble(Lesson::weight).sum();
    return pool.mix().stream().filter(which).mapToDouble(Lesson::weight).sum() / all;
  }

  private double weight(String task) {
    return pool.mix().stream().filter(l -> l.task().equals(task)).findFirst().get().weight();
  }

  private static Attempt<String, String> lesson(String task, int level, double grade) {
    return Attempt.of(task, Output.of("answer", 3), level, 1, 1)
        .ruled(Verdict.pass())
        .criticised(Critique.overall(grade, "so it is"));
  }
}
