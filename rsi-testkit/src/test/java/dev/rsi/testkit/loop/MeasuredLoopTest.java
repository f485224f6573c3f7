package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.Lesson;
import dev.rsi.api.RsiException;
import dev.rsi.api.Rubric;
import dev.rsi.api.Trainer.LearnsFrom;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.probe.ProbeFamily;
import dev.rsi.core.report.GenerationReport.Practised;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.core.store.RunStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A verifier that only measures drives a loop: its mean score is read where nothing passes. */
class MeasuredLoopTest {
  @TempDir Path home;

  private static Verifier<String, String> measuring(ToDoubleBiFunction<String, String> metric) {
    return Verifier.measuring("metric v1", metric);
  }

  @Test
  void should_promote_by_a_real_metric_alone_and_never_say_that_anything_passed() {
    Dials dials = new Dials(home, .4);
    RunReport report =
        dials
            .loop(Dials.neighbours(1))
            .budget(Budget.of(8))
            .build()
            .run(dials.start, Dials.tasks(1));
    assertThat(report.promotions()).as(report.summary()).isPositive();
    assertThat(Dials.read(dials.registry.live().orElseThrow())).isGreaterThan(.4);
    assertThat(report.summary()).contains("mean score 0.3").doesNotContain("pass");
    Practised practised = Objects.requireNonNull(report.generations().get(1).practised());
    assertThat(practised.meanScore()).isCloseTo(.3, within(.05));
  }

  /** Mean scores by level, and what is practised: by the share above 0 it would be all levels. */
  static Stream<Arguments> levels() {
    return Stream.of(
        Arguments.of(List.of(.97, .5, .1), 2),
        Arguments.of(List.of(.97, .97, .3), 3),
        Arguments.of(List.of(.1, .9, .9), 1),
        Arguments.of(List.of(.5, .19, .9), 1),
        Arguments.of(List.of(.97, .21, .21), 3));
  }

  @ParameterizedTest
  @MethodSource("levels")
  void should_find_the_frontier_by_mean_score(List<Double> means, int frontier) {
    Dials dials = new Dials(home, 1);
    // A monotone metric: what is measured falls with the level, whatever the answer.
    RunReport report =
        dials
            .promoting(Dials.neighbours(1))
            .verifier(measuring((task, value) -> means.get(Dials.level(task) - 1)))
            .budget(Budget.of(1))
            .build()
            .run(dials.start, Dials.tasks(3));
    assertThat(report.generations().get(1).frontier()).as(report.summary()).isEqualTo(frontier);
  }

  @ParameterizedTest
  @ValueSource(doubles = {.95, .96, 1})
  void should_end_as_mastered_where_the_mean_score_is_that_of_mastery(double constant) {
    Dials dials = new Dials(home, 1);
    RunReport report =
        dials
            .promoting(Dials.neighbours(1))
            .verifier(measuring((task, value) -> constant))
            .budget(Budget.of(1))
            .build()
            .run(dials.start, Dials.tasks(2));
    assertThat(report.end()).isEqualTo(End.MASTERED);
    assertThat(report.reason())
        .isEqualTo("The mean score on the hardest level (2) is at least (0.95).");
  }

  @Test
  void should_not_be_mastered_by_what_is_worth_little_everywhere() {
    Dials dials = new Dials(home, 1);
    RunReport report =
        dials
            .promoting(Dials.neighbours(1))
            .verifier(measuring((task, value) -> .01))
            .budget(Budget.of(2))
            .build()
            .run(dials.start, Dials.tasks(2));
    assertThat(report.end()).isEqualTo(End.BUDGET_SPENT);
    assertThat(report.generations().get(1).frontier()).isEqualTo(1);
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        Arguments.of("NaN", (ToDoubleBiFunction<String, String>) (t, v) -> Double.NaN),
        Arguments.of("too much", (ToDoubleBiFunction<String, String>) (t, v) -> 1.5),
        Arguments.of("negative", (ToDoubleBiFunction<String, String>) (t, v) -> -.1),
        Arguments.of(
            "throws",
            (ToDoubleBiFunction<String, String>)
                (t, v) -> {
                  throw new IllegalStateException("no meter");
                }));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("broken")
  void should_decide_nothing_by_a_metric_that_breaks(
      String name, ToDoubleBiFunction<String, String> metric) {
    Dials dials = new Dials(home, .5);
    Dials.Neighbours trainer = Dials.neighbours(1);
    // WHEN it breaks on every load, THEN that is an outage, as of any verifier.
    RunReport report =
        dials
            .promoting(trainer)
            .verifier(measuring(metric))
            .oversight(Oversight.NONE.outages(Duration.ZERO))
            .budget(Budget.of(1))
            .build()
            .run(dials.start, Dials.tasks(1));
    assertThat(report.end()).isEqualTo(End.OUTAGE);
    assertThat(report.reason()).contains("the verifier threw");
    // WHEN it breaks on three loads of four, THEN those are undecided, and nobody made up a score.
    Dials others = new Dials(home.resolve("others"), .5);
    RunReport second =
        others
            .promoting(trainer)
            .verifier(
                measuring(
                    (task, value) ->
                        task.hashCode() % 4 == 0 ? .25 : metric.applyAsDouble(task, value)))
            .budget(Budget.of(1))
            .build()
            .run(others.start, Dials.tasks(1));
    Practised practised = Objects.requireNonNull(second.generations().get(1).practised());
    assertThat(practised.undecided()).isPositive();
    assertThat(practised.passed()).isPositive().isEqualTo(32 - practised.undecided());
    assertThat(practised.meanScore()).isEqualTo(.25);
    assertThat(second.summary()).contains(practised.undecided() + " undecided (the verifier threw");
  }

  @Test
  void should_take_the_mean_of_what_was_decided() {
    Dials dials = new Dials(home, .5);
    // Every other load cannot be measured, by a noisy instrument of mean .75.
    RunReport report =
        dials
            .promoting(Dials.neighbours(1))
            .verifier(
                measuring(
                    (task, value) ->
                        task.hashCode() % 2 == 0 ? Double.NaN : task.hashCode() % 3 == 0 ? .5 : 1))
            .budget(Budget.of(1))
            .build()
            .run(dials.start, Dials.tasks(1));
    Practised practised = Objects.requireNonNull(report.generations().get(1).practised());
    double sum = 0;
    int decided = 0;
    for (RunEvent.Attempted attempt : dials.store.events(report.run(), RunEvent.Attempted.class)) {
      if (attempt.outcome() != Verdict.Outcome.UNDECIDED) {
        sum += attempt.score();
        decided++;
      }
    }
    assertThat(practised.undecided()).isPositive();
    assertThat(practised.meanScore()).isEqualTo(sum / decided).isBetween(.5, 1.0);
  }

  @Test
  void should_weigh_lessons_by_what_they_are_worth() {
    Dials dials = new Dials(home, .8);
    Dials.Neighbours trainer = new Dials.Neighbours(1, .1, LearnsFrom.LESSONS, new ArrayList<>());
    dials
        .promoting(trainer)
        .verifier(Dials.metric())
        .critic(new Half())
        .budget(Budget.of(1))
        .build()
        .run(dials.start, Dials.tasks(1));
    TrainingRequest<String, String> request = trainer.requests().get(0);
    List<Lesson<String, String>> lessons = request.lessons();
    assertThat(lessons).hasSizeGreaterThan(10);
    double all = lessons.stream().mapToDouble(lesson -> lesson.attempt().reward()).sum();
    assertThat(lessons)
        .allSatisfy(
            lesson -> {
              double reward = lesson.attempt().reward();
              assertThat(reward).isEqualTo(.5 * Double.parseDouble(lesson.candidate()));
              assertThat(lesson.weight() / lessons.get(0).weight())
                  .isCloseTo(reward / lessons.get(0).attempt().reward(), within(1e-9));
            });
    assertThat(all).isPositive();
  }

  /** A critic beside the metric: what an attempt is worth is score times grade. */
  private static final class Half implements Critic<String, String> {
    @Override
    public Critique critique(String task, String answer, Verdict verdict, Rubric rubric) {
      return Critique.overall(.5, "half as good as it says");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"CONTRASTS", "ATTEMPTS"})
  void should_hand_rewards_to_trainers_that_compare(String from) {
    Dials dials = new Dials(home, .8);
    dials.practice = Practice.DEFAULT.tasks(4).samples(4).scouts(4);
    Dials.Neighbours trainer =
        new Dials.Neighbours(1, .1, LearnsFrom.valueOf(from), new ArrayList<>());
    dials
        .promoting(trainer)
        .verifier(Dials.metric())
        .critic(new Half())
        .budget(Budget.of(1))
        .build()
        .run(dials.start, Dials.tasks(1));
    List<Attempt<String, String>> attempts = trainer.requests().get(0).attempts();
    assertThat(attempts).hasSize(32);
    assertThat(attempts)
        .allSatisfy(
            attempt ->
                assertThat(attempt.reward())
                    .isEqualTo(.5 * Double.parseDouble(String.valueOf(attempt.candidate()))));
    assertThat(attempts.stream().map(Attempt::reward).distinct()).hasSizeGreaterThan(8);
  }

  @Test
  void should_measure_in_sessions() {
    Dials dials = new Dials(home, .4);
    RunReport report =
        dials
            .promoting(Dials.neighbours(1))
            .verifier(Verifier.measuringInSessions("meter v1", Dials.metric()::open))
            .budget(Budget.of(1))
            .build()
            .run(dials.start, Dials.tasks(1));
    assertThat(report.generations().get(1).practised().meanScore()).isCloseTo(.3, within(.05));
  }

  @Test
  void should_refuse_a_gate_that_counts_signs() {
    Dials dials = new Dials(home, .4);
    ProbeBank<String, String> probes =
        ProbeBank.of(
            Codec.text(), List.of(ProbeFamily.skill("value", Dials.heldOut(9), Dials.metric())));
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                ImprovementLoop.builder(dials.generator())
                    .verifier(Dials.metric())
                    .trainer(Dials.neighbours(1))
                    .probes(probes)
                    .gate(DriftGates.paired())
                    .budget(Budget.of(1))
                    .store(dials.store)
                    .registry(dials.registry)
                    .build())
        .withMessageContaining("Kind (value) has a judge that measures")
        .withMessageContaining("DriftGates.anchored(bank)");
    // A judge that rules is read by it as ever.
    ProbeBank<String, String> ruled =
        ProbeBank.of(
            Codec.text(),
            List.of(ProbeFamily.skill("value", Dials.heldOut(9), (task, value) -> Verdict.pass())));
    assertThat(DriftGates.misfits(DriftGates.paired(), ruled)).isEmpty();
    assertThat(DriftGates.misfits(DriftGates.anchored(probes), probes))
        .noneMatch(m -> m.contains("judge that measures"));
  }

  @Test
  void should_examine_by_mean_score() {
    Dials dials = new Dials(home, .4);
    List<String> tasks =
        Dials.heldOut(400).subList(300, 400).stream().map(each -> "exam " + each).toList();
    RunReport report =
        dials
            .promoting(Dials.neighbours(1))
            .verifier(Dials.metric())
            .exam(
                ProbeBank.of(
                    Codec.text(), List.of(ProbeFamily.skill("value", tasks, Dials.metric()))))
            .budget(Budget.of(1))
            .build()
            .run(dials.start, Dials.tasks(1));
    assertThat(report.generations().get(0).exam().get("value")).isCloseTo(.3, within(.03));
  }

  @Test
  void should_end_as_it_would_have_wherever_it_was_cut() {
    Dials whole = new Dials(home.resolve("whole"), .4);
    RunReport expected = cut(whole, whole.store);
    List<RunEvent> events = Loops.course(whole.store, expected.run());
    assertThat(expected.promotions()).isPositive();
    int cuts = 0;
    for (int appends = 1; ; appends += 1 + appends / 6) {
      Dials dials = new Dials(home.resolve("cut " + appends), .4);
      try {
        cut(dials, new BreakingStore(dials.store, appends, appends % 2 == 0));
        break;
      } catch (RsiException e) {
        assertThat(e).hasMessageContaining("the power failed");
      }
      if (!dials.store.events("run-1", RunEvent.RunFinished.class).isEmpty()) {
        continue;
      }
      RunReport report = cut(dials, dials.store);
      assertThat(Loops.course(dials.store, report.run())).as("cut " + appends).isEqualTo(events);
      assertThat(report.summary()).isEqualTo(expected.summary());
      cuts++;
    }
    assertThat(cuts).isGreaterThan(8);
  }

  /** Begins a run, or resumes it. */
  private static RunReport cut(Dials dials, RunStore store) {
    dials.driven = store;
    ImprovementLoop<String, String> loop =
        dials.promoting(Dials.neighbours(1)).verifier(Dials.metric()).budget(Budget.of(2)).build();
    return loop.unfinished().isPresent()
        ? loop.resume(loop.unfinished().get(), Dials.tasks(1))
        : loop.run(dials.start, Dials.tasks(1));
  }

  @Test
  void should_refuse_to_resume_what_was_ruled_on_by_what_measures() {
    Dials dials = new Dials(home, .4);
    try {
      cut(dials, new BreakingStore(dials.store, 4, true));
    } catch (RsiException e) {
      assertThat(e).hasMessageContaining("the power failed");
    }
    dials.driven = dials.store;
    // The same description, and another reading of its scores.
    ImprovementLoop<String, String> ruling =
        dials
            .promoting(Dials.neighbours(1))
            .verifier(
                Verifier.<String, String>ofSessions(
                    Dials.metric().describe(), Dials.metric()::open))
            .budget(Budget.of(2))
            .build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ruling.resume(ruling.unfinished().orElseThrow(), Dials.tasks(1)))
        .withMessageContaining("verdicts was (measured)");
  }

  @Test
  void should_say_what_was_measured_in_the_words_of_a_lack() {
    assertThat(new Practised(0, 5, 0, 0, 0, 0, Map.of(), 0.0).lack())
        .isEqualTo("none of 5 decided attempts scored above 0");
    assertThat(new Practised(4, 0, 0, 0, 0, 4, Map.of(), .5).lack())
        .isEqualTo("all 4 that scored above 0 were known");
    assertThat(new Practised(4, 0, 0, 0, 2, 2, Map.of(), .5).lack())
        .isEqualTo("of 4 that scored above 0 2 were known, and 2 had no grade over 0");
    assertThat(new Practised(4, 1, 0, 0, 0, 0, Map.of(), .5).lack())
        .isEqualTo("4 of 5 scored above 0");
  }
}
