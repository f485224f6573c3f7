package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A whole run of a loop in a small world, drawn from one seed: the loop's settings, a simulated
 * learner, parts that break, a clock that jumps, and a process that dies between any two steps and
 * is begun again. After every step the loop's promises are checked; at the end a run without a
 * ceiling on attempts must equal, event by event, the run of the same seed whose process never
 * died. Under a ceiling, what a death lost is spent, so the run may end earlier.
 *
 * <p>What is broken is named with its seed, which repeats it: {@code LoopSimulator.run(seed,
 * directory)}.
 *
 * <p>What is simulated: attempts and trainings (by {@link SimulatedLearner}), time, and death,
 * which is an {@code Error} thrown at a step after which neither store nor registry take anything
 * from the process. What is real: the loop, gate, store (in memory) and registry (in a directory).
 */
public final class LoopSimulator {

  /**
   * What happened in a simulated run.
   *
   * @param seed its seed
   * @param deaths how often its process died
   * @param faults how many parts broke and were done without
   * @param steps how many times something was recorded
   * @param promotions how many generations went live
   */
  public record Simulation(long seed, int deaths, int faults, int steps, int promotions) {}

  private LoopSimulator() {}

  /**
   * Simulates a run twice, with deaths and without.
   *
   * @param directory for the two registries; what is in it afterwards is the caller's
   * @throws AssertionError if a promise is broken, with the seed
   */
  public static Simulation run(long seed, Path directory) {
    try {
      SimulatedWorld calm = new SimulatedWorld(seed, false);
      RunReport expected = drive(calm, directory.resolve("calm"));
      SimulatedWorld deadly = new SimulatedWorld(seed, true);
      RunReport report = drive(deadly, directory.resolve("deadly"));
      if (!calm.isBounded()) {
        assertThat(report.generations()).isEqualTo(expected.generations());
        assertThat(report.end()).isEqualTo(expected.end());
        assertThat(report.spending().attempts()).isEqualTo(expected.spending().attempts());
        assertEqual(deadly.watch.course(), calm.watch.course());
      }
      int faults =
          (int) calm.watch.course().stream().filter(RunEvent.Faulted.class::isInstance).count();
      return new Simulation(
          seed, deadly.deaths(), faults, deadly.watch.steps(), report.promotions());
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "Simulation with seed ("
              + seed
              + ") broke: "
              + e.getMessage()
              + "\nIt is repeated by LoopSimulator.run("
              + seed
              + "L, directory).",
          e);
    }
  }

  /** Drives a run until it ends, process after process. */
  private static RunReport drive(SimulatedWorld world, Path home) {
    RunStore kept = RunStore.inMemory();
    world.beginWith(kept);
    for (; ; ) {
      // A process opens the registry anew, and so sweeps what the one before left behind.
      ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
      world.bornWith(registry);
      try {
        ImprovementLoop<Sum, Long> loop = world.loop();
        RunReport report =
            loop.unfinished().isPresent()
                ? loop.resume(loop.unfinished().get(), world.tasks())
                : loop.run(start(world, registry, home), world.tasks());
        world.requireWithinBudget();
        assertThat(kept.audit().fault()).isNull();
        assertThat(world.openSessions()).as("sessions left open").isZero();
        world.watch.ended(report, registry);
        assertThat(RunReport.of(kept, report.run())).isEqualTo(report);
        return report;
      } catch (SimulatedWorld.Death death) {
        world.requireWithinBudget();
        world.buried();
        kept.runs().forEach(run -> world.watch.died(kept, run));
        assertThat(world.openSessions()).as("sessions left open by a death").isZero();
      }
    }
  }

  private static ModelVersion start(SimulatedWorld world, ModelRegistry registry, Path home) {
    Path model = world.writeStart(home.resolve("start"));
    return registry.add(model, Provenance.imported());
  }

  /** The first difference tells; the lists may be long. */
  private static void assertEqual(List<RunEvent> found, List<RunEvent> expected) {
    for (int i = 0; i < Math.min(found.size(), expected.size()); i++) {
      assertThat(found.get(i)).as("event %d", i + 1).isEqualTo(expected.get(i));
    }
    assertThat(found.size()).as("events").isEqualTo(expected.size());
  }

  /** What a run may do, checked event by event as it is recorded. */
  static final class Watch {
    private final List<RunEvent> course = new ArrayList<>();
    private final long attemptsAllowed;
    private final SimulatedWorld world;
    private long attempts;
    private int steps;
    private int generation = -1;
    private @Nullable String live;
    private @Nullable String decided;
    private boolean finished;

    Watch(SimulatedWorld world, long attemptsAllowed) {
      this.world = world;
      this.attemptsAllowed = attemptsAllowed;
    }

    List<RunEvent> course() {
      return course;
    }

    /** Whether the run's end is durable: nothing that happens after it matters to the run. */
    boolean isFinished() {
      return finished;
    }

    int steps() {
      return steps;
    }

    /** Events became durable. */
    void recorded(List<? extends RunEvent> events, ModelRegistry registry) {
      steps++;
      for (RunEvent event : events) {
        if (!event.circumstantial()) {
          assertThat(finished).as("an event after the run's end: %s", event).isFalse();
          course.add(event);
          check(event);
        }
      }
      assertThat(attempts).as("attempts").isLessThanOrEqualTo(attemptsAllowed);
      List<String> history = registry.history();
      if (generation >= 0 && !history.isEmpty()) {
        assertThat(history.get(0)).as("live").isIn(live, decided);
      }
    }

    private void check(RunEvent event) {
      if (event instanceof RunEvent.RunStarted started) {
        live = started.anchor();
      } else if (event instanceof RunEvent.Attempted attempt) {
        attempts++;
        world.requirePractice(attempt.task());
      } else if (event instanceof RunEvent.Probed probed) {
        attempts += probed.probes().size();
      } else if (event instanceof RunEvent.Trained trained) {
        assertThat(trained.parent()).as("parent").isEqualTo(live);
      } else if (event instanceof RunEvent.Gated gated) {
        decided = gated.decision().promotes() ? gated.challenger() : null;
      } else if (event instanceof RunEvent.Promoted promoted) {
        assertThat(promoted.to()).as("promoted without a decision").isEqualTo(decided);
        assertThat(promoted.from()).isEqualTo(live);
        live = promoted.to();
        decided = null;
      } else if (event instanceof RunEvent.GenerationFinished done) {
        assertThat(done.generation()).as("generation").isEqualTo(generation + 1);
        generation = done.generation();
        assertThat(done.report().live()).isEqualTo(live);
      } else if (event instanceof RunEvent.RunFinished) {
        finished = true;
      }
    }

    void lessons(List<Lesson<Sum, Long>> lessons) {
      for (Lesson<Sum, Long> lesson : lessons) {
        world.requirePractice(ToyTasks.codec().writeTask(lesson.task()));
      }
    }

    /** What the record tells of a run whose process died. */
    void died(RunStore kept, String run) {
      if (kept.events(run).stream().noneMatch(RunEvent.RunStarted.class::isInstance)) {
        return;
      }
      RunReport report = RunReport.of(kept, run);
      assertThat(report.end() == RunReport.End.OPEN).as("open").isNotEqualTo(finished);
      assertThat(report.live()).isEqualTo(live);
      assertThat(report.generations()).hasSize(generation + 1);
      assertThat(report.spending().attempts()).isGreaterThanOrEqualTo(attempts);
    }

    void ended(RunReport report, ModelRegistry registry) {
      assertThat(finished).as("the run's end is recorded").isTrue();
      assertThat(registry.live().orElseThrow().id()).isEqualTo(report.live()).isEqualTo(live);
      // Attempts of a batch that failed are spent, and nothing else is known of them.
      assertThat(report.spending().attempts()).isBetween(attempts, attemptsAllowed);
      for (String version : registry.versions()) {
        // Throws if a file is not what its hash says.
        Objects.requireNonNull(registry.version(version));
      }
    }
  }
}
