package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

import dev.rsi.api.Codec;
import dev.rsi.api.Knob;
import dev.rsi.api.Recipe;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.probe.ProbeFamily;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.GenerationReport.Outcome;
import dev.rsi.core.report.GenerationReport.Proposed;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.ScriptedTrainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a trainer proposes several challengers, one is chosen on practice before the gate. */
class ScreeningTest {
  @TempDir Path home;

  /** Proposes the numbers that it is told, one after another. */
  private record Told(List<Double> dials, List<TrainingRequest<String, String>> requests)
      implements Trainer<String, String> {
    Told(List<Double> dials) {
      this(dials, new ArrayList<>());
    }

    @Override
    public List<Knob> knobs() {
      return List.of();
    }

    @Override
    public LearnsFrom learnsFrom() {
      return LearnsFrom.ATTEMPTS;
    }

    @Override
    public int proposals() {
      return dials.size();
    }

    @Override
    public TrainedArtifact train(
        TrainingRequest<String, String> request, TrainingContext<String, String> context) {
      requests.add(request);
      double dial = dials.get(request.proposal() - 1);
      Dials.write(request.workDirectory(), dial);
      return new TrainedArtifact(request.workDirectory(), 1, Map.of("dial", dial), Map.of());
    }
  }

  private static RunReport run(Dials dials, Trainer<String, String> trainer, int generations) {
    return dials
        .promoting(trainer)
        .verifier(Dials.metric())
        .budget(Budget.of(generations))
        .build()
        .run(dials.start, Dials.tasks(1));
  }

  private static <E extends RunEvent> List<E> events(Dials dials, Class<E> type) {
    return dials.store.events("run-1", type);
  }

  @Test
  void should_take_the_best_of_n_whatever_the_loads_are() {
    long seed = Long.getLong("rsi.seed", System.nanoTime());
    System.out.println("ScreeningTest: -Drsi.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int trial = 0; trial < 16; trial++) {
      String name = "seed " + seed + ", trial " + trial;
      // GIVEN proposals that differ by as little as one in a hundred, under losses of up to half.
      List<Double> proposals = new ArrayList<>();
      int count = random.nextInt(2, 6);
      for (int i = 0; i < count; i++) {
        proposals.add(random.nextInt(1, 101) / 100.0);
      }
      Dials dials = new Dials(home.resolve(name), .5);
      dials.practice =
          dials.practice.screening(random.nextInt(1, 12)).samples(random.nextInt(1, 3));
      // WHEN they meet the same loads under the same seeds.
      RunReport report = run(dials, new Told(proposals), 1);
      // THEN the best of them goes to the gate, and the first of those that are as good.
      double best = proposals.stream().max(Comparator.naturalOrder()).orElseThrow();
      GenerationReport first = report.generations().get(1);
      assertThat(Dials.read(dials.registry.version(Objects.requireNonNull(first.challenger()))))
          .as(name + proposals)
          .isEqualTo(best);
      assertThat(first.proposed())
          .as(name)
          .isEqualTo(new Proposed(count, count, proposals.indexOf(best) + 1));
      assertThat(events(dials, RunEvent.Gated.class)).hasSize(1);
    }
  }

  @Test
  void should_try_all_on_the_same_fresh_tasks_under_the_same_seeds() {
    Dials dials = new Dials(home, .5);
    Told trainer = new Told(List.of(.4, .6, .8));
    RunReport report = run(dials, trainer, 1);
    List<List<Request<String>>> tried = new ArrayList<>();
    for (double dial : trainer.dials()) {
      tried.add(
          dials.asked.stream()
              .filter(each -> each.dial() == dial)
              .map(Dials.Asked::request)
              .toList());
    }
    assertThat(tried.get(0)).hasSize(8).isEqualTo(tried.get(1)).isEqualTo(tried.get(2));
    Set<String> practised = new HashSet<>();
    events(dials, RunEvent.Attempted.class).forEach(attempt -> practised.add(attempt.task()));
    assertThat(tried.get(0))
        .extracting(Request::task)
        .doesNotContainAnyElementsOf(practised)
        .doesNotContainAnyElementsOf(Dials.heldOut(2));
    // None of it is among what was practised, nor in a lesson.
    assertThat(report.generations().get(1).made()).isEqualTo(32);
    assertThat(trainer.requests())
        .allMatch(request -> request.attempts().size() == 32)
        .extracting(TrainingRequest::proposal)
        .containsExactly(1, 2, 3);
    assertThat(trainer.requests().stream().map(TrainingRequest::seed).distinct()).hasSize(3);
    assertThat(events(dials, RunEvent.Screened.class))
        .extracting(RunEvent.Screened::attempts, RunEvent.Screened::decided)
        .containsOnly(tuple(8, 8));
  }

  @Test
  void should_never_learn_from_what_a_proposal_was_tried_on() {
    Dials dials = new Dials(home, .5);
    Told trainer = new Told(List.of(.6, .7));
    run(dials, trainer, 3);
    Set<String> tried = new HashSet<>();
    Set<Long> practised = new HashSet<>();
    events(dials, RunEvent.Attempted.class).forEach(attempt -> practised.add(attempt.seed()));
    dials.asked.stream()
        .filter(each -> !practised.contains(each.request().seed()))
        .forEach(each -> tried.add(each.request().task()));
    assertThat(tried).isNotEmpty();
    trainer
        .requests()
        .forEach(
            request -> {
              assertThat(request.attempts()).noneMatch(each -> tried.contains(each.task()));
              assertThat(request.lessons()).noneMatch(each -> tried.contains(each.task()));
            });
  }

  @Test
  void should_never_probe_with_what_a_proposal_was_tried_on() {
    Dials dials = new Dials(home, .5);
    dials.practice = dials.practice.screening(60);
    // GIVEN banks that are drawn afresh after every decision, from what is practised, too.
    List<String> drawn = new ArrayList<>();
    TaskSource<String> pool =
        new TaskSource<>() {
          @Override
          public int levels() {
            return 1;
          }

          @Override
          public String draw(int level, RandomGenerator random) {
            drawn.add(load(random));
            return drawn.get(drawn.size() - 1);
          }
        };
    ProbeBank<String, String> renewed =
        ProbeBank.of(
                Codec.text(),
                List.of(ProbeFamily.skill("value", Dials.heldOut(40), Dials.metric())))
            .nearness(1)
            .renewed(1, 1, (kind, random) -> load(random));
    dials
        .reading(Dials.neighbours(3), renewed)
        .verifier(Dials.metric())
        .budget(Budget.of(2))
        .build()
        .run(dials.start, pool);
    assertThat(events(dials, RunEvent.ProbesCommitted.class)).hasSize(2);
    // WHEN a task was drawn to try proposals on, and not to practise.
    Set<String> tried = new HashSet<>(drawn);
    events(dials, RunEvent.Attempted.class).forEach(attempt -> tried.remove(attempt.task()));
    Map<String, Set<Long>> seeds = new HashMap<>();
    for (Dials.Asked asked : dials.asked) {
      if (tried.contains(asked.request().task())) {
        seeds
            .computeIfAbsent(asked.request().task(), task -> new HashSet<>())
            .add(asked.request().seed());
      }
    }
    assertThat(
            dials.asked.stream()
                .map(each -> each.request().task())
                .filter(of -> of.startsWith("load 1000")))
        .as("probes of the first bank")
        .isNotEmpty();
    // THEN no version met it under more seeds than those of its screenings.
    assertThat(seeds)
        .hasSizeGreaterThan(10)
        .allSatisfy(
            (task, of) ->
                assertThat(of).hasSizeLessThanOrEqualTo(Collections.frequency(drawn, task)));
  }

  private static String load(RandomGenerator random) {
    return "load " + random.nextInt(400) + " of level 1";
  }

  @Test
  void should_train_a_sole_proposal_as_ever() {
    Dials dials = new Dials(home, .5);
    RunReport report = run(dials, new Told(List.of(.6)), 1);
    assertThat(events(dials, RunEvent.Screened.class)).isEmpty();
    assertThat(report.generations().get(1).proposed()).isNull();
    assertThat(events(dials, RunEvent.RunStarted.class).get(0).setting())
        .doesNotContainKeys("proposals", "screening");
  }

  @Test
  void should_say_how_many_were_proposed_and_which_was_taken() {
    Dials dials = new Dials(home, .5);
    RunReport report = run(dials, new Told(List.of(.6, .8, .7, .2)), 1);
    assertThat(report.summary())
        .contains("generation 1 promoted: kept 32 of 32, mean score 0.4")
        .contains(", proposal 2 of 4");
  }

  @Test
  void should_not_try_what_is_the_same_nor_where_there_is_no_choice() {
    Dials dials = new Dials(home, .5);
    RunReport report = run(dials, new Told(List.of(.6, .6)), 1);
    assertThat(events(dials, RunEvent.Trained.class)).hasSize(2);
    assertThat(events(dials, RunEvent.Screened.class)).isEmpty();
    assertThat(report.generations().get(1).proposed()).isEqualTo(new Proposed(2, 2, 1));
    assertThat(report.promotions()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void should_do_without_a_proposal_that_fails(int call) {
    Dials dials = new Dials(home, .5);
    List<Double> proposals = List.of(.6, .8, .7);
    RunReport report =
        run(
            dials,
            ScriptedTrainer.of(new Told(proposals))
                .throwOnCall(call, new RsiException("out of ink")),
            1);
    GenerationReport first = report.generations().get(1);
    int taken = call == 2 ? 3 : 2;
    assertThat(first.outcome()).isEqualTo(Outcome.PROMOTED);
    assertThat(first.proposed()).isEqualTo(new Proposed(3, 2, taken));
    assertThat(Dials.read(dials.registry.live().orElseThrow())).isEqualTo(proposals.get(taken - 1));
    assertThat(report.faults()).hasSize(1);
    assertThat(report.faults().get(0).words())
        .startsWith("the trainer failed")
        .contains("out of ink");
    assertThat(report.summary()).contains("proposal " + taken + " of 3, 1 failed", "out of ink");
  }

  @Test
  void should_fail_as_ever_where_all_fail() {
    Dials dials = new Dials(home, .5);
    RsiException broken = new RsiException("out of ink");
    RunReport report =
        run(
            dials,
            ScriptedTrainer.of(new Told(List.of(.6, .8)))
                .throwOnCall(1, broken)
                .throwOnCall(2, broken),
            1);
    GenerationReport first = report.generations().get(1);
    assertThat(first.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(first.why()).startsWith("the trainer failed").contains("out of ink");
    assertThat(first.proposed()).isEqualTo(new Proposed(2, 0, 0));
    assertThat(report.live()).isEqualTo(dials.start.id());
    assertThat(events(dials, RunEvent.Gated.class)).isEmpty();
  }

  /** Makes what no generator opens of some of its proposals. */
  private record Garbage(Told told, Set<Integer> spoiled) implements Trainer<String, String> {
    @Override
    public List<Knob> knobs() {
      return List.of();
    }

    @Override
    public LearnsFrom learnsFrom() {
      return told.learnsFrom();
    }

    @Override
    public int proposals() {
      return told.proposals();
    }

    @Override
    public TrainedArtifact train(
        TrainingRequest<String, String> request, TrainingContext<String, String> context) {
      TrainedArtifact made = told.train(request, context);
      if (spoiled.contains(request.proposal())) {
        try {
          Files.writeString(
              made.directory().resolve("dial.txt"), "no number " + request.proposal());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      return made;
    }
  }

  @Test
  void should_do_without_a_proposal_that_cannot_be_tried() {
    Dials dials = new Dials(home, .5);
    RunReport report = run(dials, new Garbage(new Told(List.of(.9, .8, .7)), Set.of(1)), 1);
    assertThat(report.generations().get(1).proposed()).isEqualTo(new Proposed(3, 3, 2));
    assertThat(report.faults()).hasSize(1);
    assertThat(report.faults().get(0).part()).isEqualTo("screening");
    Dials none = new Dials(home.resolve("none"), .5);
    RunReport failed = run(none, new Garbage(new Told(List.of(.9, .8)), Set.of(1, 2)), 1);
    assertThat(failed.generations().get(1).outcome()).isEqualTo(Outcome.FAILED);
    assertThat(failed.generations().get(1).why()).isEqualTo("none of 2 proposals could be tried");
  }

  @Test
  void should_refuse_a_trainer_that_proposes_none() {
    Dials dials = new Dials(home, .5);
    for (int proposals : new int[] {0, -1}) {
      Trainer<String, String> trainer =
          new Dials.Neighbours(proposals, .1, Trainer.LearnsFrom.ATTEMPTS, new ArrayList<>());
      assertThatIllegalStateException()
          .isThrownBy(() -> run(dials, trainer, 1))
          .withMessageContaining("The trainer proposes (" + proposals + ")")
          .withMessageContaining("Maybe leave proposals() out");
    }
  }

  @Test
  void should_end_as_it_would_have_wherever_it_was_cut() {
    Trainer<String, String> failing = failing(Dials.neighbours(3), 2);
    Dials whole = new Dials(home.resolve("whole"), .4);
    RunReport expected = cut(whole, whole.store, failing);
    List<RunEvent> events = Loops.course(whole.store, expected.run());
    assertThat(expected.promotions()).isEqualTo(1);
    assertThat(events(whole, RunEvent.Trained.class)).hasSize(2);
    assertThat(events(whole, RunEvent.Screened.class)).hasSize(2);
    int cuts = 0;
    for (int appends = 1; ; appends++) {
      Dials dials = new Dials(home.resolve("cut " + appends), .4);
      try {
        cut(dials, new BreakingStore(dials.store, appends, appends % 2 == 0), failing);
        break;
      } catch (RsiException e) {
        assertThat(e).hasMessageContaining("the power failed");
      }
      if (!dials.store.events("run-1", RunEvent.RunFinished.class).isEmpty()) {
        continue;
      }
      RunReport report = cut(dials, dials.store, failing);
      assertThat(Loops.course(dials.store, report.run())).as("cut " + appends).isEqualTo(events);
      assertThat(report.summary()).isEqualTo(expected.summary());
      assertThat(report.spending().attempts()).isEqualTo(expected.spending().attempts());
      assertThat(report.spending().trainingSteps()).isEqualTo(expected.spending().trainingSteps());
      cuts++;
    }
    assertThat(cuts).isGreaterThan(15);
  }

  /** A trainer that can make one of its proposals never. */
  private static Trainer<String, String> failing(Dials.Neighbours trainer, int proposal) {
    return new Trainer<>() {
      @Override
      public List<Knob> knobs() {
        return List.of();
      }

      @Override
      public LearnsFrom learnsFrom() {
        return LearnsFrom.ATTEMPTS;
      }

      @Override
      public int proposals() {
        return trainer.proposals();
      }

      @Override
      public long maxSteps(Recipe recipe, long lessons) {
        return 10;
      }

      @Override
      public TrainedArtifact train(
          TrainingRequest<String, String> request, TrainingContext<String, String> context) {
        if (request.proposal() == proposal) {
          throw new RsiException("it never could");
        }
        return trainer.train(request, context);
      }
    };
  }

  /** Begins a run, or resumes it. */
  private static RunReport cut(Dials dials, RunStore store, Trainer<String, String> trainer) {
    dials.driven = store;
    ImprovementLoop<String, String> loop =
        dials.promoting(trainer).verifier(Dials.metric()).budget(Budget.of(1)).build();
    return loop.unfinished().isPresent()
        ? loop.resume(loop.unfinished().get(), Dials.tasks(1))
        : loop.run(dials.start, Dials.tasks(1));
  }

  @Test
  void should_refuse_to_resume_with_another_number_of_proposals_or_of_tasks_to_try_them_on() {
    Dials dials = new Dials(home, .4);
    try {
      cut(dials, new BreakingStore(dials.store, 4, true), Dials.neighbours(3));
    } catch (RsiException e) {
      assertThat(e).hasMessageContaining("the power failed");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> cut(dials, dials.store, Dials.neighbours(2)))
        .withMessageContaining("proposals was (3) and is (2)");
    dials.practice = dials.practice.screening(9);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> cut(dials, dials.store, Dials.neighbours(3)))
        .withMessageContaining("screening was (8) and is (9)");
  }

  @Test
  void should_replay_a_generation_of_several_proposals() {
    Dials dials = new Dials(home, .4);
    run(dials, Dials.neighbours(3), 2);
    ImprovementLoop<String, String> loop =
        dials.promoting(Dials.neighbours(3)).verifier(Dials.metric()).budget(Budget.of(2)).build();
    for (int generation = 1; generation <= 2; generation++) {
      assertThat(loop.replay("run-1", Dials.tasks(1)).verify(generation).difference()).isNull();
    }
  }

  @Test
  void should_keep_no_version_that_was_not_taken_where_versions_are_retained() {
    Dials dials = new Dials(home, .4);
    dials.retain = 1;
    dials
        .promoting(Dials.neighbours(4))
        .verifier(Dials.metric())
        .budget(Budget.of(3))
        .build()
        .run(dials.start, Dials.tasks(1));
    List<String> promoted =
        events(dials, RunEvent.Promoted.class).stream().map(RunEvent.Promoted::to).toList();
    assertThat(promoted).hasSize(3);
    assertThat(dials.registry.versions())
        .contains(promoted.get(2), promoted.get(1), dials.start.id())
        .isSubsetOf(dials.start.id(), promoted.get(0), promoted.get(1), promoted.get(2));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void should_never_pass_a_ceiling_nor_the_worst_case_it_states(int proposals) {
    long seed = Long.getLong("rsi.seed", System.nanoTime());
    System.out.println("ScreeningTest: -Drsi.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed + proposals);
    int spentUp = 0;
    for (int trial = 0; trial < 4; trial++) {
      String name = "seed " + seed + ", proposals " + proposals + ", trial " + trial;
      Dials dials = new Dials(home.resolve(name), .4);
      Dials.Neighbours trainer = Dials.neighbours(proposals);
      // GIVEN ceilings with room for a generation, and little more.
      long attempts = random.nextLong(90, 400);
      long steps = random.nextLong(proposals * 10L, proposals * 30L);
      Budget budget = Budget.of(4).attempts(attempts).trainingSteps(steps);
      boolean open = true;
      // WHEN the process is killed at any time.
      for (int drive = 0; open && drive < 20; drive++) {
        dials.driven = new BreakingStore(dials.store, random.nextInt(5, 60), random.nextBoolean());
        ImprovementLoop<String, String> loop =
            dials.promoting(trainer).verifier(Dials.metric()).budget(budget).build();
        RunReport.Spending stated = loop.worstCase(Dials.tasks(1));
        try {
          RunReport report =
              loop.unfinished().isPresent()
                  ? loop.resume(loop.unfinished().get(), Dials.tasks(1))
                  : loop.run(dials.start, Dials.tasks(1));
          open = false;
          assertThat(report.spending().attempts()).as(name).isLessThanOrEqualTo(stated.attempts());
          assertThat(report.spending().trainingSteps())
              .as(name)
              .isLessThanOrEqualTo(stated.trainingSteps());
          spentUp += report.end() == RunReport.End.BUDGET_SPENT ? 1 : 0;
        } catch (RsiException e) {
          assertThat(e).as(name).hasMessageContaining("the power failed");
          open = dials.store.runs().stream().noneMatch(run -> isEnded(dials.store, run));
        }
      }
      // THEN no more was asked of the model and of the trainer than was allowed.
      assertThat(dials.asked.size()).as(name).isLessThanOrEqualTo((int) attempts);
      assertThat(10L * trainer.requests().size()).as(name).isLessThanOrEqualTo(steps);
    }
    assertThat(spentUp).isPositive();
  }

  private static boolean isEnded(RunStore store, String run) {
    return store.events(run).stream().anyMatch(RunEvent.RunFinished.class::isInstance);
  }

  @Test
  void should_refuse_a_budget_without_room_for_trainings_and_screening() {
    Dials dials = new Dials(home, .4);
    Verifier<String, String> metric = Dials.metric();
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                dials
                    .promoting(Dials.neighbours(5))
                    .verifier(metric)
                    .budget(Budget.of(1).trainingSteps(49))
                    .build())
        .withMessageContaining("may need at least (50");
    // Scouts 16, practice 16, probes 2 * 2 and 2 read again by the anchor, and 5 times 8 to screen.
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                dials
                    .promoting(Dials.neighbours(5))
                    .verifier(metric)
                    .budget(Budget.of(1).attempts(70))
                    .build())
        .withMessageContaining("may need at least (7");
  }
}
