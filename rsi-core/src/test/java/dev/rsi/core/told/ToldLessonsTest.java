package dev.rsi.core.told;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Lesson;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verdict.Outcome;
import dev.rsi.core.internal.Seed;
import dev.rsi.core.probe.ProbeBank;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ToldLessonsTest {
  private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");
  private static final String VERSION = "f".repeat(64);
  private static final ProbeBank<String, String> PROBES =
      bank("route the mail of a customer who wants a refund for a broken kettle today");
  private static final ProbeBank<String, String> EXAM = bank("what is the capital of France");

  private static ProbeBank<String, String> bank(String task) {
    return ProbeBank.of(
        Codec.text(), (asked, candidate) -> Verdict.pass(), Map.of("kind", List.of(task)));
  }

  private static Told<String, String> told(
      String task, String candidate, double success, int second) {
    return new Told<>(task, candidate, success, "Ada", NOON.plusSeconds(second), VERSION);
  }

  private static ToldLessons<String, String> of(List<Told<String, String>> told) {
    return ToldLessons.of(Codec.text(), told, PROBES, EXAM);
  }

  @Test
  void should_make_a_lesson_of_what_was_right_with_who_and_when() {
    ToldLessons<String, String> all =
        of(
            List.of(
                new Told<>("a", "1", 1, "Ada", NOON, VERSION, 3),
                told("b", "2", 0, 1),
                told("c", "3", 0.7, 2)));
    Lesson<String, String> lesson = all.lessons().get(0);
    assertThat(all.lessons()).hasSize(1);
    assertThat(lesson.task()).isEqualTo("a");
    assertThat(lesson.candidate()).isEqualTo("1");
    assertThat(lesson.level()).isEqualTo(3);
    assertThat(lesson.generation()).isZero();
    assertThat(lesson.weight()).isEqualTo(1);
    assertThat(lesson.verdict().reason())
        .isEqualTo("success 1.0, told by Ada at 2026-05-01T12:00:00Z of version " + VERSION);
    assertThat(all.lessons(0.5)).extracting(Lesson::task).containsExactly("a", "c");
    assertThat(all.lessons(0.5)).extracting(Lesson::weight).containsExactly(1.0, 0.7);
    assertThat(all.attempts(1))
        .extracting(attempt -> attempt.verdict().outcome())
        .containsExactly(Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED);
    assertThat(all.attempts(0.7)).extracting(Attempt::passed).containsExactly(true, false, true);
    for (double least : new double[] {0, -1, 1.01, Double.NaN}) {
      assertThatIllegalArgumentException().isThrownBy(() -> all.lessons(least));
    }
  }

  @Test
  void should_let_the_latest_word_on_an_answer_count_in_whatever_order_they_come() {
    List<Told<String, String>> told =
        new ArrayList<>(
            List.of(
                told("a", "1", 1, 0),
                told("a", "1", 0, 9),
                told("b", "1", 0, 0),
                told("b", "1", 1, 9),
                told("b", "2", 1, 3),
                told("c", "1", 1, 5),
                told("c", "1", 0, 5),
                new Told<>("d", "1", 1, "Bob", NOON, VERSION),
                new Told<>("d", "1", 1, "Ada", NOON, VERSION)));
    List<Lesson<String, String>> first = of(told).lessons();
    assertThat(first)
        .extracting(lesson -> lesson.task() + lesson.candidate())
        .containsExactly("d1", "b2", "b1");
    Seed seed = Seed.next();
    Random random = seed.random();
    for (int i = 0; i < 50; i++) {
      Collections.shuffle(told, random);
      ToldLessons<String, String> all = of(told);
      assertThat(all.lessons()).as(seed.toString()).isEqualTo(first);
      assertThat(all.repeated()).isEqualTo(4);
      assertThat(all.words()).hasSize(5);
    }
  }

  @Test
  void should_leave_out_what_is_held_out_and_what_is_near_it() {
    ToldLessons<String, String> all =
        of(
            List.of(
                told("WHAT is  the capital of France", "Paris", 1, 0),
                told("what is the capital of Spain", "Madrid", 1, 1),
                told(
                    "Route the mail of a customer who wants a refund for a broken kettle today",
                    "refunds",
                    1,
                    2),
                told(
                    "please route the mail of a customer who wants a refund for a broken kettle"
                        + " today",
                    "refunds",
                    1,
                    3),
                told("route the mail of a customer who asks for an invoice", "billing", 1, 4)));
    assertThat(all.lessons()).extracting(Lesson::candidate).containsExactly("Madrid", "billing");
    assertThat(all.heldOut()).isEqualTo(3);
    assertThat(all).hasToString("ToldLessons[words=2, repeated=0, heldOut=3, unreadable=0]");
  }

  @Test
  void should_leave_out_what_the_codec_does_not_read_back() {
    Codec<String, String> trimming =
        new Codec<>() {
          @Override
          public String writeTask(String task) {
            return task;
          }

          @Override
          public String readTask(String text) {
            return text.strip();
          }

          @Override
          public String writeCandidate(String candidate) {
            if (candidate.isEmpty()) {
              throw new IllegalStateException("nothing to write");
            }
            return candidate;
          }

          @Override
          public String readCandidate(String text) {
            return text;
          }
        };
    ToldLessons<String, String> all =
        ToldLessons.of(
            trimming,
            List.of(told(" a", "1", 1, 0), told("b", "", 1, 1), told("c", "3", 1, 2)),
            PROBES);
    assertThat(all.lessons()).extracting(Lesson::task).containsExactly("c");
    assertThat(all.unreadable()).isEqualTo(2);
  }

  @Test
  void should_refuse_words_of_nobody_and_of_no_success() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Told<>("a", "1", 1, " ", NOON, VERSION))
        .withMessageContaining("by ( )");
    for (double success : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> told("a", "1", success, 0))
          .withMessageContaining("success (" + success + ")");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Told<>("a", "1", 1, "Ada", NOON, VERSION, 0));
    Told<String, String> wordy = new Told<>("a", "1", 1, "x".repeat(9000), NOON, VERSION);
    assertThat(wordy.by()).hasSize(4096);
    assertThat(wordy.attempt(1).verdict().reason()).hasSize(4096);
  }
}
