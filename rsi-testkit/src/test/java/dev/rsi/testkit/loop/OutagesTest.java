package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.Output;
import dev.rsi.api.RsiException;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Approval;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole runs in which a part cannot be reached for a while, by a clock that runs as fast as it is
 * asked. After an outage the run is the one that none befell, event for event.
 */
class OutagesTest {
  @TempDir Path home;

  /** A clock that leaps whenever it is asked. */
  private static final class Leaping extends Clock {
    private final Duration leap;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    Leaping(Duration leap) {
      this.leap = leap;
    }

    @Override
    public synchronized Instant instant() {
      now = now.plus(leap);
      return now;
    }

    synchronized Instant now() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  /** Whose calls fail. */
  enum Who {
    GENERATOR,
    GENERATOR_ITEM_BY_ITEM,
    VERIFIER,
    CRITIC,
    TRAINER,
    JUDGE,
    JUDGE_WITHOUT_A_WORD,
    EXAM_JUDGE,
    APPROVER
  }

  /** An outage that begins at a part's n-th call, and how it shows. */
  private static class Fault {
    private final Supplier<Instant> now;
    private final int from;
    private final Duration lasts;
    private int calls;
    private Instant until = Instant.MIN;

    Fault(Supplier<Instant> now, int from, Duration lasts) {
      this.now = now;
      this.from = from;
      this.lasts = lasts;
    }

    synchronized boolean isOut() {
      calls++;
      if (calls == from) {
        until = now.get().plus(lasts);
      }
      return now.get().isBefore(until);
    }

    void check() {
      if (isOut()) {
        throw new RsiException("503", null, true);
      }
    }
  }

  private static final Fault NONE =
      new Fault(Instant::now, 0, Duration.ZERO) {
        @Override
        synchronized boolean isOut() {
          return false;
        }
      };

  private static Verifier<Sum, Long> checked(Fault fault, boolean wordless) {
    Verifier<Sum, Long> own = ToyTasks.verifier();
    return Verifier.named(
        "toy",
        (task, answer) -> {
          if (wordless && fault.isOut()) {
            throw new IllegalStateException("connection refused");
          }
          if (!wordless) {
            fault.check();
          }
          return own.verify(task, answer);
        });
  }

  private static ProbeBank<Sum, Long> bank(Verifier<Sum, Long> judge, long seed, int perLevel) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, List<Sum>> kinds = new LinkedHashMap<>();
    for (int level = 3; level <= Loops.LEVELS; level++) {
      Set<Sum> tasks = new LinkedHashSet<>();
      while (tasks.size() < perLevel) {
        Sum task = Loops.TASKS.draw(level, random);
        if (task.expected() % 2 == seed % 2) {
          tasks.add(task);
        }
      }
      kinds.put("level " + level, new ArrayList<>(tasks));
    }
    return ProbeBank.of(ToyTasks.codec(), judge, kinds);
  }

  private static ImprovementLoop<Sum, Long> loop(
      Loops loops, Who who, Fault fault, Clock clock, Duration waited) {
    Generator<Sum, Long> own = loops.learner.generator();
    Generator<Sum, Long> generator =
        new WrappedGenerator(
            own,
            (session, requests, context) -> {
              if (who == Who.GENERATOR) {
                fault.check();
              }
              List<Output<Long>> outputs = new ArrayList<>();
              for (var output : session.generate(requests, context)) {
                boolean out = who == Who.GENERATOR_ITEM_BY_ITEM && fault.isOut();
                outputs.add(out ? Output.failed("connection reset", 0) : output);
              }
              return outputs;
            });
    Critic<Sum, Long> critic =
        Critic.named(
            "so so",
            (task, candidate, verdict, rubric) -> {
              (who == Who.CRITIC ? fault : NONE).check();
              return Critique.overall(candidate % 2 == 0 ? 1 : .5, "");
            });
    Trainer<Sum, Long> trained = loops.learner.trainer();
    Trainer<Sum, Long> trainer =
        new Trainer<>() {
          @Override
          public List<Knob> knobs() {
            return trained.knobs();
          }

          @Override
          public TrainedArtifact train(
              TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
            (who == Who.TRAINER ? fault : NONE).check();
            return trained.train(request, context);
          }
        };
    return ImprovementLoop.builder(generator)
        .verifier(checked(who == Who.VERIFIER ? fault : NONE, false))
        .critic(critic)
        .trainer(trainer)
        .gate(DriftGates.paired())
        .probes(
            bank(
                checked(
                    who == Who.JUDGE || who == Who.JUDGE_WITHOUT_A_WORD ? fault : NONE,
                    who == Who.JUDGE_WITHOUT_A_WORD),
                11,
                200))
        .exam(bank(checked(who == Who.EXAM_JUDGE ? fault : NONE, false), 12, 20))
        .practice(Practice.DEFAULT.tasks(64))
        .budget(Budget.of(2).attempts(20_000))
        .store(loops.store)
        .registry(loops.registry)
        .oversight(
            Oversight.NONE
                .outages(waited)
                .approval(
                    Approval.of(Duration.ofDays(300), GateDecision.Action.PROMOTE)
                        .by(
                            question -> {
                              (who == Who.APPROVER ? fault : NONE).check();
                              return Approval.Answer.yes("a person", "fine");
                            })))
        .clock(clock)
        .build();
  }

  private Loops calm;
  private RunReport calmly;

  private List<RunEvent> calm() {
    calm = new Loops(home.resolve("calm"));
    calmly =
        loop(calm, Who.GENERATOR, NONE, new Leaping(Duration.ofMillis(1)), Duration.ZERO)
            .run(calm.start, Loops.TASKS);
    assertThat(calmly.promotions()).isPositive();
    assertThat(calm.store.events(calmly.run(), RunEvent.OutageBegan.class)).isEmpty();
    return Loops.course(calm.store, calmly.run());
  }

  @ParameterizedTest
  @EnumSource
  void should_go_on_after_an_outage_as_if_there_had_been_none(Who who) {
    checkGoesOn(who, List.of(Duration.ofHours(1)), List.of(2));
  }

  @ParameterizedTest
  @EnumSource
  @Tag("nightly")
  void should_go_on_after_an_outage_of_any_length_at_any_call(Who who) {
    checkGoesOn(
        who,
        List.of(Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofHours(1)),
        List.of(1, 2, 3, 17, 70, 150, 333, 700, 1500));
  }

  private void checkGoesOn(Who who, List<Duration> lengths, List<Integer> calls) {
    List<RunEvent> expected = calm();
    for (Duration length : lengths) {
      // What does not say that it may pass is waited for ten seconds at most.
      Duration lasts = who == Who.JUDGE_WITHOUT_A_WORD ? Duration.ofSeconds(1) : length;
      for (int from : calls) {
        Loops loops = new Loops(home.resolve(length + "-" + from));
        Leaping clock = new Leaping(lasts.dividedBy(40));
        Fault fault = new Fault(clock::now, from, lasts);
        RunReport report =
            loop(loops, who, fault, clock, lasts.multipliedBy(3)).run(loops.start, Loops.TASKS);
        assertThat(Loops.course(loops.store, report.run()))
            .as("%s out for %s from call %d", who, lasts, from)
            .isEqualTo(expected);
        assertThat(report.spending().attempts()).isEqualTo(calmly.spending().attempts());
        assertThat(loops.store.events(report.run(), RunEvent.OutageBegan.class).size())
            .isEqualTo(loops.store.events(report.run(), RunEvent.OutageEnded.class).size())
            .isEqualTo(fault.calls >= from ? 1 : 0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void should_leave_a_run_open_in_a_longer_outage_and_end_it_as_if_there_had_been_none(Who who) {
    checkIsLeftOpen(who, List.of(2));
  }

  @ParameterizedTest
  @EnumSource
  @Tag("nightly")
  void should_leave_a_run_open_in_a_longer_outage_at_any_call(Who who) {
    checkIsLeftOpen(who, List.of(1, 2, 17, 70, 333, 700));
  }

  private void checkIsLeftOpen(Who who, List<Integer> calls) {
    List<RunEvent> expected = calm();
    for (int from : calls) {
      Loops loops = new Loops(home.resolve("left-" + from));
      Leaping clock = new Leaping(Duration.ofMinutes(1));
      Fault fault = new Fault(clock::now, from, Duration.ofHours(1));
      ImprovementLoop<Sum, Long> loop = loop(loops, who, fault, clock, Duration.ofMinutes(10));
      RunReport report = loop.run(loops.start, Loops.TASKS);
      int left = 0;
      while (report.end() == End.OUTAGE) {
        left++;
        assertThat(report.reason()).contains("could not be reached", "Maybe resume");
        report = loop.resume(report.run(), Loops.TASKS);
      }
      assertThat(left > 0).as("%s from call %d", who, from).isEqualTo(fault.calls >= from);
      assertThat(Loops.course(loops.store, report.run()))
          .as("%s from call %d, left %d times", who, from, left)
          .isEqualTo(expected);
    }
  }

  /** Calls that fail in passing, drawn anew each time. */
  private static final class Passing extends Fault {
    private final SplittableRandom random;
    private final double share;

    Passing(long seed, double share) {
      super(Instant::now, 0, Duration.ZERO);
      this.random = new SplittableRandom(seed);
      this.share = share;
    }

    @Override
    synchronized boolean isOut() {
      return random.nextDouble() < share;
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {.01, .05, .1})
  void should_promote_as_often_when_calls_fail_in_passing(double share) {
    List<RunEvent> expected = calm();
    for (Who who : List.of(Who.GENERATOR_ITEM_BY_ITEM, Who.VERIFIER, Who.JUDGE_WITHOUT_A_WORD)) {
      Loops loops = new Loops(home.resolve(who + "-" + share));
      RunReport report =
          loop(loops, who, new Passing(7, share), Clock.systemUTC(), Duration.ofHours(1))
              .run(loops.start, Loops.TASKS);
      assertThat(Loops.course(loops.store, report.run()))
          .as("%s of the calls of %s, seed 7", share, who)
          .isEqualTo(expected);
    }
  }

  @Test
  void should_not_take_one_poisoned_task_for_an_outage() {
    AtomicInteger calls = new AtomicInteger();
    Loops loops = new Loops(home);
    RunReport report =
        loops
            .parts(Budget.of(2), Practice.DEFAULT.tasks(32).samples(1).batch(1))
            .verifier(
                (sum, answer) -> {
                  calls.incrementAndGet();
                  if (answer % 7 == 3) {
                    throw new RsiException("the server chokes on it", null, true);
                  }
                  return ToyTasks.verifier().verify(sum, answer);
                })
            .trainer(loops.learner.trainer())
            .gate(DriftGates.paired())
            .clock(new Leaping(Duration.ofSeconds(1)))
            .build()
            .run(loops.start, Loops.TASKS);
    assertThat(report.end()).isEqualTo(End.BUDGET_SPENT);
    List<RunEvent.Attempted> attempts = loops.store.events(report.run(), RunEvent.Attempted.class);
    assertThat(attempts)
        .filteredOn(each -> each.candidate() != null && Long.parseLong(each.candidate()) % 7 == 3)
        .isNotEmpty()
        .allMatch(each -> each.outcome() == Verdict.Outcome.UNDECIDED);
    assertThat(calls.get()).isLessThan(4 * attempts.size());
  }

  @Test
  void should_not_wait_for_a_verifier_that_honestly_cannot_tell() {
    Loops loops = new Loops(home);
    RunReport report =
        loops
            .parts()
            .verifier((sum, answer) -> Verdict.undecided("cannot tell"))
            .trainer(loops.learner.trainer())
            .gate(DriftGates.paired())
            .build()
            .run(loops.start, Loops.TASKS);
    assertThat(report.end()).isEqualTo(End.NO_PROGRESS);
    assertThat(loops.store.events(report.run(), RunEvent.OutageBegan.class)).isEmpty();
  }

  @Test
  void should_be_stopped_and_resumed_in_the_middle_of_an_outage() throws InterruptedException {
    List<RunEvent> expected = calm();
    Loops loops = new Loops(home.resolve("stopped"));
    Fault fault = new Fault(Instant::now, 2, Duration.ofDays(1));
    ImprovementLoop<Sum, Long> loop =
        loop(loops, Who.GENERATOR, fault, Clock.systemUTC(), Duration.ofDays(2));
    var handle = loop.start(loops.start, Loops.TASKS);
    while (loops.store.events(handle.run(), RunEvent.OutageBegan.class).isEmpty()) {
      Thread.onSpinWait();
    }
    handle.stop();
    RunReport report = handle.await();
    assertThat(report.end()).isEqualTo(End.CANCELLED);
    fault.until = Instant.MIN;
    report = loop.resume(report.run(), Loops.TASKS);
    assertThat(Loops.course(loops.store, report.run())).isEqualTo(expected);
    assertThat(report.spending().attempts()).isEqualTo(calmly.spending().attempts());
  }

  @Test
  void should_wait_as_long_as_a_server_asks_and_no_longer_than_was_said() {
    Loops loops = new Loops(home);
    Leaping clock = new Leaping(Duration.ofSeconds(5));
    List<Instant> asked = new ArrayList<>();
    RunReport report =
        loops
            .parts()
            .verifier(
                (sum, answer) -> {
                  asked.add(clock.now());
                  throw new RsiException("429", null, Duration.ofMinutes(4));
                })
            .trainer(loops.learner.trainer())
            .gate(DriftGates.paired())
            .oversight(Oversight.NONE.outages(Duration.ofMinutes(10)))
            .clock(clock)
            .build()
            .run(loops.start, Loops.TASKS);
    assertThat(report.end()).isEqualTo(End.OUTAGE);
    Duration whole = Duration.between(asked.get(0), asked.get(asked.size() - 1));
    assertThat(whole).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(16));
    List<Duration> pauses = new ArrayList<>();
    for (int i = 1; i < asked.size(); i++) {
      Duration pause = Duration.between(asked.get(i - 1), asked.get(i));
      if (pause.compareTo(Duration.ofMinutes(1)) > 0) {
        pauses.add(pause);
      }
    }
    assertThat(pauses).hasSizeBetween(2, 3);
  }
}
