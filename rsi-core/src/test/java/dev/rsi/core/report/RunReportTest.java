package dev.rsi.core.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rsi.api.Cost;
import dev.rsi.core.report.GenerationReport.Outcome;
import dev.rsi.core.report.GenerationReport.Practised;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.core.report.RunReport.Spender;
import dev.rsi.core.report.RunReport.Timing;
import dev.rsi.core.store.RunStore;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunReportTest {
  private static final Instant BEGAN = Instant.parse("2026-03-01T10:00:00Z");

  private final RunStore store = RunStore.inMemory();

  @BeforeEach
  void begin() {
    store.create("run");
    at(0, new RunEvent.RunStarted(1, "anchor", Map.of("budget", "2 generations")));
  }

  private void at(long seconds, RunEvent event) {
    store.append("run", BEGAN.plusSeconds(seconds), List.of(event));
  }

  private RunReport report() {
    return RunReport.of(store, "run");
  }

  private static RunEvent finished(int generation, String live) {
    return new RunEvent.GenerationFinished(
        new GenerationReport(
            generation,
            generation == 0 ? GenerationReport.Outcome.ANCHOR : GenerationReport.Outcome.PROMOTED,
            generation,
            0,
            0,
            null,
            null,
            Map.of(),
            live));
  }

  private static RunEvent moved(
      int generation, long attempts, long advanced, @Nullable Long course) {
    return new RunEvent.BudgetMoved(
        generation,
        "practise",
        "2026-03-01",
        Map.of("attempts", attempts, "tokens", 10 * attempts, "money", 1_500_000_000L),
        advanced == 0 ? Map.of() : Map.of("attempts", advanced, "wall clock", 10_000_000_000L),
        course == null ? null : Map.of("attempts", course));
  }

  private static Timing timing(long from, long to, long took) {
    return new Timing(BEGAN.plusSeconds(from), BEGAN.plusSeconds(to), Duration.ofSeconds(took));
  }

  @Test
  void should_tell_of_a_run_that_ended() {
    at(1, finished(0, "anchor"));
    at(3, moved(1, 100, 0, 100L));
    at(8, new RunEvent.Promoted(1, "anchor", "better"));
    at(9, finished(1, "better"));
    at(10, new RunEvent.RunFinished(1, End.MASTERED, "all of it", "better"));
    RunReport report = report();
    assertThat(report.run()).isEqualTo("run");
    assertThat(report.end()).isEqualTo(End.MASTERED);
    assertThat(report.reason()).isEqualTo("all of it");
    assertThat(report.anchor()).isEqualTo("anchor");
    assertThat(report.live()).isEqualTo("better");
    assertThat(report.generations()).hasSize(2);
    assertThat(report.spending().generations()).isEqualTo(1);
    assertThat(report.spending().attempts()).isEqualTo(100);
    assertThat(report.spending().tokens()).isEqualTo(1000);
    assertThat(report.spending().money()).isEqualTo(new BigDecimal("1.5"));
    assertThat(report.spending().allowed()).isEqualTo("2 generations");
    assertThat(report.spendingByGeneration().get(0).attempts()).isZero();
    assertThat(report.spendingByGeneration().get(1).attempts()).isEqualTo(100);
    assertThat(report.timing()).isEqualTo(timing(0, 10, 10));
    assertThat(report.timingByGeneration()).containsExactly(timing(0, 1, 1), timing(1, 9, 8));
  }

  @Test
  void should_tell_of_a_run_under_way_or_killed_with_what_it_may_have_spent() {
    at(1, finished(0, "anchor"));
    at(2, moved(1, 100, 0, 100L));
    at(3, new RunEvent.Promoted(1, "anchor", "better"));
    at(4, finished(1, "better"));
    at(5, moved(2, 20, 30, 120L));
    at(6, new RunEvent.FellBack(2, "better", "anchor", "a file was changed"));
    RunReport report = report();
    assertThat(report.end()).isEqualTo(End.OPEN);
    assertThat(report.reason()).contains("under way, or was killed");
    assertThat(report.live()).isEqualTo("anchor");
    assertThat(report.generations()).hasSize(2);
    assertThat(report.spending().attempts()).isEqualTo(150);
    assertThat(report.spending().tokens()).isEqualTo(1200);
    assertThat(report.spending().wallClock()).isEqualTo(Duration.ofSeconds(10));
    assertThat(report.timing()).isEqualTo(timing(0, 6, 6));
  }

  @Test
  void should_leave_out_of_the_course_what_a_killed_process_lost() {
    at(1, moved(1, 100, 50, 100L));
    at(9, new RunEvent.Resumed(1, 7, "3 generations"));
    at(10, moved(1, 90, 0, 140L));
    assertThat(report().spending().attempts()).isEqualTo(140);
    assertThat(report().spending().tokens()).isEqualTo(1900);
    assertThat(report().spending().allowed()).isEqualTo("3 generations");
  }

  @Test
  void should_count_all_that_was_spent_where_an_older_record_does_not_know_the_course() {
    at(1, moved(1, 100, 50, null));
    at(10, moved(1, 90, 0, null));
    assertThat(report().spending().attempts()).isEqualTo(190);
  }

  @Test
  void should_split_what_was_used_by_the_last_word_of_the_course() {
    // GIVEN
    Cost practice = new Cost(100, 20, 60, new BigDecimal("0.05"));
    Cost judges = new Cost(0, 7);
    at(1, used(Map.of("practice", new Cost(50, 10))));
    at(2, moved(1, 10, 0, 10L));
    at(3, used(Map.of("practice", practice, "judges", judges)));
    // WHEN
    RunReport report = report();
    // THEN
    assertThat(report.costs().keySet()).containsExactly(Spender.values());
    assertThat(report.costs())
        .containsEntry(Spender.PRACTICE, practice)
        .containsEntry(Spender.JUDGES, judges)
        .containsEntry(Spender.TRAINER, Cost.NONE);
    assertThat(report.summary())
        .contains(
            "practice 100 tokens in (60 cached), 20 tokens out, 0.05 of money;"
                + " judges 7 tokens out\nOPEN");
  }

  @Test
  void should_tell_no_costs_where_an_older_record_has_none() {
    at(1, moved(1, 100, 0, 100L));
    assertThat(report().costs())
        .hasSize(7)
        .allSatisfy((who, cost) -> assertThat(cost).isEqualTo(Cost.NONE));
    assertThat(report().summary()).doesNotContain("tokens");
    assertThat(report().spending().tokens()).isEqualTo(1000);
  }

  /** A kill may lose the record of what was spent, and not that of what came of it. */
  @Test
  void should_never_tell_less_spent_than_was_used() {
    at(1, moved(1, 100, 0, 100L));
    at(2, used(Map.of("practice", new Cost(4_000, 1_000), "trainer", new Cost(500, 0))));
    assertThat(report().spending().tokens()).isEqualTo(5_500);
  }

  private static RunEvent used(Map<String, Cost> costs) {
    return new RunEvent.BudgetMoved(
        1, "practise", "2026-03-01", Map.of(), Map.of(), Map.of(), costs);
  }

  @Test
  void should_say_why_a_run_was_left_until_it_goes_on() {
    at(1, new RunEvent.Stopped(0, End.WINDOW_SPENT, "the day is spent"));
    assertThat(report().end()).isEqualTo(End.WINDOW_SPENT);
    assertThat(report().reason()).isEqualTo("the day is spent");
    // What the listener made of it comes last.
    at(2, new RunEvent.Faulted(0, RunEvent.Faulted.LISTENER, "it threw"));
    assertThat(report().end()).isEqualTo(End.WINDOW_SPENT);
    at(3, new RunEvent.Resumed(0, 1, "2 generations"));
    assertThat(report().end()).isEqualTo(End.OPEN);
    assertThat(report().reason()).doesNotContain("day");
  }

  @Test
  void should_name_in_its_summary_what_broke_where_and_what_came_of_the_attempts() {
    at(1, finished(0, "anchor"));
    RunEvent.Faulted trainer =
        new RunEvent.Faulted(1, "trainer", "java.lang.Error: no", "com.acme.Own.train(Own.java:7)");
    at(2, new RunEvent.Faulted(1, "listener", "deaf"));
    at(3, trainer);
    at(4, practised(1, Outcome.FAILED, new Practised(9, 1, 1, 3, 0, 4, ASLEEP), trainer.words()));
    at(5, practised(2, Outcome.NO_LESSONS, new Practised(5, 0, 0, 0, 0, 5, Map.of()), "all known"));
    at(6, new RunEvent.Faulted(3, "gate", "java.lang.Error: torn", "com.acme.Gate.a(Gate.java:1)"));
    at(7, new RunEvent.Stopped(3, End.CANCELLED, "enough"));
    RunReport report = report();
    assertThat(report.faults()).hasSize(3).contains(trainer);
    assertThat(report.summary())
        .isEqualTo(
            """
            generation 0 anchor
            generation 1 failed: up to level 1, kept 5 of 14, 4 known, 3 undecided (asleep, 3 times): \
            the trainer failed: java.lang.Error: no
              the listener failed: deaf
              at com.acme.Own.train(Own.java:7)
            generation 2 no lessons: up to level 1, kept 0 of 5: all known
              the gate failed: java.lang.Error: torn at com.acme.Gate.a(Gate.java:1)
            CANCELLED: enough""");
  }

  @Test
  void should_say_how_far_a_list_was_gone_through_and_of_levels_only_where_there_are_some() {
    assertThat(supplied(new GenerationReport.Supplied(1, 120, 3, 1.5)))
        .isEqualTo("generation 2 held: kept 3 of 9, 1.5 epochs of 120 tasks (3 held out)");
    assertThat(supplied(new GenerationReport.Supplied(4, 120, 0, 1)))
        .isEqualTo("generation 2 held: up to level 2, kept 3 of 9, 1.0 epochs of 120 tasks");
    assertThat(supplied(new GenerationReport.Supplied(1, 0, 0, 0)))
        .isEqualTo("generation 2 held: kept 3 of 9");
  }

  private static String supplied(GenerationReport.Supplied supplied) {
    return new GenerationReport(
            2, Outcome.HELD, 2, 9, 3, null, null, Map.of(), "live", null, null, supplied, null)
        .summary();
  }

  private static final Map<String, Integer> ASLEEP = Map.of("asleep", 3);

  private static RunEvent practised(
      int generation, Outcome outcome, Practised practised, String why) {
    int kept = practised.passed() - practised.known();
    return new RunEvent.GenerationFinished(
        new GenerationReport(
            generation,
            outcome,
            1,
            practised.made(),
            kept,
            null,
            null,
            Map.of(),
            "anchor",
            practised,
            why));
  }

  @Test
  void should_tell_a_few_of_many_faults_in_its_summary() {
    for (int i = 0; i < 100; i++) {
      at(1, new RunEvent.Faulted(1, "reading", "torn " + i));
    }
    assertThat(report().summary().lines()).hasSize(7).contains("  and 95 faults more");
    assertThat(report().faults()).hasSize(100);
  }

  @Test
  void should_know_of_an_older_record_that_it_was_left_and_the_reason() {
    at(1, new RunEvent.Stopped(0, null, "it was interrupted"));
    assertThat(report().end()).isEqualTo(End.OPEN);
    assertThat(report().reason()).isEqualTo("it was interrupted");
  }

  @Test
  void should_count_no_time_in_which_nobody_drove_the_run() {
    at(1, finished(0, "anchor"));
    at(3, new RunEvent.Paused(1));
    at(50, new RunEvent.Unpaused(1));
    at(52, new RunEvent.Stopped(1, End.CANCELLED, "told to"));
    at(900, new RunEvent.Resumed(1, 3, "2 generations"));
    at(901, new RunEvent.Paused(1));
    at(910, new RunEvent.Stopped(1, End.CANCELLED, "told to"));
    at(2000, new RunEvent.Resumed(1, 3, "2 generations"));
    at(2004, finished(1, "anchor"));
    // A clock that is set back takes nothing back.
    at(1800, finished(2, "anchor"));
    at(1805, finished(3, "anchor"));
    assertThat(report().timing()).isEqualTo(timing(0, 1805, 15));
    assertThat(report().timingByGeneration())
        .containsExactly(
            timing(0, 1, 1), timing(1, 2004, 9), timing(2004, 1800, 0), timing(1800, 1805, 5));
  }

  @Test
  void should_refuse_a_run_that_is_not_there_or_was_never_begun() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunReport.of(store, "walk"))
        .withMessageContaining("(walk)");
    store.create("dead");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunReport.of(store, "dead"))
        .withMessageContaining("(dead)")
        .withMessageContaining("Maybe");
  }
}
