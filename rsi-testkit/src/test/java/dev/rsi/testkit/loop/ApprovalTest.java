package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.core.Approval;
import dev.rsi.core.Approval.Answer;
import dev.rsi.core.Approval.Question;
import dev.rsi.core.Budget;
import dev.rsi.core.Charter;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.core.RunHandle;
import dev.rsi.core.RunHandle.State;
import dev.rsi.core.RunListener;
import dev.rsi.core.report.GenerationReport.Outcome;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.testkit.ManualClock;
import dev.rsi.testkit.ScriptedGate;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ApprovalTest {
  private static final Duration DEADLINE = Duration.ofHours(8);
  private static final Charter CHARTER =
      new Charter(3, "adds longer numbers", List.of("share solved"), List.of("the verifier"));

  @TempDir Path home;
  private final ManualClock clock = ManualClock.create();
  private final CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
  private Loops loops;

  @BeforeEach
  void open() {
    loops = new Loops(home);
  }

  private ImprovementLoop.Builder<Sum, Long> deciding(Action action) {
    return loops
        .parts(Budget.of(1), Practice.DEFAULT.tasks(64))
        .verifier(ToyTasks.verifier())
        .trainer(loops.learner.trainer())
        .gate(ScriptedGate.of(new GateDecision(action, "as the test says", List.of())))
        .clock(clock);
  }

  /** Ways to answer, and whether each is a yes. */
  private Map<String, Approval.Approver> approvers() {
    Map<String, Approval.Approver> approvers = new LinkedHashMap<>();
    approvers.put("yes", question -> Answer.yes("Ada", "better"));
    approvers.put("no", question -> Answer.no("Ada", "too sudden"));
    approvers.put("null", question -> null);
    approvers.put(
        "exception",
        question -> {
          throw new Exception("the mail server is down");
        });
    approvers.put(
        "error",
        question -> {
          throw new StackOverflowError();
        });
    approvers.put(
        "late yes",
        question -> {
          clock.advance(DEADLINE);
          return Answer.yes("Ada", "sorry, I was out");
        });
    approvers.put(
        "never",
        question -> {
          clock.advance(DEADLINE);
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.complete(true);
            throw e;
          }
          return Answer.yes("Ada", "after all");
        });
    return approvers;
  }

  static Stream<Arguments> cases() {
    return Stream.of(Action.values())
        .flatMap(
            action ->
                Stream.of(
                        EnumSet.of(Action.PROMOTE),
                        EnumSet.of(Action.HOLD),
                        EnumSet.of(Action.PROMOTE, Action.HOLD))
                    .flatMap(
                        asked ->
                            Stream.of(
                                    "yes", "no", "null", "exception", "error", "late yes", "never")
                                .map(answer -> Arguments.of(action, asked, answer))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void should_go_live_as_the_gate_and_a_timely_yes_say(
      Action action, Set<Action> asked, String answer) throws Exception {
    List<Question> questions = Collections.synchronizedList(new ArrayList<>());
    Approval.Approver answering = approvers().get(answer);
    Approval approval =
        Approval.of(DEADLINE, asked.iterator().next(), asked.toArray(Action[]::new))
            .byPerson(
                question -> {
                  questions.add(question);
                  return answering.answer(question);
                });
    RunReport report =
        deciding(action)
            .oversight(Oversight.NONE.approval(approval).charter(CHARTER))
            .build()
            .run(loops.start, Loops.TASKS);
    boolean asks = asked.contains(action);
    boolean live = asks ? answer.equals("yes") : action == Action.PROMOTE;
    Outcome outcome =
        live
            ? Outcome.PROMOTED
            : switch (action) {
              case PROMOTE -> Outcome.REFUSED;
              case HOLD -> Outcome.HELD;
              case ROLLBACK -> Outcome.ROLLED_BACK;
            };
    assertThat(report.generations().get(1).outcome()).isEqualTo(outcome);
    String challenger = report.generations().get(1).challenger();
    assertThat(report.live()).isEqualTo(live ? challenger : loops.start.id());
    assertThat(loops.registry.live().orElseThrow().id()).isEqualTo(report.live());
    List<RunEvent.Answered> answers = answers(report.run());
    assertThat(questions).hasSize(asks ? 1 : 0);
    assertThat(answers).hasSize(asks ? 1 : 0);
    if (asks) {
      assertThat(answers.get(0).approved()).isEqualTo(live);
      assertThat(answers.get(0).by())
          .isEqualTo(Set.of("yes", "no").contains(answer) ? "Ada" : "nobody");
      assertThat(questions.get(0).parent()).isEqualTo(loops.start.id());
      assertThat(questions.get(0).challenger()).isEqualTo(challenger);
      assertThat(questions.get(0).decision().action()).isEqualTo(action);
      assertThat(questions.get(0).charter()).isEqualTo(CHARTER);
    }
    if (asks && answer.equals("never")) {
      assertThat(interrupted.get(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  @Test
  void should_be_answered_through_the_handle_once_and_in_time() throws Exception {
    CompletableFuture<Boolean> asked = new CompletableFuture<>();
    RunListener listener =
        event -> {
          if (event instanceof RunEvent.Asked) {
            asked.complete(true);
          }
        };
    try (RunHandle run =
        deciding(Action.HOLD)
            .oversight(Oversight.NONE.approval(Approval.of(DEADLINE, Action.HOLD)))
            .listener(listener)
            .build()
            .start(loops.start, Loops.TASKS)) {
      asked.join();
      Question question = run.pending().orElseThrow();
      assertThat(question.run()).isEqualTo(run.run());
      assertThat(question.deadline()).isEqualTo(clock.instant().plus(DEADLINE));
      Question other =
          new Question(run.run(), 7, "a", "b", question.decision(), null, question.deadline());
      assertThat(run.approve(other, "Ada", "not this one")).isFalse();
      assertThatThrownBy(() -> run.approve(question, " ", "who am I?"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("by ( )");
      // It stands still, and is answered all the same.
      assertThat(run.pause().join()).isEqualTo(State.PAUSED);
      assertThat(run.approve(question, "Ada", "I looked at it")).isTrue();
      assertThat(run.refuse(question, "Bob", "I did not")).isFalse();
      assertThat(run.pending()).isEmpty();
      assertThat(answers(run.run())).isEmpty();
      run.resume();
      RunReport report = run.await();
      assertThat(report.generations().get(1).outcome()).isEqualTo(Outcome.PROMOTED);
      assertThat(answers(run.run()))
          .containsExactly(
              new RunEvent.Answered(1, question.challenger(), true, "Ada", "I looked at it"));
      assertThat(run.approve(question, "Ada", "again")).isFalse();
    }
  }

  @Test
  void should_ask_again_when_it_was_stopped_while_it_waited_and_not_when_it_was_answered()
      throws Exception {
    CountDownLatch asking = new CountDownLatch(1);
    Approval silent =
        Approval.of(DEADLINE, Action.PROMOTE)
            .by(
                question -> {
                  asking.countDown();
                  new CountDownLatch(1).await();
                  return Answer.yes("nobody hears", "this");
                });
    RunHandle stopped =
        deciding(Action.PROMOTE)
            .oversight(Oversight.NONE.approval(silent))
            .build()
            .start(loops.start, Loops.TASKS);
    asking.await();
    Question question = stopped.pending().orElseThrow();
    assertThat(stopped.stop().join()).isEqualTo(State.ENDED);
    assertThat(stopped.approve(question, "Ada", "too late")).isFalse();
    assertThat(answers(stopped.run())).isEmpty();

    // Another deadline is none of the run's course.
    List<Question> questions = Collections.synchronizedList(new ArrayList<>());
    Approval yes =
        Approval.of(DEADLINE.multipliedBy(2), Action.PROMOTE)
            .by(
                asked -> {
                  questions.add(asked);
                  return Answer.yes("Ada", "better");
                });
    CompletableFuture<RunHandle> handle = new CompletableFuture<>();
    RunListener stopping =
        event -> {
          if (event instanceof RunEvent.Answered) {
            handle.join().stop();
          }
        };
    RunHandle again =
        deciding(Action.PROMOTE)
            .oversight(Oversight.NONE.approval(yes))
            .listener(stopping)
            .build()
            .start(stopped.run(), Loops.TASKS);
    handle.complete(again);
    assertThat(again.await().end()).isEqualTo(RunReport.End.CANCELLED);
    assertThat(questions).hasSize(1);
    RunReport report =
        deciding(Action.PROMOTE)
            .oversight(Oversight.NONE.approval(yes))
            .build()
            .resume(stopped.run(), Loops.TASKS);
    assertThat(questions).hasSize(1);
    assertThat(report.promotions()).isOne();
    assertThat(answers(stopped.run())).hasSize(1);
  }

  @Test
  void should_wait_no_longer_than_the_wall_clock_of_the_budget() {
    List<Question> questions = Collections.synchronizedList(new ArrayList<>());
    Approval late =
        Approval.of(DEADLINE, Action.PROMOTE)
            .by(
                question -> {
                  questions.add(question);
                  clock.advance(Duration.ofMinutes(30));
                  new CountDownLatch(1).await();
                  return Answer.yes("nobody hears", "this");
                });
    RunReport report =
        loops
            .parts(Budget.of(1).wallClock(Duration.ofMinutes(30)), Practice.DEFAULT.tasks(64))
            .verifier(ToyTasks.verifier())
            .trainer(loops.learner.trainer())
            .gate(ScriptedGate.of(GateDecision.promote("as the test says", List.of())))
            .clock(clock)
            .oversight(Oversight.NONE.approval(late))
            .build()
            .run(loops.start, Loops.TASKS);
    assertThat(report.end()).isEqualTo(RunReport.End.BUDGET_SPENT);
    assertThat(report.generations().get(1).outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(questions.get(0).deadline()).isEqualTo(clock.instant());
  }

  @Test
  void should_refuse_approvals_that_nobody_could_give() {
    assertThatThrownBy(() -> Approval.of(DEADLINE, Action.HOLD, Action.ROLLBACK))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ROLLBACK");
    assertThatThrownBy(() -> Approval.of(Duration.ZERO, Action.HOLD))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT0S");
    ImprovementLoop<Sum, Long> loop =
        deciding(Action.HOLD)
            .oversight(Oversight.NONE.approval(Approval.of(DEADLINE, Action.HOLD)))
            .build();
    assertThatThrownBy(() -> loop.run(loops.start, Loops.TASKS))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("[HOLD]", "start(...)");
    assertThat(loops.store.runs()).isEmpty();
  }

  @Test
  void should_carry_the_charter_in_every_decision_and_version() {
    RunReport report =
        deciding(Action.PROMOTE)
            .oversight(Oversight.NONE.charter(CHARTER))
            .build()
            .run(loops.start, Loops.TASKS);
    List<RunEvent> events = loops.store.events(report.run());
    RunEvent.RunStarted started = (RunEvent.RunStarted) events.get(0);
    assertThat(started.setting())
        .containsEntry("charter", CHARTER.text())
        .containsEntry("charter sha-256", CHARTER.digest());
    assertThat(events)
        .filteredOn(RunEvent.Gated.class::isInstance)
        .extracting(event -> ((RunEvent.Gated) event).charter())
        .containsOnly(CHARTER.digest());
    assertThat(loops.registry.provenance(report.live()).made())
        .containsEntry("charter sha-256", CHARTER.digest());
    Charter next =
        new Charter(4, CHARTER.goal(), CHARTER.metrics(), List.of("the verifier", "the gate"));
    assertThat(next.digest()).isNotEqualTo(CHARTER.digest());
    assertThat(CHARTER.text())
        .isEqualTo(
            "charter 3\ngoal: adds longer numbers\nmetric: share solved\nforbidden: the verifier\n");
    assertThatThrownBy(() -> new Charter(1, "two\nlines", List.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("more than one line");
  }

  private List<RunEvent.Answered> answers(String run) {
    return loops.store.events(run).stream()
        .filter(RunEvent.Answered.class::isInstance)
        .map(RunEvent.Answered.class::cast)
        .toList();
  }
}
