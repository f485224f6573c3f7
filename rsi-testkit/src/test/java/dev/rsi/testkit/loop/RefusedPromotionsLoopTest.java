package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.RsiException;
import dev.rsi.core.Approval;
import dev.rsi.core.Approval.Answer;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.AnchoredGate;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.gate.GateAudit;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.GenerationReport.Outcome;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole runs in which somebody refuses what the gate promotes: the gate is told. */
class RefusedPromotionsLoopTest {
  private static final int GENERATIONS = 7;

  @TempDir Path home;

  private static AnchoredGate gate(double limit) {
    return DriftGates.anchored().margins(.01, limit).incumbentMargins(.01, limit).errorAsShare();
  }

  private static ImprovementLoop<Sum, Long> loop(
      Loops loops, RunStore store, double limit, Approval.Approver approver, long seed) {
    return ImprovementLoop.builder(loops.learner.generator())
        .verifier(ToyTasks.verifier())
        .trainer(loops.learner.trainer())
        .gate(gate(limit))
        .probes(Loops.heldOut(11, 200))
        .practice(Practice.DEFAULT.tasks(64).patience(GENERATIONS))
        .budget(Budget.of(GENERATIONS))
        .oversight(
            Oversight.NONE.approval(Approval.of(Duration.ofHours(1), Action.PROMOTE).by(approver)))
        .store(store)
        .registry(loops.registry)
        .seed(seed)
        .build();
  }

  /** Who says no, at which limit, in which run. */
  static Stream<Arguments> refusals() {
    Map<String, Approval.Approver> who =
        Map.of(
            "always", question -> Answer.no("canary", "users complained"),
            "every other",
                question ->
                    question.generation() % 2 == 0
                        ? Answer.yes("canary", "fine")
                        : Answer.no("canary", "users complained"),
            "breaks",
                question -> {
                  throw new Exception("the canary died");
                });
    return Stream.of(.08, .15)
        .flatMap(
            limit ->
                who.entrySet().stream()
                    .flatMap(
                        each ->
                            Stream.of(1L, 2L, 3L)
                                .map(
                                    seed ->
                                        Arguments.of(
                                            each.getKey(), each.getValue(), limit, seed))));
  }

  @ParameterizedTest(name = "{0}, limit {2}, seed {3}")
  @MethodSource("refusals")
  void should_tell_the_gate_what_became_of_its_promotions(
      String who, Approval.Approver approver, double limit, long seed) {
    Loops loops = new Loops(home);
    RunReport report =
        loop(loops, loops.store, limit, approver, seed).run(loops.start, Loops.TASKS);
    // THEN the learner, which only gains, is never rolled back for what was refused
    List<Outcome> outcomes = report.generations().stream().map(GenerationReport::outcome).toList();
    assertThat(outcomes).contains(Outcome.REFUSED).doesNotContain(Outcome.ROLLED_BACK);
    List<RunEvent> events = loops.store.events(report.run());
    List<GateDecision> decisions = decisions(events);
    assertThat(GateAudit.problems(decisions)).isEmpty();
    assertThat(GateAudit.answerProblems(events)).isEmpty();
    long live =
        outcomes.subList(0, outcomes.size() - 1).stream().filter(Outcome.PROMOTED::equals).count();
    assertThat(decisions.get(decisions.size() - 1).findings().get(0).numbers())
        .containsEntry("promotions", (double) live);
    assertThat(
            loop(loops, loops.store, limit, approver, seed)
                .replay(report.run(), Loops.TASKS)
                .verify(outcomes.size() - 1)
                .difference())
        .isNull();
  }

  @Test
  void should_end_as_if_there_had_been_no_kill() {
    Approval.Approver approver =
        question ->
            question.generation() % 2 == 0 ? Answer.yes("Ada", "yes") : Answer.no("Ada", "no");
    Loops whole = new Loops(home.resolve("whole"));
    loop(whole, whole.store, .1, approver, 1).run(whole.start, Loops.TASKS);
    List<RunEvent> course = Loops.course(whole.store, "run-1");
    assertThat(course).anyMatch(e -> e instanceof RunEvent.Answered no && !no.approved());
    int kills = 0;
    for (int appends = 5; kills < 40; appends += 9) {
      Loops cut = new Loops(home.resolve("cut " + appends));
      try {
        loop(cut, new BreakingStore(cut.store, appends, false), .1, approver, 1)
            .run(cut.start, Loops.TASKS);
        break;
      } catch (RsiException e) {
        assertThat(e).hasMessageContaining("the power failed");
      }
      loop(cut, cut.store, .1, approver, 1).resume("run-1", Loops.TASKS);
      assertThat(Loops.course(cut.store, "run-1"))
          .as("killed at append %d", appends)
          .isEqualTo(course);
      kills++;
    }
    assertThat(kills).isGreaterThan(3);
  }

  private static List<GateDecision> decisions(List<RunEvent> events) {
    return events.stream()
        .filter(RunEvent.Gated.class::isInstance)
        .map(event -> ((RunEvent.Gated) event).decision())
        .toList();
  }
}
