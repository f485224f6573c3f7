package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.Critique;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Recipe;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verdict.Outcome;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.core.RunListener;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.ManualClock;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImprovementLoopTest {
  @TempDir Path home;
  private Loops loops;

  @BeforeEach
  void open() {
    loops = new Loops(home);
  }

  @Test
  void should_climb_to_the_hardest_level() {
    RunReport report = run(loops.whole());
    assertThat(report.end()).isEqualTo(End.MASTERED);
    assertThat(report.promotions()).isBetween(2, 6);
    assertThat(loops.live()).allSatisfy(skill -> assertThat(skill).isGreaterThan(.95));
    assertThat(report.generations().get(0).exam()).hasSize(6).containsEntry("level 8", 0.0);
    assertThat(last(report).exam().get("level 8")).isGreaterThan(.9);
    assertThat(loops.registry.live()).map(ModelVersion::id).hasValue(report.live());
  }

  @Test
  void should_record_everything_in_order() {
    List<RunEvent> heard = new ArrayList<>();
    RunReport report = run(loops.whole().listener(heard::add));
    List<RunEvent> events = loops.store.events(report.run());
    assertThat(events).isEqualTo(heard);
    assertThat(events.get(0)).isInstanceOf(RunEvent.RunStarted.class);
    assertThat(events.get(events.size() - 1)).isInstanceOf(RunEvent.RunFinished.class);
    assertThat(events.stream().filter(RunEvent.Attempted.class::isInstance))
        .hasSizeGreaterThan(500);
    assertThat(events.stream().filter(RunEvent.Promoted.class::isInstance))
        .hasSize(report.promotions());
    assertThat(finished(events)).isEqualTo(report.generations());
  }

  @Test
  void should_repeat_a_run_from_its_seed() {
    RunReport first = run(loops.whole().seed(5));
    loops.registry.promote(loops.start.id());
    RunReport again = run(loops.whole().seed(5));
    loops.registry.promote(loops.start.id());
    RunReport other = run(loops.whole().seed(6));
    assertThat(again.generations()).isEqualTo(first.generations());
    assertThat(Loops.course(loops.store, again.run()))
        .isEqualTo(Loops.course(loops.store, first.run()));
    assertThat(other.live()).isNotEqualTo(first.live());
  }

  @Test
  void should_keep_generation_0_live_when_nothing_is_verified() {
    RunReport report =
        run(
            loops
                .parts()
                .lessons(Loops.given())
                .verifier((task, candidate) -> Verdict.pass())
                .trainer(loops.learner.trainer())
                .gate(DriftGates.paired()));
    assertThat(report.end()).isEqualTo(End.NO_PROGRESS);
    assertThat(report.live()).isEqualTo(loops.start.id());
    assertThat(report.generations().stream().skip(1))
        .allSatisfy(g -> assertThat(g.decision().reason()).contains("level"));
  }

  @Test
  void should_roll_back_silent_harm() {
    loops.learner.driftPerGeneration(2, .5).driftPerGeneration(3, .5);
    RunReport report = run(loops.whole());
    assertThat(report.live()).isEqualTo(loops.start.id());
    assertThat(report.generations().get(1).outcome())
        .isIn(GenerationReport.Outcome.HELD, GenerationReport.Outcome.ROLLED_BACK);
  }

  @Test
  void should_never_practise_a_held_out_task() {
    RunReport report = run(loops.whole());
    var probes = Loops.heldOut(11, 200);
    var exam = Loops.heldOut(12, 100);
    for (RunEvent event : loops.store.events(report.run())) {
      if (event instanceof RunEvent.Attempted attempt) {
        Sum task = ToyTasks.codec().readTask(attempt.task());
        assertThat(probes.contains(task) || exam.contains(task)).as(attempt.task()).isFalse();
      }
    }
  }

  @Test
  void should_name_everything_that_is_missing_at_once() {
    assertThatThrownBy(() -> ImprovementLoop.builder(loops.learner.generator()).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll(
            "verifier is missing",
            "trainer is missing",
            "gate is missing",
            "probes is missing",
            "budget is missing",
            "store is missing",
            "registry is missing");
  }

  @Test
  void should_name_every_contradiction_at_once() {
    Sum probe = Loops.heldOut(11, 200).families().get("level 3").tasks().get(0);
    assertThatThrownBy(
            () ->
                ImprovementLoop.builder(loops.learner.generator())
                    .verifier(ToyTasks.verifier())
                    .trainer(
                        loops.learner.trainer(),
                        Recipe.defaults()
                            .with(dev.rsi.api.Knob.real("momentum", 0, 1, 0, "none"), .9))
                    .gate(DriftGates.paired())
                    .probes(Loops.heldOut(11, 200))
                    .exam(Loops.heldOut(11, 10))
                    .lessons(List.of(Lesson.given(probe, probe.expected(), 3)))
                    .budget(Budget.of(1).attempts(10))
                    .store(loops.store)
                    .registry(loops.registry)
                    .build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll(
            "exam holds the task",
            "recipe sets (momentum)",
            "which is a probe or an exam task",
            "budget allows (10 attempts)");
  }

  @Test
  void should_refuse_a_second_value_for_a_part() {
    assertThatThrownBy(() -> loops.whole().gate(DriftGates.paired()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("gate was already set");
  }

  @Test
  void should_not_train_on_what_a_verifier_leaves_undecided_that_breaks_after_a_while() {
    AtomicInteger calls = new AtomicInteger();
    RunReport report =
        run(
            loops
                .parts()
                .verifier(
                    (task, candidate) -> {
                      if (calls.getAndIncrement() == 0) {
                        return Verdict.undecided("judge is down, it says");
                      }
                      throw new IllegalStateException("judge is down");
                    })
                .trainer(neverCalled())
                .gate(DriftGates.paired())
                .oversight(Oversight.NONE.outages(Duration.ZERO)));
    assertThat(report.end()).isEqualTo(End.OUTAGE);
    assertThat(report.reason()).contains("The verifier could not be reached", "judge is down");
    assertThat(attempts(report))
        .isNotEmpty()
        .allSatisfy(
            a -> {
              assertThat(a.outcome()).isEqualTo(Outcome.UNDECIDED);
              assertThat(a.reason()).contains("judge is down");
            });
  }

  @Test
  void should_not_train_on_an_undecided_critique() {
    RunReport report =
        run(
            loops
                .parts()
                .verifier(ToyTasks.verifier())
                .critic((task, candidate, verdict, rubric) -> Critique.undecided("mumble"))
                .trainer(neverCalled())
                .gate(DriftGates.paired()));
    assertThat(last(report).outcome()).isEqualTo(GenerationReport.Outcome.NO_LESSONS);
  }

  @Test
  void should_weigh_lessons_by_their_critique() {
    List<Double> weights = new ArrayList<>();
    Trainer<Sum, Long> trainer = loops.learner.trainer();
    run(
        loops
            .parts()
            .verifier(ToyTasks.verifier())
            .critic(
                (task, candidate, verdict, rubric) ->
                    Critique.overall(candidate % 2 == 0 ? 1 : .5, "odd answers are ugly"))
            .trainer(
                trainer(
                    trainer,
                    request -> {
                      Map<Boolean, Lesson<Sum, Long>> byParity =
                          request.lessons().stream()
                              .filter(l -> l.level() == 3)
                              .collect(
                                  java.util.stream.Collectors.toMap(
                                      l -> l.candidate() % 2 == 0, l -> l, (a, b) -> a));
                      if (byParity.size() == 2) {
                        weights.add(byParity.get(true).weight() / byParity.get(false).weight());
                      }
                    }))
            .gate(DriftGates.paired()));
    assertThat(weights).isNotEmpty().allSatisfy(w -> assertThat(w).isBetween(1.999, 2.001));
  }

  @Test
  void should_keep_the_incumbent_when_the_trainer_throws() throws IOException {
    AtomicInteger calls = new AtomicInteger();
    RunReport report =
        run(
            loops
                .parts()
                .verifier(ToyTasks.verifier())
                .trainer(
                    trainer(
                        loops.learner.trainer(),
                        request -> {
                          if (calls.getAndIncrement() == 1) {
                            write(request.workDirectory().resolve("half"), "written");
                            throw new IllegalStateException("loss is NaN");
                          }
                        }))
                .gate(DriftGates.paired()));
    assertThat(report.generations().get(2).outcome()).isEqualTo(GenerationReport.Outcome.FAILED);
    assertThat(report.generations().get(2).live()).isEqualTo(report.generations().get(1).live());
    assertThat(report.end()).isEqualTo(End.MASTERED);
    assertThat(loops.store.events(report.run()))
        .anyMatch(e -> e instanceof RunEvent.Faulted f && f.message().contains("loss is NaN"));
    try (var files = Files.walk(home.resolve("models"))) {
      assertThat(files).noneMatch(file -> file.endsWith("half"));
    }
  }

  @Test
  void should_refuse_a_trainer_whose_numbers_are_not_finite() {
    Trainer<Sum, Long> trainer = loops.learner.trainer();
    Trainer<Sum, Long> broken =
        new Trainer<>() {
          @Override
          public List<dev.rsi.api.Knob> knobs() {
            return trainer.knobs();
          }

          @Override
          public TrainedArtifact train(
              dev.rsi.api.TrainingRequest<Sum, Long> request,
              dev.rsi.api.TrainingContext<Sum, Long> context) {
            TrainedArtifact artifact = trainer.train(request, context);
            return new TrainedArtifact(
                artifact.directory(), 1, Map.of("loss", Double.NaN), Map.of());
          }
        };
    RunReport report =
        run(loops.parts().verifier(ToyTasks.verifier()).trainer(broken).gate(DriftGates.paired()));
    assertThat(report.live()).isEqualTo(loops.start.id());
    assertThat(last(report).outcome()).isEqualTo(GenerationReport.Outcome.FAILED);
  }

  @Test
  void should_hold_when_the_gate_throws_or_keeps_silent() {
    for (GateDecision answer : new GateDecision[] {null}) {
      RunReport silent =
          run(
              loops
                  .parts()
                  .verifier(ToyTasks.verifier())
                  .trainer(loops.learner.trainer())
                  .gate(probes -> answer));
      assertThat(last(silent).outcome()).isEqualTo(GenerationReport.Outcome.HELD);
    }
    RunReport thrown =
        run(
            loops
                .parts()
                .verifier(ToyTasks.verifier())
                .trainer(loops.learner.trainer())
                .gate(
                    probes -> {
                      throw new ArithmeticException("p-value of nothing");
                    }));
    assertThat(last(thrown).decision().reason()).contains("p-value of nothing");
    assertThat(thrown.live()).isEqualTo(loops.start.id());
  }

  @Test
  void should_not_be_stopped_by_a_listener_that_throws() {
    RunReport report =
        run(
            loops
                .whole()
                .listener(
                    event -> {
                      throw new IllegalStateException("screen is gone");
                    }));
    assertThat(report.end()).isEqualTo(End.MASTERED);
    assertThat(loops.store.events(report.run()))
        .anyMatch(e -> e instanceof RunEvent.Faulted f && f.part().equals("listener"));
  }

  @Test
  void should_stop_within_its_attempts() {
    RunReport report = run(loops.whole(Budget.of(10).attempts(7000)));
    assertThat(report.end()).isEqualTo(End.BUDGET_SPENT);
    assertThat(report.reason()).contains("attempts").contains("may need");
    assertThat(report.spending().attempts()).isLessThanOrEqualTo(7000);
    assertThat(report.promotions()).isPositive();
  }

  @Test
  void should_stop_within_its_generations() {
    RunReport report = run(loops.whole(Budget.of(1)));
    assertThat(report.end()).isEqualTo(End.BUDGET_SPENT);
    assertThat(report.generations()).hasSize(2);
  }

  @Test
  void should_cut_the_generation_that_the_wall_clock_runs_out_on() {
    ManualClock clock = ManualClock.create();
    RunListener slow =
        event -> {
          if (event instanceof RunEvent.LessonsSelected selected && selected.generation() == 2) {
            clock.advance(Duration.ofHours(1));
          }
        };
    RunReport report =
        run(loops.whole(Budget.of(9).wallClock(Duration.ofMinutes(5))).clock(clock).listener(slow));
    assertThat(report.end()).isEqualTo(End.BUDGET_SPENT);
    assertThat(report.reason()).contains("wall clock");
    assertThat(last(report).outcome()).isEqualTo(GenerationReport.Outcome.FAILED);
    assertThat(report.promotions()).isEqualTo(1);
  }

  @Test
  void should_end_when_interrupted_and_stay_so() {
    RunReport report =
        run(
            loops
                .whole()
                .listener(
                    event -> {
                      if (event instanceof RunEvent.Trained) {
                        Thread.currentThread().interrupt();
                      }
                    }));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(report.end()).isEqualTo(End.CANCELLED);
    assertThat(report.live()).isEqualTo(loops.start.id());
  }

  @Test
  void should_refuse_a_start_that_is_damaged_or_unknown() throws IOException {
    ModelVersion unknown = new ModelVersion("0".repeat(64), home);
    assertThatThrownBy(() -> loops.whole().build().run(unknown, Loops.TASKS))
        .isInstanceOf(IllegalArgumentException.class);
    try (var files = Files.list(loops.start.directory())) {
      Path file = files.findFirst().orElseThrow();
      file.toFile().setWritable(true);
      write(file, "something else");
    }
    assertThatThrownBy(() -> run(loops.whole())).isInstanceOf(CorruptModelException.class);
    assertThat(loops.store.runs()).isEmpty();
  }

  /** Whole runs over the cross product of settings that must not change what a run is. */
  @Test
  void should_work_in_every_configuration() {
    int number = 0;
    for (boolean critic : new boolean[] {false, true}) {
      for (int batch : new int[] {1, 7}) {
        for (int samples : new int[] {1, 3}) {
          Path directory = home.resolve("configuration-" + number++);
          Loops own = new Loops(directory);
          try (RunStore store = RunStore.inMemory()) {
            ImprovementLoop.Builder<Sum, Long> builder =
                ImprovementLoop.builder(own.learner.generator())
                    .verifier(ToyTasks.verifier())
                    .trainer(own.learner.trainer())
                    .gate(DriftGates.paired())
                    .probes(Loops.heldOut(11, 200))
                    .practice(Practice.DEFAULT.tasks(64).batch(batch).samples(samples))
                    .budget(Budget.of(10))
                    .store(store)
                    .registry(ModelRegistry.directory(directory.resolve("models")));
            if (critic) {
              builder.critic((task, candidate, verdict, rubric) -> Critique.overall(.5, ""));
            }
            RunReport report = builder.build().run(own.start, Loops.TASKS);
            assertThat(report.end())
                .as("critic %s, batch %s, samples %s", critic, batch, samples)
                .isEqualTo(End.MASTERED);
          }
        }
      }
    }
  }

  private RunReport run(ImprovementLoop.Builder<Sum, Long> builder) {
    return builder.build().run(loops.start, Loops.TASKS);
  }

  private static GenerationReport last(RunReport report) {
    return report.generations().get(report.generations().size() - 1);
  }

  private List<RunEvent.Attempted> attempts(RunReport report) {
    return loops.store.events(report.run()).stream()
        .filter(RunEvent.Attempted.class::isInstance)
        .map(RunEvent.Attempted.class::cast)
        .toList();
  }

  private static List<GenerationReport> finished(List<RunEvent> events) {
    return events.stream()
        .filter(RunEvent.GenerationFinished.class::isInstance)
        .map(e -> ((RunEvent.GenerationFinished) e).report())
        .toList();
  }

  private static Trainer<Sum, Long> neverCalled() {
    return trainer(
        null,
        request -> {
          throw new AssertionError("trained on " + request.lessons());
        });
  }

  private static Trainer<Sum, Long> trainer(
      Trainer<Sum, Long> trainer,
      java.util.function.Consumer<dev.rsi.api.TrainingRequest<Sum, Long>> before) {
    return new Trainer<>() {
      @Override
      public List<dev.rsi.api.Knob> knobs() {
        return trainer == null ? List.of() : trainer.knobs();
      }

      @Override
      public TrainedArtifact train(
          dev.rsi.api.TrainingRequest<Sum, Long> request,
          dev.rsi.api.TrainingContext<Sum, Long> context) {
        before.accept(request);
        return trainer.train(request, context);
      }
    };
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
