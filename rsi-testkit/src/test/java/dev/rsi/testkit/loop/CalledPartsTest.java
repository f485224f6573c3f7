package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Attempt;
import dev.rsi.api.Calls;
import dev.rsi.api.Cost;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.RunContext;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verdict.Outcome;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.RunHandle;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.testkit.ManualClock;
import dev.rsi.testkit.ScriptedTrainer;
import dev.rsi.testkit.StrictGenerator;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a loop calls verifiers, critics and sessions of a model: in parallel, within a time. */
@Timeout(120)
class CalledPartsTest {
  private static final Practice SMALL = Practice.DEFAULT.tasks(64).scouts(16).reach(2);

  @TempDir Path home;
  private Loops loops;

  @BeforeEach
  void open() {
    loops = new Loops(home);
  }

  private ImprovementLoop.Builder<Sum, Long> parts(Verifier<Sum, Long> verifier) {
    return loops
        .parts(Budget.of(1), SMALL)
        .verifier(verifier)
        .trainer(loops.learner.trainer())
        .gate(DriftGates.paired());
  }

  private RunReport run(ImprovementLoop.Builder<Sum, Long> loop) {
    return loop.build().run(loops.start, Loops.TASKS);
  }

  private List<RunEvent.Attempted> attempted(RunReport report) {
    return loops.store.events(report.run()).stream()
        .filter(RunEvent.Attempted.class::isInstance)
        .map(RunEvent.Attempted.class::cast)
        .toList();
  }

  private List<String> faults(RunReport report) {
    return loops.store.events(report.run()).stream()
        .filter(RunEvent.Faulted.class::isInstance)
        .map(event -> ((RunEvent.Faulted) event).message())
        .toList();
  }

  /** Ten milliseconds a ruling; knows how many were under way at once, and for how long any was. */
  private static final class Slow implements Verifier<Sum, Long> {
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger mostUnderWay = new AtomicInteger();
    private final AtomicInteger rulings = new AtomicInteger();
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();

    @Override
    public Verdict verify(Sum task, Long candidate) {
      int now = underWay.incrementAndGet();
      if (now == 1) {
        begun.set(System.nanoTime());
      }
      mostUnderWay.accumulateAndGet(now, Math::max);
      rulings.incrementAndGet();
      try {
        TimeUnit.MILLISECONDS.sleep(10);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      if (underWay.decrementAndGet() == 0) {
        nanos.addAndGet(System.nanoTime() - begun.get());
      }
      return ToyTasks.verifier().verify(task, candidate);
    }
  }

  private Slow ruled(String name, int tasks, int parallel) {
    loops = new Loops(home.resolve(name));
    Slow slow = new Slow();
    Practice practice = Practice.DEFAULT.tasks(tasks).scouts(1).reach(1);
    RunReport report =
        run(
            loops
                .parts(Budget.of(1), practice)
                .verifier(slow.with(Calls.DEFAULT.parallel(parallel)))
                .trainer(loops.learner.trainer())
                .gate(DriftGates.paired()));
    assertThat(slow.rulings).hasValue(attempted(report).size());
    return slow;
  }

  @Test
  void should_rule_as_many_at_once_as_the_verifier_allows_and_record_the_same() {
    Slow one = ruled("one", 48, 1);
    List<RunEvent> alone = Loops.course(loops.store, "run-1");
    Slow eight = ruled("eight", 48, 8);
    assertThat(one.mostUnderWay).hasValue(1);
    assertThat(eight.mostUnderWay).hasValue(8);
    assertThat(Loops.course(loops.store, "run-1")).isEqualTo(alone);
  }

  @Test
  @Tag("nightly")
  void should_take_a_sixth_of_the_time_for_512_rulings_at_eight_in_parallel() {
    long one = ruled("one", 512, 1).nanos.get();
    long eight = ruled("eight", 512, 8).nanos.get();
    System.out.printf(
        "CalledPartsTest: 10 ms a ruling, 512 attempts: %d ms alone, %d ms at 8 in parallel%n",
        TimeUnit.NANOSECONDS.toMillis(one), TimeUnit.NANOSECONDS.toMillis(eight));
    assertThat(eight).isLessThanOrEqualTo(one / 6);
  }

  private static Verdict hang() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return Verdict.pass();
  }

  private static boolean isOdd(Sum task) {
    return task.expected() % 40 == 0;
  }

  @Test
  void should_leave_undecided_what_a_verifier_hangs_on_and_go_on() {
    RunReport report =
        run(
            parts(
                Verifier.<Sum, Long>named(
                        "hangs now and then",
                        (task, candidate) ->
                            isOdd(task) ? hang() : ToyTasks.verifier().verify(task, candidate))
                    .with(Calls.DEFAULT.parallel(4).limit(Duration.ofMillis(200)))));
    List<RunEvent.Attempted> attempted = attempted(report);
    List<RunEvent.Attempted> hung =
        attempted.stream().filter(a -> isOdd(ToyTasks.codec().readTask(a.task()))).toList();
    assertThat(hung)
        .isNotEmpty()
        .allSatisfy(
            attempt -> {
              assertThat(attempt.outcome()).isEqualTo(Outcome.UNDECIDED);
              assertThat(attempt.reason()).contains("the verifier took too long");
            });
    assertThat(attempted)
        .filteredOn(attempt -> !hung.contains(attempt))
        .isNotEmpty()
        .allMatch(attempt -> attempt.outcome() != Outcome.UNDECIDED);
    assertThat(report.generations()).hasSize(2);
    assertThat(report.promotions()).isPositive();
  }

  @Test
  void should_stop_at_once_though_a_verifier_hangs_and_resume_as_if_it_never_did()
      throws Exception {
    Loops whole = new Loops(home.resolve("whole"));
    RunReport expected = whole.whole(Budget.of(1)).build().run(whole.start, Loops.TASKS);
    AtomicBoolean hangs = new AtomicBoolean(true);
    AtomicInteger asked = new AtomicInteger();
    CountDownLatch hanging = new CountDownLatch(1);
    Verifier<Sum, Long> verifier =
        Verifier.<Sum, Long>named(
                ToyTasks.verifier().describe(),
                (task, candidate) -> {
                  if (hangs.get() && asked.incrementAndGet() == 100) {
                    hanging.countDown();
                    return hang();
                  }
                  return ToyTasks.verifier().verify(task, candidate);
                })
            .with(Calls.DEFAULT.withoutLimit());
    ImprovementLoop<Sum, Long> loop =
        loops
            .parts(Budget.of(1), Practice.DEFAULT.tasks(64))
            .verifier(verifier)
            .trainer(loops.learner.trainer())
            .gate(DriftGates.paired())
            .build();
    try (RunHandle handle = loop.start(loops.start, Loops.TASKS)) {
      hanging.await();
      handle.stopNow().get(1, TimeUnit.MINUTES);
      assertThat(handle.await().end()).isEqualTo(End.CANCELLED);
    }
    hangs.set(false);
    RunReport report = loop.resume("run-1", Loops.TASKS);
    assertThat(report.generations()).isEqualTo(expected.generations());
    assertThat(Loops.course(loops.store, "run-1"))
        .isEqualTo(Loops.course(whole.store, expected.run()));
  }

  @Test
  void should_end_when_the_time_is_up_though_a_verifier_hangs() {
    ManualClock clock = ManualClock.at(Instant.parse("2026-12-01T00:00:00Z"));
    Budget budget = Budget.of(3).wallClock(Duration.ofHours(1));
    RunReport report =
        run(
            loops
                .parts(budget, SMALL)
                .clock(clock)
                .verifier(
                    Verifier.<Sum, Long>named(
                            "takes hours",
                            (task, candidate) -> {
                              clock.advance(Duration.ofHours(2));
                              return hang();
                            })
                        .with(Calls.DEFAULT.withoutLimit()))
                .trainer(loops.learner.trainer())
                .gate(DriftGates.paired()));
    assertThat(report.end()).isEqualTo(End.BUDGET_SPENT);
    assertThat(attempted(report)).isEmpty();
  }

  /** A decision's record says how many readings are had at the price of one. */
  private static List<RunEvent> butForTogether(List<RunEvent> course) {
    return course.stream()
        .map(
            event ->
                event instanceof RunEvent.ProbesCommitted committed
                    ? new RunEvent.ProbesCommitted(
                        committed.generation(),
                        committed.decision(),
                        committed.bank(),
                        committed.digest(),
                        committed.knownAnswers(),
                        committed.commitment(),
                        committed.attempts())
                    : event)
        .toList();
  }

  @Test
  void should_do_the_same_with_two_sessions_of_a_version_as_with_one() {
    Loops whole = new Loops(home.resolve("whole"));
    RunReport expected = whole.whole(Budget.of(2)).build().run(whole.start, Loops.TASKS);
    StrictGenerator<Sum, Long> strict = StrictGenerator.of(loops.learner.generator());
    RunReport report =
        run(
            ImprovementLoop.builder(strict.with(strict.calling().parallel(2)))
                .verifier(ToyTasks.verifier())
                .trainer(loops.learner.trainer())
                .gate(DriftGates.paired())
                .probes(Loops.heldOut(11, 200))
                .exam(Loops.heldOut(12, 100))
                .practice(Practice.DEFAULT.tasks(64))
                .budget(Budget.of(2))
                .store(loops.store)
                .registry(loops.registry));
    assertThat(butForTogether(Loops.course(loops.store, report.run())))
        .isEqualTo(Loops.course(whole.store, expected.run()));
    assertThat(report.spending().attempts()).isEqualTo(expected.spending().attempts());
    assertThat(report.promotions()).isPositive();
    assertThat(strict.misuses()).isEmpty();
    assertThat(strict.mostOpenSessions()).isGreaterThanOrEqualTo(2);
    assertThat(strict.openSessions()).isZero();
  }

  /** Rules on whole batches, and counts what is open. */
  private static final class Batches implements Verifier.Session<Sum, Long> {
    private final AtomicInteger open;
    private final AtomicInteger largest;

    Batches(AtomicInteger open, AtomicInteger largest) {
      this.open = open;
      this.largest = largest;
      open.incrementAndGet();
    }

    @Override
    public List<Verdict> verify(List<Attempt<Sum, Long>> batch, RunContext context) {
      largest.accumulateAndGet(batch.size(), Math::max);
      return batch.stream()
          .map(a -> Verdict.passIf(a.task().expected() == a.output().candidate(), "wrong sum"))
          .toList();
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  @Test
  void should_rule_in_batches_by_sessions_and_close_them() {
    AtomicInteger open = new AtomicInteger();
    AtomicInteger largest = new AtomicInteger();
    RunReport report =
        run(
            parts(
                Verifier.<Sum, Long>ofSessions("sums", () -> new Batches(open, largest))
                    .with(Calls.DEFAULT.parallel(2).batch(10))));
    assertThat(report.promotions()).isPositive();
    assertThat(largest.get()).isBetween(2, 10);
    assertThat(open).hasValue(0);
  }

  @Test
  void should_criticise_failures_where_the_critic_wants_them_and_train_on_passes_alone() {
    ScriptedTrainer<Sum, Long> trainer = ScriptedTrainer.of(loops.learner.trainer());
    Critic<Sum, Long> critic =
        (task, candidate, verdict, rubric) -> Critique.overall(.5, "seen " + verdict.outcome());
    RunReport report =
        run(
            loops
                .parts(Budget.of(1), SMALL)
                .verifier(ToyTasks.verifier())
                .critic(critic.askingFailures().with(Calls.DEFAULT.parallel(3).batch(5)))
                .trainer(trainer)
                .gate(DriftGates.paired()));
    assertThat(attempted(report))
        .filteredOn(attempt -> attempt.candidate() != null)
        .isNotEmpty()
        .allMatch(attempt -> ("seen " + attempt.outcome()).equals(attempt.comment()))
        .anyMatch(attempt -> attempt.outcome() == Outcome.FAIL);
    assertThat(trainer.calls())
        .isNotEmpty()
        .flatExtracting(call -> call.lessons())
        .isNotEmpty()
        .allMatch(lesson -> lesson.verdict().passed());
  }

  @Test
  void should_leave_undecided_what_a_critic_hangs_on() {
    Critic<Sum, Long> critic =
        (task, candidate, verdict, rubric) -> {
          if (isOdd(task)) {
            hang();
          }
          return Critique.overall(1, "fine");
        };
    RunReport report =
        run(
            parts(ToyTasks.verifier())
                .critic(critic.with(Calls.DEFAULT.limit(Duration.ofMillis(200)))));
    assertThat(attempted(report))
        .filteredOn(attempt -> attempt.critique() != null)
        .isNotEmpty()
        .allMatch(
            attempt ->
                isOdd(ToyTasks.codec().readTask(attempt.task()))
                    ? String.valueOf(attempt.comment()).contains("the critic took too long")
                    : "fine".equals(attempt.comment()));
    assertThat(report.promotions()).isPositive();
  }

  /** The same tasks with another judge. */
  private static ProbeBank<Sum, Long> judgedBy(Verifier<Sum, Long> judge, int perKind) {
    Map<String, List<Sum>> kinds = new LinkedHashMap<>();
    Loops.heldOut(11, perKind)
        .families()
        .forEach((kind, family) -> kinds.put(kind, family.tasks()));
    return ProbeBank.of(ToyTasks.codec(), judge, kinds);
  }

  private RunReport judged(Verifier<Sum, Long> judge, int perKind) {
    return run(
        ImprovementLoop.builder(loops.learner.generator())
            .verifier(ToyTasks.verifier())
            .trainer(loops.learner.trainer())
            .gate(DriftGates.paired())
            .probes(judgedBy(judge, perKind))
            .practice(SMALL)
            .budget(Budget.of(1))
            .store(loops.store)
            .registry(loops.registry));
  }

  private List<Double> read(RunReport report) {
    return loops.store.events(report.run()).stream()
        .filter(RunEvent.Probed.class::isInstance)
        .flatMap(event -> ((RunEvent.Probed) event).numbers().stream())
        .toList();
  }

  @Test
  void should_miss_the_reading_of_a_judge_that_hangs() {
    RunReport report =
        judged(
            Verifier.<Sum, Long>named(
                    "hangs on one",
                    (task, candidate) ->
                        task.expected() % 9 == 0
                            ? hang()
                            : ToyTasks.verifier().verify(task, candidate))
                .with(Calls.DEFAULT.parallel(4).limit(Duration.ofMillis(200))),
            20);
    assertThat(read(report)).contains(Double.NaN, 1.0, 0.0);
    assertThat(report.promotions()).isZero();
    assertThat(report.end()).isEqualTo(End.BUDGET_SPENT);
  }

  @Test
  void should_ask_as_many_judges_at_once_as_they_allow() {
    Slow slow = new Slow();
    RunReport report = judged(slow.with(Calls.DEFAULT.parallel(8)), 40);
    assertThat(slow.mostUnderWay).hasValue(8);
    assertThat(slow.rulings).hasValue(read(report).size());
  }

  @Test
  void should_name_a_verifier_that_costs_more_than_it_says() {
    RunReport report = run(parts((task, candidate) -> Verdict.pass().withCost(new Cost(30, 12))));
    assertThat(faults(report))
        .singleElement()
        .asString()
        .contains("The verifier used", "30", "12", "at most (0) tokens");
    assertThat(report.promotions()).isZero();
  }

  @Test
  void should_count_the_tokens_of_verdicts_and_critiques_against_the_budget() {
    Verifier<Sum, Long> verifier =
        new Verifier<>() {
          @Override
          public Verdict verify(Sum task, Long candidate) {
            return ToyTasks.verifier().verify(task, candidate).withCost(new Cost(7, 3));
          }

          @Override
          public int maxTokens() {
            return 20;
          }
        };
    RunReport report = run(parts(verifier));
    long ruled = attempted(report).stream().filter(a -> a.candidate() != null).count();
    Loops free = new Loops(home.resolve("free"));
    RunReport same =
        free.parts(Budget.of(1), SMALL)
            .verifier(ToyTasks.verifier())
            .trainer(free.learner.trainer())
            .gate(DriftGates.paired())
            .build()
            .run(free.start, Loops.TASKS);
    assertThat(report.spending().tokens()).isEqualTo(same.spending().tokens() + 10 * ruled);
    assertThat(attempted(report))
        .filteredOn(attempt -> attempt.candidate() != null)
        .allMatch(attempt -> new Cost(7, 3).equals(attempt.verdictCost()));
  }

  @Test
  void should_not_begin_what_rulings_could_make_too_dear() {
    Verifier<Sum, Long> dear =
        new Verifier<>() {
          @Override
          public Verdict verify(Sum task, Long candidate) {
            return ToyTasks.verifier().verify(task, candidate).withCost(new Cost(500, 500));
          }

          @Override
          public int maxTokens() {
            return 1000;
          }
        };
    ImprovementLoop.Builder<Sum, Long> poor =
        loops
            .parts(Budget.of(9).tokens(1_000_000), SMALL)
            .verifier(dear)
            .trainer(loops.learner.trainer())
            .gate(DriftGates.paired());
    assertThatThrownBy(poor::build).hasMessageContaining("one generation may need at least");
    Verifier<Sum, Long> unknown =
        new Verifier<>() {
          @Override
          public Verdict verify(Sum task, Long candidate) {
            return Verdict.pass();
          }

          @Override
          public int maxTokens() {
            return Integer.MAX_VALUE;
          }
        };
    ImprovementLoop.Builder<Sum, Long> silent =
        loops
            .parts(Budget.of(9).tokens(1_000_000), SMALL)
            .verifier(unknown)
            .trainer(loops.learner.trainer())
            .gate(DriftGates.paired());
    assertThatThrownBy(silent::build)
        .hasMessageContaining("the verifier does not say how many tokens");
    long ceiling = 4_000_000;
    RunReport report =
        run(
            loops
                .parts(Budget.of(9).tokens(ceiling), SMALL)
                .verifier(dear)
                .trainer(loops.learner.trainer())
                .gate(DriftGates.paired()));
    assertThat(report.spending().tokens()).isBetween(100_000L, ceiling);
  }
}
