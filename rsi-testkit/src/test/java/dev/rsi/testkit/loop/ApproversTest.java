package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.rsi.api.CancelledException;
import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.RsiException;
import dev.rsi.core.Approval;
import dev.rsi.core.Approval.Answer;
import dev.rsi.core.Approval.Question;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.core.RunHandle;
import dev.rsi.core.RunHandle.State;
import dev.rsi.core.RunListener;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.GenerationReport.Outcome;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.testkit.ManualClock;
import dev.rsi.testkit.ScriptedGate;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** What approvers may do and may not, and what becomes of a question that nobody could answer. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ApproversTest {
  private static final Duration DEADLINE = Duration.ofHours(8);

  @TempDir Path home;
  private final ManualClock clock = ManualClock.create();
  private final Logger logger = (Logger) LoggerFactory.getLogger(ImprovementLoop.class);
  private Loops loops;

  @BeforeEach
  void open() {
    loops = new Loops(home);
  }

  private ImprovementLoop.Builder<Sum, Long> deciding(
      Action action, int generations, Approval approval) {
    return loops
        .parts(Budget.of(generations), Practice.DEFAULT.tasks(64))
        .verifier(ToyTasks.verifier())
        .trainer(loops.learner.trainer())
        .gate(ScriptedGate.of(new GateDecision(action, "as the test says", List.of())))
        .oversight(Oversight.NONE.approval(approval))
        .clock(clock);
  }

  private List<RunEvent.Answered> answers(String run) {
    return loops.store.events(run, RunEvent.Answered.class);
  }

  /** Completed when a run asks a question that has what is looked for. */
  private static RunListener asked(CompletableFuture<Boolean> asked, Predicate<RunEvent.Asked> of) {
    return event -> {
      if (event instanceof RunEvent.Asked question && of.test(question)) {
        asked.complete(true);
      }
    };
  }

  // What a machine may do.

  @ParameterizedTest
  @EnumSource(names = {"PROMOTE", "HOLD"})
  void should_let_a_machine_refuse_and_lift_no_hold(Action action) {
    Approval machine =
        Approval.of(DEADLINE, Action.PROMOTE, Action.HOLD)
            .by(question -> Answer.yes("canary", "500 of 500 went well"));
    RunReport report = deciding(action, 1, machine).build().run(loops.start, Loops.TASKS);
    boolean promotes = action == Action.PROMOTE;
    assertThat(report.generations().get(1).outcome())
        .isEqualTo(promotes ? Outcome.PROMOTED : Outcome.HELD);
    assertThat(answers(report.run()))
        .singleElement()
        .satisfies(
            answer -> {
              assertThat(answer.by()).isEqualTo("canary");
              assertThat(answer.approved()).isEqualTo(promotes);
              assertThat(answer.why()).contains("500 of 500 went well");
              assertThat(answer.why().contains("lifts no HOLD")).isEqualTo(!promotes);
            });
    assertThat(loops.registry.live().orElseThrow().id()).isEqualTo(report.live());
  }

  // Who cannot answer.

  /** Ways to say that nobody can answer now. */
  enum Stopped {
    RETRYABLE(new RsiException("The live model is closed.", null, true)),
    CANCELLED(new CancelledException("The trial was ended.")),
    CANCELLATION(new CancellationException()),
    INTERRUPTED(new InterruptedException());

    private final Exception thrown;

    Stopped(Exception thrown) {
      this.thrown = thrown;
    }
  }

  @ParameterizedTest
  @EnumSource
  void should_leave_the_question_open_when_the_approver_is_shut_down_before_the_run(Stopped how)
      throws Exception {
    CountDownLatch twice = new CountDownLatch(2);
    Approval closed =
        Approval.of(DEADLINE, Action.PROMOTE)
            .by(
                question -> {
                  twice.countDown();
                  throw how.thrown;
                });
    RunHandle run = deciding(Action.PROMOTE, 1, closed).build().start(loops.start, Loops.TASKS);
    twice.await();
    run.close();
    assertThat(run.await().end()).isEqualTo(End.CANCELLED);
    assertThat(answers(run.run())).isEmpty();
    checkAsksAgain(run.run());
  }

  @ParameterizedTest
  @EnumSource
  void should_leave_the_question_open_when_the_approver_is_gone_to_the_end(Stopped how) {
    Approval gone =
        Approval.of(DEADLINE, Action.PROMOTE)
            .by(
                question -> {
                  throw how.thrown;
                });
    RunReport report =
        deciding(Action.PROMOTE, 1, gone).build().plan().toBuilder()
            .oversight(Oversight.NONE.approval(gone).outages(Duration.ofSeconds(1)))
            .build()
            .run(loops.start, Loops.TASKS);
    assertThat(report.end()).isEqualTo(End.OUTAGE);
    assertThat(answers(report.run())).isEmpty();
    checkAsksAgain(report.run());
  }

  @Test
  void should_leave_the_question_open_when_the_run_is_stopped_while_the_approver_is_at_it()
      throws Exception {
    CountDownLatch asking = new CountDownLatch(1);
    Approval interrupted =
        Approval.of(DEADLINE, Action.PROMOTE)
            .by(
                question -> {
                  asking.countDown();
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    return Answer.no("canary", "It was ended.");
                  }
                  return Answer.yes("canary", "never");
                });
    RunHandle run =
        deciding(Action.PROMOTE, 1, interrupted).build().start(loops.start, Loops.TASKS);
    asking.await();
    run.close();
    assertThat(answers(run.run())).isEmpty();
    checkAsksAgain(run.run());
  }

  private void checkAsksAgain(String run) {
    AtomicInteger asked = new AtomicInteger();
    Approval open =
        Approval.of(DEADLINE, Action.PROMOTE)
            .by(
                question -> {
                  asked.incrementAndGet();
                  return Answer.yes("canary", "fine");
                });
    RunReport report = deciding(Action.PROMOTE, 1, open).build().resume(run, Loops.TASKS);
    assertThat(asked).hasValue(1);
    assertThat(report.promotions()).isOne();
  }

  // Whose place it is.

  @Test
  void should_not_overrule_a_rollback_of_while_the_question_was_pending() throws Exception {
    ModelVersion before = before();
    String parent = loops.start.id();
    Approval handle = Approval.of(DEADLINE, Action.HOLD);
    CompletableFuture<Boolean> asked = new CompletableFuture<>();
    RunHandle run =
        deciding(Action.HOLD, 1, handle)
            .listener(asked(asked, question -> true))
            .build()
            .start(loops.start, Loops.TASKS);
    asked.join();
    Question question = run.pending().orElseThrow();
    assertThat(question.parent()).isEqualTo(parent);
    assertThat(loops.registry.rollBack()).isEqualTo(before);
    assertThat(run.approve(question, "Ada", "better than its parent")).isTrue();
    RunReport left = run.await();
    assertThat(left.end()).isEqualTo(End.OVERRULED);
    assertThat(left.reason()).contains(before.id()).contains(parent);
    assertThat(loops.registry.history()).containsExactly(before.id());
    run.close();
    // Nor when it is resumed too early.
    ImprovementLoop<Sum, Long> again = deciding(Action.HOLD, 1, handle).build();
    assertThatIllegalStateException()
        .isThrownBy(() -> again.start(left.run(), Loops.TASKS))
        .withMessageContaining(before.id());
    assertThat(loops.registry.history()).containsExactly(before.id());
    loops.registry.promote(parent);
    try (RunHandle resumed = again.start(left.run(), Loops.TASKS)) {
      assertThat(resumed.await().promotions()).isOne();
    }
    assertThat(loops.registry.history())
        .containsExactly(question.challenger(), parent, before.id());
    assertThat(answers(left.run())).hasSize(1);
  }

  @Test
  void should_carry_out_a_yes_when_the_parent_is_live_again() throws Exception {
    before();
    CompletableFuture<Boolean> asked = new CompletableFuture<>();
    try (RunHandle run =
        deciding(Action.PROMOTE, 1, Approval.of(DEADLINE, Action.PROMOTE))
            .listener(asked(asked, question -> true))
            .build()
            .start(loops.start, Loops.TASKS)) {
      asked.join();
      Question question = run.pending().orElseThrow();
      loops.registry.rollBack();
      loops.registry.promote(question.parent());
      assertThat(run.approve(question, "Ada", "that was a mistake")).isTrue();
      assertThat(run.await().promotions()).isOne();
      assertThat(loops.registry.history()).startsWith(question.challenger(), question.parent());
    }
  }

  /** What was live before the version that the run begins with. */
  private ModelVersion before() {
    Path model = loops.learner.write(home.resolve("before"), 1, .5, .4);
    ModelVersion before = loops.registry.add(model, Provenance.imported());
    loops.registry.promote(before.id());
    loops.registry.promote(loops.start.id());
    return before;
  }

  // Time.

  @Test
  void should_give_no_more_time_when_the_clock_is_set_back() throws Exception {
    CompletableFuture<Boolean> asked = new CompletableFuture<>();
    try (RunHandle run =
        deciding(Action.PROMOTE, 1, Approval.of(DEADLINE, Action.PROMOTE))
            .listener(asked(asked, question -> true))
            .build()
            .start(loops.start, Loops.TASKS)) {
      asked.join();
      Question question = run.pending().orElseThrow();
      clock.advance(Duration.ofHours(5));
      assertThat(run.pending()).as("looks at the clock").isPresent();
      clock.advance(Duration.ofHours(-30));
      assertThat(run.pending()).isPresent();
      clock.advance(Duration.ofHours(3).minusNanos(1));
      assertThat(run.pending()).isPresent();
      clock.advance(Duration.ofNanos(1));
      assertThat(run.pending()).isEmpty();
      assertThat(run.approve(question, "Ada", "sorry, I was out")).isFalse();
      RunReport report = run.await();
      assertThat(report.generations().get(1).outcome()).isEqualTo(Outcome.REFUSED);
      assertThat(answers(run.run()))
          .extracting(RunEvent.Answered::why)
          .containsExactly("There was no answer in time.");
    }
  }

  // Approvers that do not end.

  private ListAppender<ILoggingEvent> log() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    logger.setLevel(Level.WARN);
    logger.setAdditive(false);
    return log;
  }

  @Test
  void should_begin_no_approver_beside_one_that_does_not_end() throws Exception {
    CountDownLatch goesOn = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    AtomicInteger atWork = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CompletableFuture<Thread> deaf = new CompletableFuture<>();
    Approval approval =
        Approval.of(DEADLINE, Action.HOLD)
            .byPerson(
                question -> {
                  most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
                  try {
                    if (calls.incrementAndGet() > 1) {
                      return Answer.no("Ada", "I am here again");
                    }
                    deaf.complete(Thread.currentThread());
                    while (goesOn.getCount() > 0) {
                      try {
                        goesOn.await();
                      } catch (InterruptedException e) {
                        // Swallowed, as careless code does.
                      }
                    }
                    return Answer.yes("Ada", "after all");
                  } finally {
                    atWork.decrementAndGet();
                  }
                });
    List<CompletableFuture<Boolean>> asked =
        List.of(
            new CompletableFuture<>(),
            new CompletableFuture<>(),
            new CompletableFuture<>(),
            new CompletableFuture<>());
    RunListener listener =
        event -> {
          if (event instanceof RunEvent.Asked question) {
            asked.get(question.generation()).complete(true);
          }
        };
    ListAppender<ILoggingEvent> log = log();
    try (RunHandle run =
        deciding(Action.HOLD, 3, approval)
            .listener(listener)
            .build()
            .start(loops.start, Loops.TASKS)) {
      asked.get(1).join();
      Thread thread = deaf.join();
      assertThat(thread.getName()).isEqualTo("rsi " + run.run() + " approver");
      assertThat(run.refuse(run.pending().orElseThrow(), "Bob", "Ada does not answer")).isTrue();
      // Nobody but people can answer this one.
      asked.get(2).join();
      assertThat(run.refuse(run.pending().orElseThrow(), "Bob", "nor now")).isTrue();
      asked.get(3).join();
      assertThat(calls).hasValue(1);
      goesOn.countDown();
      RunReport report = run.await();
      assertThat(report.generations())
          .extracting(GenerationReport::outcome)
          .containsExactly(Outcome.ANCHOR, Outcome.HELD, Outcome.HELD, Outcome.HELD);
      assertThat(answers(run.run()))
          .extracting(RunEvent.Answered::by)
          .containsExactly("Bob", "Bob", "Ada");
      assertThat(calls).hasValue(2);
      assertThat(most).hasValue(1);
      assertThat(log.list)
          .filteredOn(event -> event.getFormattedMessage().contains(thread.getName()))
          .singleElement()
          .satisfies(
              event ->
                  assertThat(event.getThrowableProxy().getStackTraceElementProxyArray())
                      .anyMatch(at -> at.toString().contains("ApproversTest")));
    } finally {
      logger.detachAppender(log);
      logger.setLevel(null);
      logger.setAdditive(true);
    }
  }

  @Test
  void should_name_an_approver_that_outlives_its_run_and_wait_for_none() throws Exception {
    CountDownLatch goesOn = new CountDownLatch(1);
    CompletableFuture<Boolean> asked = new CompletableFuture<>();
    Approval approval =
        Approval.of(DEADLINE, Action.HOLD)
            .by(
                question -> {
                  asked.complete(true);
                  while (goesOn.getCount() > 0) {
                    Thread.onSpinWait();
                  }
                  return Answer.no("canary", "too late");
                });
    ListAppender<ILoggingEvent> log = log();
    RunHandle run = deciding(Action.HOLD, 1, approval).build().start(loops.start, Loops.TASKS);
    try {
      asked.join();
      assertThat(run.stop().join()).isEqualTo(State.ENDED);
      assertThat(log.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .anyMatch(line -> line.contains("rsi " + run.run() + " approver"));
      assertThat(answers(run.run())).isEmpty();
    } finally {
      goesOn.countDown();
      run.close();
      logger.detachAppender(log);
      logger.setLevel(null);
      logger.setAdditive(true);
    }
  }
}
