package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Lesson;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.told.Told;
import dev.rsi.core.told.ToldLessons;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToldLessonsLoopTest {
  @TempDir Path home;

  @Test
  void should_be_taken_by_a_loop_without_what_its_gate_and_exam_ask() {
    Loops loops = new Loops(home);
    ProbeBank<Sum, Long> probes = Loops.heldOut(11, 200);
    ProbeBank<Sum, Long> exam = Loops.heldOut(12, 100);
    SplittableRandom random = new SplittableRandom(7);
    List<Told<Sum, Long>> told = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      Sum sum = Loops.TASKS.draw(1 + i % 2, random);
      long answer = sum.expected() + (i % 5 == 0 ? 1 : 0);
      told.add(told(loops, sum, answer, i % 5 == 0 ? 0 : 1, i));
    }
    // Users ask what the gate asks, too.
    probes.families().values().iterator().next().tasks().stream()
        .limit(10)
        .forEach(sum -> told.add(told(loops, sum, sum.expected(), 1, 1000)));
    exam.families().values().iterator().next().tasks().stream()
        .limit(10)
        .forEach(sum -> told.add(told(loops, sum, sum.expected(), 1, 2000)));
    ToldLessons<Sum, Long> all = ToldLessons.of(ToyTasks.codec(), told, probes, exam);
    assertThat(all.heldOut()).isEqualTo(20);
    List<Lesson<Sum, Long>> lessons = all.lessons();
    assertThat(lessons)
        .hasSizeGreaterThan(100)
        .allMatch(lesson -> lesson.task().expected() == lesson.candidate());

    RunReport report = loops.whole().lessons(lessons).build().run(loops.start, Loops.TASKS);
    assertThat(report.promotions()).isPositive();
    RunEvent.RunStarted started =
        (RunEvent.RunStarted) loops.store.events(report.run(), 0, 1).get(0);
    assertThat(started.setting()).containsEntry("lessons", "" + lessons.size());
    // What is not filtered so is refused.
    assertThatThrownBy(
            () ->
                loops
                    .whole()
                    .lessons(
                        told.stream()
                            .map(word -> word.attempt(1))
                            .filter(attempt -> attempt.passed())
                            .map(attempt -> new Lesson<>(attempt, 1))
                            .toList())
                    .build())
        .hasMessageContaining("lessons holds the task");
  }

  private static Told<Sum, Long> told(
      Loops loops, Sum sum, long answer, double success, int second) {
    return new Told<>(
        sum,
        answer,
        success,
        "user " + second % 7,
        Instant.EPOCH.plusSeconds(second),
        loops.start.id());
  }
}
