package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.RsiException;
import dev.rsi.core.Approval;
import dev.rsi.core.Approval.Answer;
import dev.rsi.core.Approval.Question;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.core.RunHandle;
import dev.rsi.core.RunListener;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.GenerationReport.Outcome;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.testkit.ManualClock;
import dev.rsi.testkit.ScriptedGate;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What was withdrawn goes live in no run, whoever says so, but for a person. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WithdrawnVersionsTest {
  private static final String WHY = "it threw at 9 of 40 requests";
  private static final Approval ASKED =
      Approval.of(Duration.ofHours(8), Action.PROMOTE, Action.HOLD);

  @TempDir Path home;
  private final ManualClock clock = ManualClock.create();
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

  /** Somebody withdraws a challenger as soon as it is there, as the same one did harm before. */
  private RunListener withdrawing() {
    return event -> {
      if (event instanceof RunEvent.Trained trained) {
        loops.registry.withdraw(trained.challenger(), WHY);
      }
    };
  }

  private <E extends RunEvent> List<E> events(RunReport report, Class<E> type) {
    return loops.store.events(report.run(), type);
  }

  private void checkRefused(RunReport report) {
    String challenger = report.generations().get(1).challenger();
    assertThat(report.generations().get(1).outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(report.live()).isEqualTo(loops.start.id());
    assertThat(loops.registry.history()).containsExactly(loops.start.id());
    assertThat(events(report, RunEvent.Answered.class))
        .containsExactly(
            new RunEvent.Answered(
                1,
                challenger,
                false,
                "registry",
                "It was withdrawn, and no person said otherwise: " + WHY));
  }

  @Test
  void should_not_go_live_by_the_gates_word() {
    RunReport report =
        deciding(Action.PROMOTE).listener(withdrawing()).build().run(loops.start, Loops.TASKS);
    checkRefused(report);
    assertThat(events(report, RunEvent.Asked.class)).isEmpty();
    loops.registry.reinstate(report.generations().get(1).challenger());
    // What was decided then is no other today.
    assertThat(
            deciding(Action.PROMOTE)
                .build()
                .replay(report.run(), Loops.TASKS)
                .verify(1)
                .difference())
        .isNull();
  }

  @Test
  void should_be_recalled_as_it_was_when_the_run_is_resumed() {
    CompletableFuture<RunHandle> handle = new CompletableFuture<>();
    RunListener stopping =
        event -> {
          withdrawing().on(event);
          if (event instanceof RunEvent.Answered) {
            handle.join().stop();
          }
        };
    RunHandle run =
        deciding(Action.PROMOTE).listener(stopping).build().start(loops.start, Loops.TASKS);
    handle.complete(run);
    RunReport left = run.report().join();
    assertThat(left.end()).isEqualTo(End.CANCELLED);
    loops.registry.reinstate(events(left, RunEvent.Trained.class).get(0).challenger());
    checkRefused(deciding(Action.PROMOTE).build().resume(left.run(), Loops.TASKS));
  }

  @Test
  void should_not_even_be_shown_to_a_machine() {
    RunReport report =
        deciding(Action.PROMOTE)
            .listener(withdrawing())
            .oversight(
                Oversight.NONE.approval(
                    ASKED.by(
                        question -> {
                          throw new AssertionError("No user is to meet it again.");
                        })))
            .build()
            .run(loops.start, Loops.TASKS);
    checkRefused(report);
  }

  @Test
  void should_not_go_live_by_a_machine_that_has_just_withdrawn_it() {
    RunReport report =
        deciding(Action.PROMOTE)
            .oversight(
                Oversight.NONE.approval(
                    ASKED.by(
                        question -> {
                          loops.registry.withdraw(question.challenger(), WHY);
                          return Answer.yes("canary", "fine");
                        })))
            .build()
            .run(loops.start, Loops.TASKS);
    checkRefused(report);
  }

  @Test
  void should_go_live_by_a_persons_word() throws Exception {
    CompletableFuture<Boolean> asked = new CompletableFuture<>();
    RunListener listener =
        event -> {
          withdrawing().on(event);
          if (event instanceof RunEvent.Asked) {
            asked.complete(true);
          }
        };
    try (RunHandle run =
        deciding(Action.HOLD)
            .oversight(Oversight.NONE.approval(ASKED))
            .listener(listener)
            .build()
            .start(loops.start, Loops.TASKS)) {
      asked.join();
      Question question = run.pending().orElseThrow();
      assertThat(question.withdrawn()).isEqualTo(WHY);
      assertThat(run.approve(question, "Ada", "that was the network")).isTrue();
      RunReport report = run.await();
      assertThat(report.generations().get(1).outcome()).isEqualTo(Outcome.PROMOTED);
      assertThat(loops.registry.history()).containsExactly(question.challenger(), loops.start.id());
      assertThat(loops.registry.withdrawn(question.challenger())).isEmpty();
      assertThat(events(report, RunEvent.Answered.class))
          .containsExactly(
              new RunEvent.Answered(1, question.challenger(), true, "Ada", "that was the network"));
    }
  }

  @Test
  void should_go_live_by_a_person_whom_the_application_asks() {
    RunReport report =
        deciding(Action.PROMOTE)
            .listener(withdrawing())
            .oversight(
                Oversight.NONE.approval(
                    ASKED.byPerson(
                        question ->
                            new Answer(WHY.equals(question.withdrawn()), "Ada", "I looked at it"))))
            .build()
            .run(loops.start, Loops.TASKS);
    assertThat(report.promotions()).isOne();
  }

  @Test
  void should_not_go_live_by_a_persons_word_of_before() throws Exception {
    CompletableFuture<Boolean> asked = new CompletableFuture<>();
    RunListener listener =
        event -> {
          if (event instanceof RunEvent.Asked) {
            asked.complete(true);
          }
        };
    try (RunHandle run =
        deciding(Action.PROMOTE)
            .oversight(Oversight.NONE.approval(ASKED))
            .listener(listener)
            .build()
            .start(loops.start, Loops.TASKS)) {
      asked.join();
      Question question = run.pending().orElseThrow();
      assertThat(question.withdrawn()).isNull();
      run.pause().join();
      assertThat(run.approve(question, "Ada", "looks good")).isTrue();
      loops.registry.withdraw(question.challenger(), WHY);
      run.resume();
      checkRefused(run.await());
      assertThat(loops.registry.withdrawn(question.challenger())).contains(WHY);
    }
  }

  @Test
  void should_not_go_live_when_it_is_withdrawn_after_the_answer_was_recorded() {
    RunListener listener =
        event -> {
          if (event instanceof RunEvent.Answered answered && answered.approved()) {
            loops.registry.withdraw(answered.challenger(), WHY);
          }
        };
    ImprovementLoop.Builder<Sum, Long> loop =
        deciding(Action.PROMOTE)
            .listener(listener)
            .oversight(
                Oversight.NONE.approval(ASKED.byPerson(question -> Answer.yes("Ada", "better"))));
    RunReport report = loop.build().run(loops.start, Loops.TASKS);
    assertThat(report.generations().get(1).outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(events(report, RunEvent.Answered.class))
        .extracting(RunEvent.Answered::by)
        .containsExactly("Ada", "registry");
    assertThat(loops.registry.history()).containsExactly(loops.start.id());
  }

  @Test
  void should_leave_the_run_when_it_is_withdrawn_at_the_very_moment() {
    ModelRegistry registry =
        promoting(
            id -> {
              if (!id.equals(loops.start.id())) {
                loops.registry.withdraw(id, WHY);
              }
            },
            id -> {});
    RunReport left = overRegistry(registry).run(loops.start, Loops.TASKS);
    assertThat(left.end()).isEqualTo(End.OVERRULED);
    assertThat(left.reason()).contains(WHY);
    checkRefused(deciding(Action.PROMOTE).build().resume(left.run(), Loops.TASKS));
  }

  @Test
  void should_stay_live_when_it_is_withdrawn_after_a_kill_made_it_live_unrecorded() {
    ModelRegistry registry =
        promoting(
            id -> {},
            id -> {
              if (!id.equals(loops.start.id())) {
                throw new RsiException("The server is gone.", null);
              }
            });
    RunReport left = overRegistry(registry).run(loops.start, Loops.TASKS);
    assertThat(left.end()).isEqualTo(End.SURROUNDINGS);
    String challenger = events(left, RunEvent.Trained.class).get(0).challenger();
    assertThat(loops.registry.history()).startsWith(challenger);
    loops.registry.withdraw(challenger, WHY);
    RunReport report = deciding(Action.PROMOTE).build().resume(left.run(), Loops.TASKS);
    assertThat(report.live()).isEqualTo(challenger);
    assertThat(loops.registry.history()).startsWith(challenger);
  }

  @Test
  void should_begin_no_run_unless_it_is_live() {
    loops.registry.withdraw(loops.start.id(), WHY);
    ImprovementLoop<Sum, Long> loop = deciding(Action.PROMOTE).build();
    assertThatExceptionOfType(ModelRegistry.WithdrawnException.class)
        .isThrownBy(() -> loop.run(loops.start, Loops.TASKS))
        .withMessageContaining(loops.start.id())
        .withMessageContaining(WHY);
    assertThat(loops.store.runs()).isEmpty();
    assertThat(loops.registry.history()).isEmpty();
    loops.registry.promote(loops.start.id());
    loops.registry.withdraw(loops.start.id(), "it is live all the same");
    assertThat(loop.run(loops.start, Loops.TASKS).promotions()).isOne();
  }

  private ImprovementLoop<Sum, Long> overRegistry(ModelRegistry registry) {
    return deciding(Action.PROMOTE).build().plan().toBuilder().registry(registry).build();
  }

  /** The registry, with something done before and after a driver promotes. */
  private ModelRegistry promoting(Consumer<String> before, Consumer<String> after) {
    return of(ModelRegistry.class, loops.registry, before, after);
  }

  private static <P> P of(Class<P> type, P part, Consumer<String> before, Consumer<String> after) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              boolean promotes =
                  type == ModelRegistry.Driver.class && method.getName().equals("promote");
              if (promotes) {
                before.accept((String) arguments[0]);
              }
              try {
                Object result = method.invoke(part, arguments);
                if (promotes) {
                  after.accept((String) arguments[0]);
                }
                return result instanceof ModelRegistry.Driver driver
                    ? of(ModelRegistry.Driver.class, driver, before, after)
                    : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
