package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Cost;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Knob;
import dev.rsi.api.RsiException;
import dev.rsi.api.Rubric;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.RunListener;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumeTest {
  @TempDir Path home;

  @Test
  void should_end_as_it_would_have_wherever_it_was_cut() {
    Loops whole = new Loops(home.resolve("whole"));
    RunReport expected = loop(whole, whole.store, Budget.of(3)).run(whole.start, Loops.TASKS);
    List<RunEvent> events = Loops.course(whole.store, expected.run());
    assertThat(expected.promotions()).isPositive();
    int cuts = 0;
    for (int appends = 1; ; appends += 1 + appends / 7) {
      Loops cut = new Loops(home.resolve("cut " + appends));
      BreakingStore breaking = new BreakingStore(cut.store, appends, appends % 2 == 0);
      RunReport report;
      try {
        report = loop(cut, breaking, Budget.of(3)).run(cut.start, Loops.TASKS);
        assertThat(report.generations()).isEqualTo(expected.generations());
        break;
      } catch (RsiException e) {
        assertThat(e).hasMessageContaining("the power failed");
        ImprovementLoop<Sum, Long> again = loop(cut, cut.store, Budget.of(3));
        if (again.unfinished().isEmpty()) {
          continue;
        }
        report = again.resume(again.unfinished().orElseThrow(), Loops.TASKS);
      }
      cuts++;
      assertEqual(Loops.course(cut.store, report.run()), events, "cut " + appends);
      assertThat(report.generations()).isEqualTo(expected.generations());
      assertThat(report.spending().attempts()).isEqualTo(expected.spending().attempts());
      assertThat(cut.registry.live().orElseThrow().id()).isEqualTo(expected.live());
    }
    assertThat(cuts).isGreaterThan(15);
  }

  @Test
  void should_practise_with_as_many_tasks_wherever_a_fitted_generation_was_cut() {
    Budget budget = Budget.of(9);
    List<RunEvent> events = List.of();
    RunReport expected = null;
    // Of some ceiling so much is left that another generation has to be fitted.
    for (long ceiling = 5000; !fitted(events); ceiling -= 40) {
      budget = Budget.of(9).attempts(ceiling);
      Loops whole = new Loops(home.resolve("whole " + ceiling));
      expected = loop(whole, whole.store, budget).run(whole.start, Loops.TASKS);
      events = Loops.course(whole.store, expected.run());
    }
    long attempts = Objects.requireNonNull(expected).spending().attempts();
    for (int appends = 1; ; appends += 1 + appends / 9) {
      Loops cut = new Loops(home.resolve("cut " + appends));
      try {
        loop(cut, new BreakingStore(cut.store, appends, appends % 2 == 0), budget)
            .run(cut.start, Loops.TASKS);
        assertThat(appends).isGreaterThan(20);
        break;
      } catch (RsiException e) {
        assertThat(e).hasMessageContaining("the power failed");
        ImprovementLoop<Sum, Long> again = loop(cut, cut.store, budget);
        if (again.unfinished().isPresent()) {
          String run = again.unfinished().orElseThrow();
          List<RunEvent> before = Loops.course(cut.store, run);
          RunReport report = again.resume(run, Loops.TASKS);
          List<RunEvent> course = Loops.course(cut.store, run);
          // What the cut lost is spent: less is left to fit a generation in, and at the end.
          boolean begun = fits(before) == fits(events);
          int same = begun ? events.size() - 1 : before.size();
          assertEqual(course.subList(0, same), events.subList(0, same), "cut " + appends);
          if (begun) {
            assertThat(report.spending().attempts()).isEqualTo(attempts);
          }
          assertThat(report.spending().attempts()).isLessThanOrEqualTo(budget.attempts());
        }
      }
    }
  }

  /** How often it was recorded what there is room for. */
  private static long fits(List<RunEvent> events) {
    return events.stream()
        .filter(
            event ->
                event instanceof RunEvent.GenerationStarted
                    || event instanceof RunEvent.ProbesCommitted)
        .count();
  }

  /** Whether some generation had no room for all its tasks, and another none to scout in. */
  private static boolean fitted(List<RunEvent> events) {
    boolean fewer = false;
    boolean unscouted = false;
    RunEvent before = null;
    for (RunEvent event : events) {
      if (event instanceof RunEvent.GenerationStarted began) {
        fewer |= Objects.requireNonNull(began.tasks()) < 64;
        unscouted |= before instanceof RunEvent.GenerationFinished done && promoted(done);
      }
      before = event;
    }
    return fewer && unscouted;
  }

  private static boolean promoted(RunEvent.GenerationFinished done) {
    return done.report().outcome() == GenerationReport.Outcome.PROMOTED;
  }

  @Test
  void should_do_nothing_again_that_was_recorded() {
    List<String> uncut = new ArrayList<>();
    Loops whole = new Loops(home.resolve("whole"));
    watched(whole, whole.store, uncut).run(whole.start, Loops.TASKS);
    assertThat(uncut).contains("trained").hasSizeGreaterThan(300);
    int cuts = 0;
    for (int appends = 2; ; appends += 7) {
      List<String> done = new ArrayList<>();
      Loops cut = new Loops(home.resolve("cut " + appends));
      ImprovementLoop<Sum, Long> loop =
          watched(cut, new BreakingStore(cut.store, appends, true), done);
      try {
        loop.run(cut.start, Loops.TASKS);
      } catch (RsiException e) {
        assertThat(e).hasMessageContaining("the power failed");
      }
      ImprovementLoop<Sum, Long> again = watched(cut, cut.store, done);
      if (again.unfinished().isEmpty()) {
        break;
      }
      again.resume("run-1", Loops.TASKS);
      assertThat(done).as("cut %d", appends).isEqualTo(uncut);
      cuts++;
    }
    assertThat(cuts).isGreaterThan(4);
  }

  /** A loop that tells what is done: rulings and trainings. */
  private static ImprovementLoop<Sum, Long> watched(
      Loops loops, RunStore store, List<String> done) {
    return watched(loops, store, done, event -> {});
  }

  private static ImprovementLoop<Sum, Long> watched(
      Loops loops, RunStore store, List<String> done, RunListener listener) {
    Trainer<Sum, Long> trainer = loops.learner.trainer();
    return ImprovementLoop.builder(loops.learner.generator())
        .verifier(
            // Named, or it would be asked again whether it rules as it did.
            Verifier.named(
                "exact sums",
                (Sum task, Long candidate) -> {
                  done.add(task + " " + candidate);
                  return Verdict.passIf(task.expected() == candidate, "wrong");
                }))
        .trainer(
            new Trainer<Sum, Long>() {
              @Override
              public List<Knob> knobs() {
                return trainer.knobs();
              }

              @Override
              public TrainedArtifact train(
                  TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
                done.add("trained");
                return trainer.train(request, context);
              }
            })
        .gate(DriftGates.paired())
        .probes(Loops.heldOut(11, 200))
        .practice(Practice.DEFAULT.tasks(64))
        .budget(Budget.of(3))
        .listener(listener)
        .store(store)
        .registry(loops.registry)
        .build();
  }

  @Test
  void should_have_one_driver() {
    Loops loops = new Loops(home);
    List<String> refusals = new ArrayList<>();
    ImprovementLoop<Sum, Long> second = loop(loops, loops.store, Budget.of(2));
    watched(
            loops,
            loops.store,
            new ArrayList<>(),
            event -> {
              try {
                second.resume("run-1", Loops.TASKS);
              } catch (RsiException e) {
                refusals.add(e.getMessage());
              }
            })
        .run(loops.start, Loops.TASKS);
    assertThat(refusals).isNotEmpty().allMatch(refusal -> refusal.contains("run-1"));
    assertThat(loops.store.events("run-1"))
        .filteredOn(RunEvent.RunFinished.class::isInstance)
        .hasSize(1);
  }

  @Test
  void should_refuse_another_loop_naming_what_differs() {
    Loops loops = new Loops(home);
    assertThatThrownBy(
            () ->
                loop(loops, new BreakingStore(loops.store, 9, true), Budget.of(3))
                    .run(loops.start, Loops.TASKS))
        .isInstanceOf(RsiException.class);
    ImprovementLoop<Sum, Long> other = loops.whole().seed(77).build();
    assertThatThrownBy(() -> other.resume("run-1", Loops.TASKS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("seed was (1) and is (77)", "practice was", "gate was")
        .hasMessageNotContaining("budget was");
  }

  @Test
  void should_refuse_what_cannot_be_gone_on_with() {
    Loops loops = new Loops(home);
    ImprovementLoop<Sum, Long> loop = loop(loops, loops.store, Budget.of(1));
    assertThat(loop.unfinished()).isEmpty();
    assertThatThrownBy(() -> loop.resume("run-1", Loops.TASKS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("run-1");
    RunReport report = loop.run(loops.start, Loops.TASKS);
    assertThat(loop.unfinished()).isEmpty();
    assertThatThrownBy(() -> loop.resume(report.run(), Loops.TASKS))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has ended");
    loops.store.create("empty");
    assertThatThrownBy(() -> loop.resume("empty", Loops.TASKS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("never begun");
  }

  @Test
  void should_not_overrule_a_person_who_rolled_back() {
    Loops loops = new Loops(home);
    for (int appends = 10; ; appends++) {
      Loops cut = new Loops(home.resolve("cut " + appends));
      try {
        loop(cut, new BreakingStore(cut.store, appends, true), Budget.of(3))
            .run(cut.start, Loops.TASKS);
      } catch (RsiException e) {
        String run = cut.store.runs().get(0);
        if (cut.store.events(run).stream().anyMatch(RunEvent.Promoted.class::isInstance)) {
          cut.registry.rollBack();
          ImprovementLoop<Sum, Long> again = loop(cut, cut.store, Budget.of(3));
          assertThatThrownBy(() -> again.resume(run, Loops.TASKS))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContainingAll(cut.start.id(), "rolled back");
          return;
        }
      }
      assertThat(loops.registry.live()).isEmpty();
    }
  }

  @Test
  void should_refuse_a_record_that_was_altered() throws SQLException {
    Loops loops = new Loops(home);
    Path file = home.resolve("run.db");
    try (RunStore store = RunStore.sqlite(file)) {
      assertThatThrownBy(
              () ->
                  loop(loops, new BreakingStore(store, 20, true), Budget.of(3))
                      .run(loops.start, Loops.TASKS))
          .hasMessageContaining("the power failed");
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      // One attempt more that passed.
      statement.executeUpdate(
          "UPDATE event SET body = replace(body, 'FAIL', 'PASS')"
              + " WHERE seq = (SELECT min(seq) FROM event WHERE body LIKE '%\"FAIL\"%')");
    }
    try (RunStore store = RunStore.sqlite(file)) {
      assertThatThrownBy(() -> loop(loops, store, Budget.of(3)).resume("run-1", Loops.TASKS))
          .isInstanceOf(RsiException.class)
          .hasMessageContainingAll("run-1", "was altered", "restore a copy");
    }
  }

  @Test
  void should_go_on_from_the_parent_of_a_damaged_version() throws IOException {
    for (int appends = 10; ; appends++) {
      Loops cut = new Loops(home.resolve("cut " + appends));
      try {
        loop(cut, new BreakingStore(cut.store, appends, true), Budget.of(3))
            .run(cut.start, Loops.TASKS);
      } catch (RsiException e) {
        List<RunEvent> events = cut.store.events("run-1");
        if (events.get(events.size() - 1) instanceof RunEvent.GenerationFinished finished
            && !finished.report().live().equals(cut.start.id())) {
          String live = finished.report().live();
          Path directory = cut.registry.version(live).directory();
          damage(directory);
          RunReport report = loop(cut, cut.store, Budget.of(3)).resume("run-1", Loops.TASKS);
          RunEvent.FellBack fallen =
              cut.store.events("run-1").stream()
                  .filter(RunEvent.FellBack.class::isInstance)
                  .map(RunEvent.FellBack.class::cast)
                  .findFirst()
                  .orElseThrow();
          assertThat(fallen.from()).isEqualTo(live);
          assertThat(fallen.to()).isEqualTo(cut.start.id());
          assertThat(fallen.reason()).contains(onlyFile(directory).getFileName().toString());
          assertThat(report.generations()).hasSize(4);
          assertThat(report.live()).isNotEqualTo(live);
          assertThat(cut.registry.live().orElseThrow().id()).isEqualTo(report.live());
          return;
        }
      }
    }
  }

  @Test
  void should_go_over_generations_that_had_nothing_sound_to_begin_from() {
    Loops loops = new Loops(home);
    RunListener damaging =
        event -> {
          if (event instanceof RunEvent.GenerationFinished done && done.generation() == 1) {
            damage(loops.start.directory());
          } else if (event instanceof RunEvent.GenerationFinished done && done.generation() == 2) {
            Thread.currentThread().interrupt();
          }
        };
    RunReport left = holding(loops).listener(damaging).build().run(loops.start, Loops.TASKS);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(left.end()).isEqualTo(RunReport.End.CANCELLED);
    RunReport report = holding(loops).build().resume(left.run(), Loops.TASKS);
    assertThat(report.generations().stream().map(GenerationReport::outcome))
        .containsExactly(
            GenerationReport.Outcome.ANCHOR,
            GenerationReport.Outcome.HELD,
            GenerationReport.Outcome.FAILED,
            GenerationReport.Outcome.FAILED);
    assertThat(loops.store.events(report.run(), RunEvent.Faulted.class))
        .hasSize(2)
        .allMatch(fault -> fault.part().equals("registry"));
  }

  private static ImprovementLoop.Builder<Sum, Long> holding(Loops loops) {
    return loops
        .parts(Budget.of(3), Practice.DEFAULT.tasks(16).scouts(8))
        .verifier(ToyTasks.verifier())
        .trainer(loops.learner.trainer())
        .gate(probes -> GateDecision.hold("not this one", List.of()));
  }

  private static void damage(Path directory) {
    try {
      Path file = onlyFile(directory);
      Files.writeString(file, Files.readString(file) + " ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path onlyFile(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findFirst().orElseThrow();
    }
  }

  @Test
  void should_say_where_a_changed_part_makes_it_differ() {
    Loops loops = new Loops(home);
    assertThatThrownBy(
            () ->
                loop(loops, new BreakingStore(loops.store, 12, true), Budget.of(3))
                    .run(loops.start, Loops.TASKS))
        .isInstanceOf(RsiException.class);
    ImprovementLoop<Sum, Long> loop = loop(loops, loops.store, Budget.of(3));
    ToyTasks others = ToyTasks.ofLevels(Loops.LEVELS);
    assertThatThrownBy(
            () ->
                loop.resume(
                    "run-1",
                    new TaskSource<Sum>() {
                      @Override
                      public String describe() {
                        return others.describe();
                      }

                      @Override
                      public int levels() {
                        return others.levels();
                      }

                      @Override
                      public Sum draw(int level, RandomGenerator random) {
                        random.nextLong();
                        return others.draw(level, random);
                      }
                    }))
        .isInstanceOf(RsiException.class)
        .hasMessageContainingAll("does not repeat itself", "event (");
  }

  @Test
  void should_give_the_trainer_what_it_would_have_given_it_wherever_it_was_cut() {
    Loops whole = new Loops(home.resolve("whole"));
    List<TrainingRequest<Sum, Long>> expected = new ArrayList<>();
    contrasting(whole, whole.store, expected).run(whole.start, Loops.TASKS);
    assertThat(expected).hasSize(2);
    assertThat(expected.get(0).attempts())
        .allMatch(attempt -> attempt.verdict().cost().tokensIn() > 0)
        .anyMatch(attempt -> attempt.critique() != null && attempt.cost().tokensOut() > 50);
    int resumed = 0;
    for (int appends = 4; appends < 80; appends += 3) {
      Loops cut = new Loops(home.resolve("cut " + appends));
      List<TrainingRequest<Sum, Long>> given = new ArrayList<>();
      try {
        contrasting(cut, new BreakingStore(cut.store, appends, true), given)
            .run(cut.start, Loops.TASKS);
        break;
      } catch (RsiException e) {
        given.clear();
        ImprovementLoop<Sum, Long> again = contrasting(cut, cut.store, given);
        if (again.unfinished().isEmpty()) {
          // Broken when all was recorded.
          break;
        }
        again.resume(again.unfinished().orElseThrow(), Loops.TASKS);
      }
      int from = expected.size() - given.size();
      for (int i = 0; i < given.size(); i++) {
        assertThat(given.get(i).attempts()).isEqualTo(expected.get(from + i).attempts());
        assertThat(given.get(i).lessons()).isEqualTo(expected.get(from + i).lessons());
        resumed++;
      }
    }
    assertThat(resumed).isGreaterThan(10);
  }

  /** Verifier and critic cost tokens, and the trainer asks for attempts. */
  private static ImprovementLoop<Sum, Long> contrasting(
      Loops loops, RunStore store, List<TrainingRequest<Sum, Long>> given) {
    Trainer<Sum, Long> trainer = loops.learner.trainer();
    return ImprovementLoop.builder(loops.learner.generator())
        .verifier(
            new Verifier<Sum, Long>() {
              @Override
              public Verdict verify(Sum sum, Long answer) {
                return Verdict.passIf(answer == sum.expected(), "wrong")
                    .withCost(new Cost(20 + answer % 10, 1));
              }

              @Override
              public int maxTokens() {
                return 100;
              }
            })
        .critic(
            new Critic<Sum, Long>() {
              @Override
              public Critique critique(Sum task, Long answer, Verdict verdict, Rubric rubric) {
                return Critique.overall((1 + answer % 10) / 10.0, "by the last digit")
                    .withCost(new Cost(30, 50 + answer % 10));
              }

              @Override
              public int maxTokens() {
                return 100;
              }
            })
        .trainer(
            new Trainer<Sum, Long>() {
              @Override
              public List<Knob> knobs() {
                return trainer.knobs();
              }

              @Override
              public boolean contrasts() {
                return true;
              }

              @Override
              public TrainedArtifact train(
                  TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
                given.add(request);
                return trainer.train(request, context);
              }
            })
        .gate(DriftGates.paired())
        .probes(Loops.heldOut(11, 100))
        .practice(Practice.DEFAULT.tasks(8).scouts(8).samples(4).batch(32))
        .budget(Budget.of(2))
        .store(store)
        .registry(loops.registry)
        .build();
  }

  private static ImprovementLoop<Sum, Long> loop(Loops loops, RunStore store, Budget budget) {
    return ImprovementLoop.builder(loops.learner.generator())
        .verifier(ToyTasks.verifier())
        .critic(
            (task, candidate, verdict, rubric) ->
                Critique.overall(candidate % 10 / 10.0, "the last digit decides"))
        .trainer(loops.learner.trainer())
        .gate(DriftGates.anchored())
        .probes(Loops.heldOut(11, 200))
        .exam(Loops.heldOut(12, 20))
        .practice(Practice.DEFAULT.tasks(64).scouts(32).batch(50))
        .budget(budget)
        .store(store)
        .registry(loops.registry)
        .build();
  }

  /** The first difference tells; the lists are thousands long. */
  private static void assertEqual(List<RunEvent> found, List<RunEvent> expected, String name) {
    for (int i = 0; i < Math.min(found.size(), expected.size()); i++) {
      assertThat(found.get(i)).as("%s, event %d", name, i).isEqualTo(expected.get(i));
    }
    assertThat(found).as(name).hasSameSizeAs(expected);
  }
}
