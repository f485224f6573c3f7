package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.rsi.api.Attempt;
import dev.rsi.api.Calls;
import dev.rsi.api.Cost;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Proposal;
import dev.rsi.api.Recipe;
import dev.rsi.api.Reply;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.RunHandle;
import dev.rsi.core.RunListener;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.GenerationReport.Outcome;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.ManualContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a trainer has its run call for it: counted, bounded, recorded, recalled and cut. */
class TrainersCallsTest {
  private static final String START = "Answer with the name of a queue alone.\n";

  @TempDir Path home;

  /** A run's surroundings and parts. */
  private final class World {
    final ModelRegistry registry;
    final RunStore store = RunStore.inMemory();
    final Reflection.Counted model = new Reflection.Counted();
    final ModelVersion start;
    Budget budget = Budget.of(4);
    RunListener listener = event -> {};

    World(String name) {
      registry = ModelRegistry.directory(home.resolve(name).resolve("models"));
      start =
          registry.add(
              Prompts.write(home.resolve(name).resolve("start"), START), Provenance.imported());
    }

    ImprovementLoop<String, String> loop(Trainer<String, String> trainer) {
      return loop(trainer, store);
    }

    ImprovementLoop<String, String> loop(Trainer<String, String> trainer, RunStore kept) {
      return ImprovementLoop.builder(model)
          .verifier(Prompts.verifier())
          .trainer(trainer)
          .gate(DriftGates.paired())
          .probes(Prompts.heldOut(160))
          .practice(Practice.DEFAULT.tasks(16).scouts(8).batch(4))
          .budget(budget)
          .listener(listener)
          .store(kept)
          .registry(registry)
          .build();
    }

    RunReport run(Trainer<String, String> trainer) {
      return loop(trainer).run(start, Prompts.TICKETS);
    }

    List<RunEvent> course() {
      return Loops.course(store, "run-1");
    }

    <E extends RunEvent> List<E> events(Class<E> type) {
      return store.events("run-1", type);
    }

    long tried() {
      return events(RunEvent.Attempted.class).stream()
          .filter(attempt -> attempt.stage() == RunEvent.Stage.TRAINING)
          .count();
    }
  }

  @Test
  void should_count_what_a_trainer_calls() {
    // GIVEN
    World world = new World("world");
    Reflection.Oracle oracle = new Reflection.Oracle();

    // WHEN
    RunReport report = world.run(new Reflection.Reflecting(oracle));

    // THEN
    assertThat(report.promotions()).as(report.summary()).isPositive();
    int trainings = world.events(RunEvent.Trained.class).size();
    assertThat(world.tried()).isEqualTo(2L * Reflection.TRIED * trainings);
    assertThat(oracle.asked).hasSize(world.events(RunEvent.Replied.class).size()).hasSize(8);
    assertThat(report.spending().attempts()).isEqualTo(world.model.attempts.get());
    assertThat(report.spending().tokens())
        .isEqualTo(world.model.tokens.get() + oracle.tokens.get());
    long drafts =
        world.events(RunEvent.Attempted.class).stream()
            .filter(attempt -> attempt.stage() == RunEvent.Stage.TRAINING)
            .mapToLong(attempt -> attempt.made().tokens())
            .sum();
    Cost trainers = report.costs().get(RunReport.Spender.TRAINER);
    assertThat(trainers.tokens()).isEqualTo(drafts + oracle.tokens.get());
  }

  /** Whatever a budget is, the model and the other one count no more than it allows. */
  @Test
  void should_pass_no_ceiling() {
    long seed = Long.getLong("rsi.seed", System.nanoTime());
    System.out.println("TrainersCallsTest: -Drsi.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    int run = 0;
    int cut = 0;
    for (int i = 0; i < 25; i++) {
      World world = new World("world " + i);
      Reflection.Oracle oracle = new Reflection.Oracle();
      long attempts = random.nextLong(300, 3000);
      long tokens = random.nextLong(2000, 12_000);
      world.budget = Budget.of(6).attempts(attempts).tokens(tokens);
      ImprovementLoop<String, String> loop;
      try {
        loop = world.loop(new Reflection.Reflecting(oracle));
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContaining("one generation may need at least");
        continue;
      }
      RunReport report = loop.run(world.start, Prompts.TICKETS);
      run++;
      cut += report.end() == RunReport.End.BUDGET_SPENT ? 1 : 0;
      assertThat(world.model.attempts.get())
          .as("seed %d, %d", seed, i)
          .isLessThanOrEqualTo(attempts);
      assertThat(world.model.tokens.get() + oracle.tokens.get())
          .as("seed %d, %d", seed, i)
          .isLessThanOrEqualTo(tokens);
    }
    assertThat(run).isPositive();
    assertThat(cut).isPositive();
  }

  @Test
  void should_set_aside_beforehand_what_a_trainer_says() {
    World world = new World("world");
    world.budget = Budget.of(1).attempts(100_000).tokens(1_000_000);
    Reflection.Oracle oracle = new Reflection.Oracle();
    Trainer<String, String> sound = new Reflection.Reflecting(oracle);
    Trainer<String, String> silent =
        new Reflection.Reflecting(oracle) {
          @Override
          public long maxAttempts(Recipe recipe, long lessons) {
            return 0;
          }

          @Override
          public long maxTokens(Recipe recipe, long lessons) {
            return 0;
          }
        };
    RunReport.Spending with = world.loop(sound).worstCase(Prompts.TICKETS);
    RunReport.Spending without = world.loop(silent).worstCase(Prompts.TICKETS);
    assertThat(with.attempts() - without.attempts()).isEqualTo(2 * Reflection.TRIED);
    assertThat(with.tokens() - without.tokens())
        .isEqualTo(2 * Reflection.TRIED * 9 + Reflection.ASKED * Reflection.TOKENS);

    world.budget = Budget.of(1).attempts(without.attempts());
    assertThat(world.loop(silent)).isNotNull();
    assertThatThrownBy(() -> world.loop(sound))
        .hasMessageContaining("one generation may need at least");
  }

  /** Killed at every event, before and after it is kept. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void should_pay_for_calls_under_way_at_most_twice_wherever_it_is_killed(int parallel) {
    World whole = new World("whole");
    whole.budget = Budget.of(2);
    Reflection.Oracle once = new Reflection.Oracle();
    RunReport expected = whole.run(new Reflection.Reflecting(several(once, parallel)));
    List<RunEvent> events = whole.course();
    int cuts = 0;
    int repeated = 0;
    for (int appends = 1; ; appends++) {
      World cut = new World("cut " + appends);
      cut.budget = Budget.of(2);
      Reflection.Oracle oracle = new Reflection.Oracle();
      boolean kept = appends % 2 == 0;
      RunReport report;
      try {
        cut.loop(
                new Reflection.Reflecting(several(oracle, parallel)),
                new BreakingStore(cut.store, appends, kept))
            .run(cut.start, Prompts.TICKETS);
        break;
      } catch (RsiException e) {
        assertThat(e).hasMessageContaining("the power failed");
        ImprovementLoop<String, String> again =
            cut.loop(new Reflection.Reflecting(several(oracle, parallel)));
        if (again.unfinished().isEmpty()) {
          continue;
        }
        report = again.resume("run-1", Prompts.TICKETS);
      }
      cuts++;
      assertThat(cut.course()).as("cut %d", appends).isEqualTo(events);
      assertThat(report.generations()).isEqualTo(expected.generations());
      assertThat(report.spending().attempts()).isEqualTo(expected.spending().attempts());
      int more = oracle.asked.size() - once.asked.size();
      assertThat(more).as("cut %d: calls made twice", appends).isBetween(0, kept ? 0 : parallel);
      repeated += more;
      // A batch of practice, or of readings gathered for a commit.
      assertThat(cut.model.attempts.get() - whole.model.attempts.get())
          .as("cut %d: attempts made twice", appends)
          .isBetween(0L, 200L);
    }
    assertThat(cuts).isGreaterThan(40);
    assertThat(repeated).as("some cut was while calls were under way").isPositive();
  }

  private static TrainingContext.Caller several(TrainingContext.Caller caller, int parallel) {
    return caller.with(caller.calling().parallel(parallel));
  }

  @Test
  void should_end_within_one_step_when_it_is_stopped() {
    // GIVEN a run that is told to stop by the first reply
    World world = new World("world");
    Reflection.Oracle oracle = new Reflection.Oracle();
    AtomicReference<RunHandle> handle = new AtomicReference<>();
    CountDownLatch begun = new CountDownLatch(1);
    world.listener =
        event -> {
          if (event instanceof RunEvent.Replied) {
            await(begun);
            handle.get().stop();
          }
        };
    World whole = new World("whole");
    whole.run(new Reflection.Reflecting(new Reflection.Oracle()));

    // WHEN
    handle.set(world.loop(new Reflection.Reflecting(oracle)).start(world.start, Prompts.TICKETS));
    begun.countDown();
    RunReport left = handle.get().report().toCompletableFuture().join();

    // THEN
    assertThat(left.end()).isEqualTo(RunReport.End.CANCELLED);
    assertThat(oracle.asked).hasSize(1);
    world.listener = event -> {};
    RunReport report =
        world.loop(new Reflection.Reflecting(oracle)).resume("run-1", Prompts.TICKETS);
    assertThat(report.end()).isNotEqualTo(RunReport.End.CANCELLED);
    assertThat(world.course()).isEqualTo(whole.course());
    assertThat(oracle.asked).hasSize(8);
  }

  @Test
  void should_cut_a_call_that_waits_when_it_is_stopped_now() {
    World world = new World("world");
    AtomicReference<RunHandle> handle = new AtomicReference<>();
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger cut = new AtomicInteger();
    TrainingContext.Caller hangs =
        (request, most, context) -> {
          await(begun);
          handle.get().stopNow();
          while (true) {
            if (context.cancelled()) {
              cut.incrementAndGet();
              context.checkActive();
            }
            Thread.onSpinWait();
          }
        };
    handle.set(world.loop(new Reflection.Reflecting(hangs)).start(world.start, Prompts.TICKETS));
    begun.countDown();
    RunReport left = handle.get().report().toCompletableFuture().join();
    assertThat(left.end()).isEqualTo(RunReport.End.CANCELLED);
    assertThat(cut).hasValue(1);
    assertThat(world.events(RunEvent.Replied.class)).isEmpty();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Does something in every training and keeps what was thrown. */
  private static final class Trying extends Reflection.Reflecting {
    final List<Throwable> refused = Collections.synchronizedList(new ArrayList<>());
    private final Act act;

    interface Act {
      void on(TrainingRequest<String, String> request, TrainingContext<String, String> context)
          throws Exception;
    }

    Trying(TrainingContext.Caller caller, Act act) {
      super(caller);
      this.act = act;
    }

    @Override
    public TrainedArtifact train(
        TrainingRequest<String, String> request, TrainingContext<String, String> context) {
      Throwable thrown = catchThrowable(() -> act.on(request, context));
      if (thrown != null) {
        refused.add(thrown);
      }
      return super.train(request, context);
    }
  }

  private int refusals;

  private void assertRefused(Trying.Act act, String... words) {
    refusals++;
    World whole = new World("whole " + refusals);
    whole.budget = Budget.of(2);
    whole.run(new Reflection.Reflecting(new Reflection.Oracle()));
    World world = new World("world " + refusals);
    world.budget = Budget.of(2);
    Trying trainer = new Trying(new Reflection.Oracle(), act);
    world.run(trainer);
    assertThat(trainer.refused)
        .hasSize(trainer.requests.size())
        .isNotEmpty()
        .allSatisfy(
            refused ->
                assertThat(refused)
                    .isInstanceOf(RsiException.class)
                    .hasMessageContainingAll(words)
                    .hasMessageContaining("\nMaybe"));
    assertThat(world.course()).as("what is refused leaves no trace").isEqualTo(whole.course());
  }

  @Test
  void should_refuse_tasks_that_may_be_held_out() {
    for (String task :
        List.of(
            "ticket 50003 about password",
            "TICKET 50003 about password",
            "ticket 49999 about refund, which nobody was given")) {
      assertRefused(
          (request, context) ->
              context.attempt(request.base().directory(), List.of(new Request<>(task, 1))),
          task,
          "held out");
    }
  }

  @Test
  void should_refuse_drafts_that_lie_elsewhere_or_cannot_be_loaded() throws IOException {
    Path elsewhere = Prompts.write(home.resolve("elsewhere"), START);
    assertRefused(
        (request, context) -> context.attempt(elsewhere, Reflection.minibatch(request)),
        "does not lie in the work directory");
    assertRefused(
        (request, context) ->
            context.attempt(
                Files.createSymbolicLink(request.workDirectory().resolve("link"), elsewhere),
                Reflection.minibatch(request)),
        "lie in the work directory");
    assertRefused(
        (request, context) -> {
          Path draft = Files.createDirectory(request.workDirectory().resolve("linked"));
          Files.createSymbolicLink(draft.resolve("prompt.txt"), elsewhere.resolve("prompt.txt"));
          context.attempt(draft, Reflection.minibatch(request));
        },
        "is no regular file");
    assertRefused(
        (request, context) ->
            context.attempt(
                Files.createDirectory(request.workDirectory().resolve("empty")),
                Reflection.minibatch(request)),
        "has no file of a model");
    assertRefused(
        (request, context) ->
            context.attempt(
                request.workDirectory().resolve("missing"), Reflection.minibatch(request)),
        "cannot be read");
  }

  @Test
  void should_refuse_more_than_a_trainer_says() {
    assertRefused(
        (request, context) -> context.ask("how", 1 + 3 * Reflection.TOKENS, fails()),
        "maxTokens(recipe, lessons)");
    assertRefused(
        (request, context) -> context.ask(Collections.nCopies(4, "how"), 60, fails()),
        "maxTokens(recipe, lessons)",
        "(240)");
    assertRefused(
        (request, context) ->
            context.attempt(
                request.base().directory(),
                Collections.nCopies(
                    2 * Reflection.TRIED + 1, Reflection.minibatch(request).get(0))),
        "maxAttempts(recipe, lessons)",
        "(13)");
  }

  private static TrainingContext.Caller fails() {
    return (request, most, context) -> {
      throw new AssertionError("It should not be called.");
    };
  }

  /** What it says beforehand covers one sound training beside it. */
  private static final class Generous extends Reflection.Reflecting {
    final List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
    private final TrainingContext.Caller odd;

    Generous(TrainingContext.Caller sound, TrainingContext.Caller odd) {
      super(sound);
      this.odd = odd;
    }

    @Override
    public long maxTokens(Recipe recipe, long lessons) {
      return 1000;
    }

    @Override
    List<Reply> ask(
        List<String> questions,
        TrainingRequest<String, String> request,
        TrainingContext<String, String> context) {
      Throwable failed =
          catchThrowable(() -> context.ask(List.of("odd " + request.seed()), 10, odd));
      if (failed != null) {
        thrown.add(failed);
      }
      return super.ask(questions, request, context);
    }
  }

  @Test
  void should_tell_the_trainer_what_its_caller_threw() {
    World world = new World("world");
    IllegalArgumentException refused = new IllegalArgumentException("no such model");
    Generous trainer =
        new Generous(
            new Reflection.Oracle(),
            (request, most, context) -> {
              throw refused;
            });
    RunReport report = world.run(trainer);
    assertThat(report.promotions()).isPositive();
    assertThat(trainer.thrown).isNotEmpty().allMatch(refused::equals);
    assertThat(world.events(RunEvent.OutageBegan.class)).isEmpty();
  }

  @Test
  void should_hold_a_reply_to_what_it_may_use() {
    World world = new World("world");
    Generous trainer =
        new Generous(
            new Reflection.Oracle(), (request, most, context) -> new Reply("", new Cost(9, 2)));
    RunReport report = world.run(trainer);
    assertThat(trainer.thrown)
        .isNotEmpty()
        .allSatisfy(thrown -> assertThat(thrown).hasMessageContaining("may use (10) tokens"));
    // Whoever swallows that comes to nothing, and calls nobody else.
    assertThat(report.promotions()).isZero();
    assertThat(report.faults())
        .filteredOn(fault -> fault.part().equals("trainer"))
        .isNotEmpty()
        .hasSameSizeAs(world.events(RunEvent.Replied.class));
    // It was paid all the same.
    assertThat(report.spending().tokens())
        .isGreaterThanOrEqualTo(world.model.tokens.get() + 11L * trainer.thrown.size());
  }

  @Test
  void should_wait_for_a_model_that_cannot_be_reached() {
    World whole = new World("whole");
    whole.run(new Reflection.Reflecting(new Reflection.Oracle()));
    World world = new World("world");
    AtomicInteger calls = new AtomicInteger();
    Reflection.Oracle oracle =
        new Reflection.Oracle() {
          @Override
          public Reply call(String request, int maxTokens, RunContext context) {
            if (calls.incrementAndGet() % 3 == 1) {
              throw new RsiException("429", null, true);
            }
            return super.call(request, maxTokens, context);
          }
        };
    world.run(new Reflection.Reflecting(oracle));
    assertThat(world.course()).isEqualTo(whole.course());
    assertThat(world.events(RunEvent.OutageBegan.class)).isNotEmpty();
    assertThat(oracle.asked).doesNotHaveDuplicates();
  }

  @Test
  void should_ask_again_what_took_too_long() {
    World whole = new World("whole");
    whole.run(new Reflection.Reflecting(new Reflection.Oracle()));
    World world = new World("world");
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch never = new CountDownLatch(1);
    Reflection.Oracle oracle = new Reflection.Oracle();
    TrainingContext.Caller hangs =
        (request, most, context) -> {
          if (calls.incrementAndGet() == 2) {
            try {
              never.await();
            } catch (InterruptedException e) {
              context.checkActive();
            }
          }
          return oracle.call(request, most, context);
        };
    Calls quick = hangs.calling().limit(Duration.ofMillis(300));
    RunReport report = world.run(new Reflection.Reflecting(hangs.with(quick)));
    assertThat(world.course()).isEqualTo(whole.course());
    assertThat(world.events(RunEvent.OutageBegan.class)).isNotEmpty();
    // Of what was cut nobody knows what it used: the most.
    assertThat(report.spending().tokens())
        .isEqualTo(world.model.tokens.get() + oracle.tokens.get() + Reflection.TOKENS);
  }

  @Test
  void should_not_pay_twice_where_a_training_is_done_again() {
    World whole = new World("whole");
    whole.run(new Reflection.Reflecting(new Reflection.Oracle()));
    World world = new World("world");
    Reflection.Oracle oracle = new Reflection.Oracle();
    Set<Long> failed = new HashSet<>();
    world.run(
        new Reflection.Reflecting(oracle) {
          @Override
          public TrainedArtifact train(
              TrainingRequest<String, String> request, TrainingContext<String, String> context) {
            TrainedArtifact made = super.train(request, context);
            if (failed.add(request.seed())) {
              throw new RsiException("the card is busy", null, true);
            }
            return made;
          }
        });
    assertThat(failed).isNotEmpty();
    assertThat(world.course()).isEqualTo(whole.course());
    assertThat(oracle.asked).doesNotHaveDuplicates();
    assertThat(world.model.attempts).hasValue(whole.model.attempts.get());
  }

  /** Breaks after it has called, in every generation. */
  private static final class Breaking extends Reflection.Reflecting {
    Breaking(TrainingContext.Caller caller) {
      super(caller);
    }

    @Override
    public TrainedArtifact train(
        TrainingRequest<String, String> request, TrainingContext<String, String> context) {
      super.train(request, context);
      throw new IllegalStateException("out of ideas");
    }
  }

  @Test
  void should_resume_after_a_training_that_broke_when_it_had_called() {
    World whole = new World("whole");
    whole.budget = Budget.of(2);
    Reflection.Oracle once = new Reflection.Oracle();
    RunReport expected = whole.run(new Breaking(once));
    assertThat(expected.faults()).hasSize(2).allMatch(fault -> fault.part().equals("trainer"));
    assertThat(whole.tried()).isPositive();
    List<RunEvent> events = whole.course();
    for (int appends = 2; ; appends += 2) {
      World cut = new World("cut " + appends);
      cut.budget = Budget.of(2);
      Reflection.Oracle oracle = new Reflection.Oracle();
      try {
        cut.loop(new Breaking(oracle), new BreakingStore(cut.store, appends, true))
            .run(cut.start, Prompts.TICKETS);
        break;
      } catch (RsiException e) {
        assertThat(e).hasMessageContaining("the power failed");
        ImprovementLoop<String, String> again = cut.loop(new Breaking(oracle));
        if (again.unfinished().isEmpty()) {
          continue;
        }
        RunReport report = again.resume("run-1", Prompts.TICKETS);
        assertThat(cut.course()).isEqualTo(events);
        assertThat(report.spending().attempts()).isEqualTo(expected.spending().attempts());
        assertThat(oracle.asked).isEqualTo(once.asked);
      }
    }
  }

  /** What is asked otherwise is paid anew; what was paid before is never asked for again. */
  @Test
  void should_go_on_where_a_training_asks_otherwise_when_it_is_done_again() {
    World world = new World("world");
    world.budget = Budget.of(1);
    Reflection.Oracle oracle = new Reflection.Oracle();
    int appends = 0;
    while (appends == 0 || world.events(RunEvent.Replied.class).isEmpty()) {
      World cut = new World("cut " + appends);
      cut.budget = Budget.of(1).tokens(20_000);
      appends++;
      try {
        cut.loop(wilful(oracle, "now"), new BreakingStore(cut.store, appends, true))
            .run(cut.start, Prompts.TICKETS);
      } catch (RsiException e) {
        world = cut;
      }
      assertThat(appends).isLessThan(200);
    }
    RunReport report = world.loop(wilful(oracle, "later")).resume("run-1", Prompts.TICKETS);
    assertThat(report.end()).isNotEqualTo(RunReport.End.CANCELLED);
    assertThat(report.faults()).isEmpty();
    assertThat(world.events(RunEvent.Trained.class)).hasSize(1);
    assertThat(world.events(RunEvent.Replied.class)).hasSize(1 + Reflection.ASKED);
  }

  private static Reflection.Reflecting wilful(Reflection.Oracle oracle, String word) {
    return new Reflection.Reflecting(oracle) {
      @Override
      List<Reply> ask(
          List<String> questions,
          TrainingRequest<String, String> request,
          TrainingContext<String, String> context) {
        return context.ask(
            questions.stream().map(each -> word + ": " + each).toList(), Reflection.TOKENS, caller);
      }
    };
  }

  @Test
  void should_replay_without_calling_anybody() {
    World world = new World("world");
    Reflection.Oracle oracle = new Reflection.Oracle();
    world.run(new Reflection.Reflecting(oracle));
    int asked = oracle.asked.size();
    var replay = world.loop(new Reflection.Reflecting(oracle)).replay("run-1", Prompts.TICKETS);
    for (int generation = 1; generation <= 2; generation++) {
      assertThat(replay.verify(generation).difference()).isNull();
    }
    assertThat(oracle.asked).hasSize(asked);
    var other = world.loop(wilful(oracle, "now")).replay("run-1", Prompts.TICKETS);
    assertThat(other.verify(1).identical()).isFalse();
    assertThat(oracle.asked).hasSize(asked);
  }

  @Test
  void should_tell_what_became_of_earlier_proposals() {
    World world = new World("world");
    world.budget = Budget.of(6);
    Reflection.Reflecting trainer = new Reflection.Reflecting(new Reflection.Oracle());
    // One that brings nothing is held, and one that breaks the prompt is rolled back.
    Trainer<String, String> uneven = uneven(trainer);
    RunReport report = world.run(uneven);
    assertThat(report.generations().stream().map(each -> each.outcome()).distinct().toList())
        .contains(Outcome.PROMOTED)
        .hasSizeGreaterThan(2);
    assertThat(trainer.requests.get(0).earlier()).isEmpty();
    List<Proposal> expected = proposals(world, report);
    List<TrainingRequest<String, String>> requests = List.copyOf(trainer.requests);
    for (int i = 0; i < requests.size(); i++) {
      assertThat(requests.get(i).earlier()).isEqualTo(expected.subList(0, i));
    }
    assertThat(expected).extracting(Proposal::promoted).contains(true, false);

    // The same after a resume, without the versions that were not promoted.
    World resumed = new World("resumed");
    resumed.budget = Budget.of(6);
    trainer.requests.clear();
    int cut = 0;
    for (int i = 0; i < world.course().size(); i++) {
      cut = world.course().get(i) instanceof RunEvent.Trained ? i : cut;
    }
    resumed.store.create("run-1");
    resumed.store.append("run-1", java.time.Instant.EPOCH, world.course().subList(0, cut));
    for (Proposal proposal : expected) {
      if (proposal.promoted()) {
        resumed.registry.add(
            world.registry.version(proposal.version()).directory(), Provenance.imported());
        resumed.registry.promote(proposal.version());
      }
    }
    resumed.loop(uneven(trainer)).resume("run-1", Prompts.TICKETS);
    assertThat(trainer.requests.get(0).earlier())
        .isEqualTo(requests.get(requests.size() - 1).earlier());
  }

  private static List<Proposal> proposals(World world, RunReport report) {
    return world.events(RunEvent.Trained.class).stream()
        .map(
            trained ->
                new Proposal(
                    trained.generation(),
                    trained.challenger(),
                    Map.copyOf(trained.provenance()),
                    report.generations().get(trained.generation()).outcome() == Outcome.PROMOTED))
        .toList();
  }

  private static Trainer<String, String> uneven(Reflection.Reflecting trainer) {
    return new Reflection.Reflecting(trainer.caller) {
      @Override
      public TrainedArtifact train(
          TrainingRequest<String, String> request, TrainingContext<String, String> context) {
        int number = request.earlier().size();
        if (number % 3 == 0) {
          return trainer.train(request, context);
        }
        trainer.requests.add(request);
        String prompt = number % 3 == 1 ? Reflection.prompt(request.base().directory()) : "";
        Path draft = Prompts.write(request.workDirectory(), prompt + "Be kind.\n");
        return new TrainedArtifact(draft, 0, Map.of(), Map.of("number", "" + number));
      }
    };
  }

  @Test
  void should_take_calls_of_many_threads_of_a_trainer() throws Exception {
    World world = new World("world");
    world.budget = Budget.of(2);
    Reflection.Oracle oracle = new Reflection.Oracle();
    List<TrainingContext<String, String>> kept = Collections.synchronizedList(new ArrayList<>());
    Reflection.Reflecting trainer =
        new Reflection.Reflecting(oracle) {
          @Override
          public long maxTokens(Recipe recipe, long lessons) {
            return 40 * Reflection.TOKENS;
          }

          @Override
          public long maxAttempts(Recipe recipe, long lessons) {
            return 100;
          }

          @Override
          public TrainedArtifact train(
              TrainingRequest<String, String> request, TrainingContext<String, String> context) {
            kept.add(context);
            together(request, context, caller);
            return super.train(request, context);
          }
        };
    RunReport report = world.run(trainer);
    assertThat(report.faults()).isEmpty();
    assertThat(oracle.asked)
        .filteredOn(asked -> asked.startsWith("thread"))
        .doesNotHaveDuplicates()
        .hasSize(24 * trainer.requests.size());
    assertThat(report.spending().attempts()).isEqualTo(world.model.attempts.get());
    assertThatThrownBy(() -> kept.get(0).ask("still there", 1, oracle))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("has ended", "Maybe");
  }

  private static void together(
      TrainingRequest<String, String> request,
      TrainingContext<String, String> context,
      TrainingContext.Caller oracle) {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<Boolean>> done = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        int number = thread;
        done.add(
            threads.submit(
                () -> {
                  Request<String> one = Reflection.minibatch(request).get(number % 3);
                  List<Attempt<String, String>> tried =
                      context.attempt(
                          request.base().directory(),
                          List.of(new Request<>(one.task(), request.seed() + number)));
                  assertThat(tried).extracting(Attempt::task).containsExactly(one.task());
                  assertThat(tried).extracting(Attempt::decided).containsExactly(true);
                  List<String> asked =
                      IntStream.range(0, 3)
                          .mapToObj(i -> "thread " + number + "." + i + request.seed() + " crash")
                          .toList();
                  return context.ask(asked, Reflection.TOKENS, oracle).stream()
                      .allMatch(reply -> reply.text().equals("queue 3"));
                }));
      }
      for (Future<Boolean> each : done) {
        assertThat(each.get()).isTrue();
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void should_serve_a_trainer_outside_a_loop() {
    // GIVEN
    Path base = Prompts.write(home.resolve("base"), START);
    Path work = home.resolve("work");
    Reflection.Oracle oracle = new Reflection.Oracle();
    Reflection.Reflecting trainer = new Reflection.Reflecting(oracle);
    List<Attempt<String, String>> attempts =
        List.of(
            Attempt.of("ticket 1 about crash", dev.rsi.api.Output.of("queue 1", 1), 1, 1, 1)
                .ruled(Verdict.fail("wrong")));
    TrainingRequest<String, String> request =
        new TrainingRequest<>(
            ModelVersion.of(base), List.of(), attempts, Recipe.defaults(), 1, work);

    // WHEN
    TrainedArtifact made =
        trainer.train(
            request,
            TrainingContext.of(RunContext.standalone(), new Prompts.Model(), Prompts.verifier()));

    // THEN
    assertThat(made.metrics()).containsKeys("before", "after");
    assertThat(oracle.asked).hasSize(3);
    assertThatThrownBy(() -> trainer.train(request, TrainingContext.standalone()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("runs no model", "Maybe", "TrainingContext.of(");
    assertThatThrownBy(
            () ->
                trainer.train(
                    request,
                    TrainingContext.of(
                        ManualContext.create().cancel(), new Prompts.Model(), Prompts.verifier())))
        .isInstanceOf(dev.rsi.api.CancelledException.class);
    assertThat(ModelVersion.of(base).id())
        .as("as a registry names it")
        .isEqualTo(
            ModelRegistry.directory(home.resolve("models")).add(base, Provenance.imported()).id());
  }
}
