package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Codec;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.Role;
import dev.rsi.api.Rubric;
import dev.rsi.api.RunContext;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.ScriptedTrainer;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.IntSupplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parts that misuse what the loop hands them, or hand it what they should not. */
class HostilePartsTest {
  private static final Set<Role> ALL = EnumSet.allOf(Role.class);
  private static final int PROBES = 6 * 200;

  @TempDir Path home;
  private Loops loops;

  // A test changes the parts that it is about.
  private Generator<Sum, Long> generator;
  private ScriptedTrainer<Sum, Long> trainer;
  private RunStore store;
  private Verifier<Sum, Long> verifier = ToyTasks.verifier();
  private Rubric rubric = Rubric.overall();
  private Critic<Sum, Long> critic = (task, candidate, verdict, r) -> grade(r);
  private DriftGate gate = DriftGates.paired();
  private ProbeBank<Sum, Long> exam = Loops.heldOut(12, 1);
  private Practice practice = Practice.DEFAULT.tasks(64).scouts(32).reach(2);
  private Budget budget = Budget.of(3);
  private TaskSource<Sum> tasks = Loops.TASKS;

  @BeforeEach
  void open() {
    loops = new Loops(home);
    generator = loops.learner.generator();
    trainer = ScriptedTrainer.of(loops.learner.trainer());
    store = loops.store;
  }

  private RunReport run() {
    return ImprovementLoop.builder(generator)
        .verifier(verifier)
        .critic(critic, rubric)
        .trainer(trainer)
        .gate(gate)
        .probes(Loops.heldOut(11, 200))
        .exam(exam)
        .practice(practice)
        .budget(budget)
        .store(store)
        .registry(loops.registry)
        .oversight(Oversight.NONE.outages(Duration.ZERO))
        .build()
        .run(loops.start, tasks);
  }

  @Test
  void should_not_let_a_generator_swap_the_tasks_that_are_ruled_on() {
    Sum probe = Loops.heldOut(11, 200).families().get("level 3").tasks().get(0);
    generator =
        generating(
            (session, call) -> {
              call.requests.replaceAll(request -> new Request<>(probe, request.seed()));
              return session.generate(call.requests, call.context);
            });
    RunReport report = run();
    assertThat(all(report, RunEvent.Attempted.class))
        .noneMatch(a -> a.task().equals(ToyTasks.codec().writeTask(probe)));
    assertThat(report.promotions()).isZero();
  }

  @Test
  void should_train_on_the_candidates_that_were_ruled_on() {
    generator =
        generating(
            (session, call) -> {
              List<Output<Long>> outputs = session.generate(call.requests, call.context);
              int[] reads = new int[outputs.size()];
              return new AbstractList<>() {
                @Override
                public Output<Long> get(int index) {
                  return reads[index]++ < 2 ? outputs.get(index) : Output.of(-1L, 1);
                }

                @Override
                public int size() {
                  return outputs.size();
                }
              };
            });
    run();
    assertThat(lessons()).isNotEmpty().allMatch(HostilePartsTest::isRight);
  }

  @Test
  void should_take_verdicts_in_a_list_that_cannot_hold_null() {
    verifier = ruling(List::copyOf);
    assertThat(run().promotions()).isPositive();
  }

  @Test
  void should_leave_undecided_what_a_verifier_tampers_with() {
    AtomicBoolean ruled = new AtomicBoolean();
    verifier =
        new Verifier<>() {
          @Override
          public Verdict verify(Sum task, Long candidate) {
            return Verdict.pass();
          }

          @Override
          public List<Verdict> verifyAll(Sum task, List<? extends Long> candidates) {
            if (!ruled.getAndSet(true)) {
              return Collections.nCopies(candidates.size(), Verdict.undecided("not yet"));
            }
            candidates.clear();
            return List.of();
          }
        };
    assertThat(all(run(), RunEvent.Attempted.class))
        .isNotEmpty()
        .allMatch(attempt -> attempt.outcome() == Verdict.Outcome.UNDECIDED);
  }

  @Test
  void should_count_a_generation_that_breaks_while_it_scouts() {
    generator =
        generating(
            (session, call) -> {
              throw new IllegalStateException("out of memory");
            });
    practice = practice.patience(50);
    RunReport report = run();
    assertThat(report.end()).isEqualTo(End.BUDGET_SPENT);
    assertThat(report.spending().generations()).isEqualTo(3);
    assertThat(report.generations()).hasSize(4);
  }

  @Test
  void should_begin_the_generation_that_a_budget_just_pays_for() {
    tasks = ToyTasks.ofLevels(1);
    budget =
        Budget.of(3).attempts(practice.scouts() + practice.tasks() + 3 * PROBES + 6 * 8 + 2 * 6);
    assertThat(run().end()).isEqualTo(End.MASTERED);
  }

  @Test
  void should_ask_once_how_many_levels_there_are() {
    AtomicInteger asked = new AtomicInteger();
    tasks = levels(() -> asked.getAndIncrement() < 1 ? 1 : Loops.LEVELS);
    RunReport report = run();
    assertThat(report.end()).isEqualTo(End.MASTERED);
    assertThat(all(report, RunEvent.Attempted.class)).allMatch(attempt -> attempt.level() == 1);
  }

  @Test
  void should_refuse_tasks_without_a_level() {
    tasks = levels(() -> 0);
    assertThatThrownBy(this::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("levels (0)");
    assertThat(store.runs()).isEmpty();
  }

  @Test
  void should_leave_a_run_open_that_is_cut_short_in_its_first_exam() {
    RunReport report;
    Thread.currentThread().interrupt();
    try {
      report = run();
    } finally {
      Thread.interrupted();
    }
    assertThat(report.end()).isEqualTo(End.CANCELLED);
    assertThat(report.generations()).isEmpty();
    assertThat(last(report, RunEvent.Stopped.class).reason()).contains("interrupted");
    assertThat(all(report, RunEvent.RunFinished.class)).isEmpty();
  }

  @Test
  void should_give_a_gate_the_rest_however_much_it_asks_for() {
    gate =
        probes -> {
          int first = probes.pull("level 3", 10, ALL).size();
          int rest = probes.pull("level 3", Integer.MAX_VALUE, ALL).size();
          return GateDecision.hold(first + " and " + rest, List.of());
        };
    assertThat(last(run(), RunEvent.Gated.class).decision().reason()).isEqualTo("10 and 190");
  }

  @Test
  void should_train_although_a_grade_is_next_to_nothing() {
    critic =
        (task, candidate, verdict, r) ->
            Critique.overall(candidate % 2 == 0 ? Double.MIN_VALUE : 1, "");
    assertThat(run().promotions()).isPositive();
  }

  @Test
  void should_record_the_scores_that_the_rubric_asks_for_in_its_order() {
    rubric =
        Rubric.of(
            new Rubric.Criterion("clarity", "Is it clear?", 1),
            new Rubric.Criterion("brevity", "Is it short?", 1));
    Map<String, Double> scores = new LinkedHashMap<>();
    scores.put("half a surrogate pair \ud800", 1.0);
    scores.put("brevity", .5);
    scores.put("clarity", .7);
    critic = (task, candidate, verdict, r) -> new Critique(scores, "");
    try (RunStore file = RunStore.sqlite(home.resolve("run.db"))) {
      store = file;
      assertThat(all(run(), RunEvent.Attempted.class))
          .filteredOn(attempt -> attempt.critique() != null)
          .isNotEmpty()
          .extracting(attempt -> String.valueOf(attempt.critique()))
          .containsOnly("{clarity=0.7, brevity=0.5}");
    }
  }

  @Test
  void should_find_a_free_name_for_a_run() {
    budget = Budget.of(1);
    store.create("run-2");
    assertThat(run().run()).isEqualTo("run-3");
    loops.registry.promote(loops.start.id());
    assertThat(run().run()).isEqualTo("run-4");
  }

  @Test
  void should_tell_helper_threads_that_the_run_was_interrupted() {
    List<Boolean> seen = new ArrayList<>();
    Thread driver = Thread.currentThread();
    trainer =
        training(
            (request, context) -> {
              driver.interrupt();
              CompletableFuture.runAsync(() -> seen.add(context.cancelled()));
              while (seen.isEmpty()) {
                Thread.onSpinWait();
              }
              throw new IllegalStateException("stopped");
            });
    assertThat(run().end()).isEqualTo(End.CANCELLED);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(seen).containsExactly(true);
  }

  @Test
  void should_close_every_session_though_one_fails_with_an_error() {
    AtomicInteger closed = new AtomicInteger();
    generator =
        generating(
            (session, call) -> session.generate(call.requests, call.context),
            () -> {
              closed.incrementAndGet();
              throw new UnsatisfiedLinkError("free");
            });
    budget = Budget.of(1);
    gate =
        probes -> {
          probes.pull("level 3", 1, ALL);
          return GateDecision.promote("as you like it", List.of());
        };
    assertThat(run().promotions()).isOne();
    assertThat(closed).hasValue(2);
  }

  @Test
  void should_refuse_an_artifact_from_elsewhere() {
    Path elsewhere = loops.learner.write(home.resolve("elsewhere"), 1, 1, 1, 1);
    trainer = training((request, context) -> new TrainedArtifact(elsewhere, 1, Map.of(), Map.of()));
    RunReport report = run();
    assertThat(report.promotions()).isZero();
    assertThat(last(report, RunEvent.Faulted.class).message())
        .contains(elsewhere.toString())
        .contains("work directory");
  }

  private static Critique grade(Rubric rubric) {
    Map<String, Double> scores = new LinkedHashMap<>();
    rubric.criteria().forEach(criterion -> scores.put(criterion.name(), 1.0));
    return new Critique(scores, "fine");
  }

  private static boolean isRight(Lesson<Sum, Long> lesson) {
    return lesson.candidate() == lesson.task().expected();
  }

  private List<Lesson<Sum, Long>> lessons() {
    return trainer.calls().stream().flatMap(call -> call.lessons().stream()).toList();
  }

  private <E extends RunEvent> List<E> all(RunReport report, Class<E> type) {
    return store.events(report.run()).stream().filter(type::isInstance).map(type::cast).toList();
  }

  private <E extends RunEvent> E last(RunReport report, Class<E> type) {
    List<E> events = all(report, type);
    return events.get(events.size() - 1);
  }

  private static TaskSource<Sum> levels(IntSupplier levels) {
    return new TaskSource<>() {
      @Override
      public int levels() {
        return levels.getAsInt();
      }

      @Override
      public Sum draw(int level, RandomGenerator random) {
        return Loops.TASKS.draw(level, random);
      }
    };
  }

  private static Verifier<Sum, Long> ruling(UnaryOperator<List<Verdict>> change) {
    return new Verifier<>() {
      @Override
      public Verdict verify(Sum task, Long candidate) {
        return ToyTasks.verifier().verify(task, candidate);
      }

      @Override
      public List<Verdict> verifyAll(Sum task, List<? extends Long> candidates) {
        return change.apply(Verifier.super.verifyAll(task, candidates));
      }
    };
  }

  private ScriptedTrainer<Sum, Long> training(
      BiFunction<TrainingRequest<Sum, Long>, RunContext, TrainedArtifact> training) {
    return ScriptedTrainer.of(
        new Trainer<>() {
          @Override
          public List<Knob> knobs() {
            return List.of();
          }

          @Override
          public TrainedArtifact train(
              TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
            return training.apply(request, context);
          }
        });
  }

  private record Call(List<Request<Sum>> requests, RunContext context) {}

  private Generator<Sum, Long> generating(
      BiFunction<Generator.Session<Sum, Long>, Call, List<Output<Long>>> generating) {
    return generating(generating, () -> {});
  }

  private Generator<Sum, Long> generating(
      BiFunction<Generator.Session<Sum, Long>, Call, List<Output<Long>>> generating,
      Runnable closing) {
    Generator<Sum, Long> wrapped = loops.learner.generator();
    return new Generator<>() {
      @Override
      public Codec<Sum, Long> codec() {
        return wrapped.codec();
      }

      @Override
      public Session<Sum, Long> open(ModelVersion version) {
        Session<Sum, Long> session = wrapped.open(version);
        return new Session<>() {
          @Override
          public List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
            return generating.apply(session, new Call(requests, context));
          }

          @Override
          public void close() {
            session.close();
            closing.run();
          }
        };
      }
    };
  }
}
