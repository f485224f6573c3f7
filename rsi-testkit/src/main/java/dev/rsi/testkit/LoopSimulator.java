package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.TaskSource;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Plan;
import dev.rsi.core.gate.AnchoredGate;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A whole run of a loop in a small world, drawn from one seed: the loop's settings, a simulated
 * learner, parts that break, and a clock that jumps. Between any two steps the process that drives
 * the run dies, and another one resumes it; or it stands still and loses its lease while others
 * drive the run, and then goes on; or disk and store fail for a while; or a part cannot be reached.
 * Single calls fail in passing, and a person at a registry object of their own promotes, rolls
 * back, pins and retains.
 *
 * <p>After every step the loop's promises are checked; at the end a run without a ceiling on
 * attempts must equal, event by event, the run of the same seed in a world in which nothing happens
 * but that parts break. Under a ceiling, what a death lost is spent, so the run may end earlier.
 *
 * <p>What is broken is named with its seed, which repeats it: {@code LoopSimulator.run(seed,
 * directory)}.
 *
 * <p>What is simulated: attempts and trainings (by {@link SimulatedLearner}), time, and death,
 * which is an {@code Error} thrown at a step after which neither store nor registry take anything
 * from the process. One thing happens after another: whoever takes a run over does so within the
 * step in which the one before it stands still. What is real: the loop, gate, registry (in a
 * directory) and store, in memory or, in one of 64 worlds, in an SQLite file, of which the next
 * process finds what lay on the disk when the one before it died.
 */
public final class LoopSimulator {

  /**
   * What happened in a simulated run.
   *
   * @param seed its seed
   * @param deaths how often a process died
   * @param takeovers how often another process took over the run of one that stood still
   * @param failures how often store and registry failed, for some calls each time
   * @param outages how often a part could not be reached, for seconds to hours
   * @param interventions how often a person did something to the registry
   * @param faults how many parts broke and were done without
   * @param steps how many times something was recorded
   * @param promotions how many generations went live
   */
  public record Simulation(
      long seed,
      int deaths,
      int takeovers,
      int failures,
      int outages,
      int interventions,
      int faults,
      int steps,
      int promotions) {}

  private LoopSimulator() {}

  /**
   * Simulates a run twice, in a calm world and in one that is not.
   *
   * @param directory for the two registries and stores; what is in it afterwards is the caller's
   * @throws AssertionError if a promise is broken, with the seed
   */
  public static Simulation run(long seed, Path directory) {
    return simulated(seed, directory, ToyLoop::new, "");
  }

  /**
   * The same with parts of your own: whether they do what a loop needs of them when the process
   * that drives it dies between any two steps, calls are lost and single parts break. The seed
   * decides what happens to them; everything else is as the loop has it.
   *
   * <p>Parts that keep something between calls, or depend on a clock, on chance of their own or on
   * what else is in a batch, end in another run than in the calm world, and the first event that
   * differs is named.
   *
   * <p>Each process builds the loop anew, and so has parts of its own, which the processes before
   * it do not know. Of the loop's surroundings nothing is used: neither its store and registry nor
   * its approval, listener and clock. Of its budget, generations and attempts are; parts are called
   * one after another. Each simulation runs the loop twice, so it should be a small one: some
   * tasks, some generations.
   *
   * @param loop builds what is simulated, with new parts each time: what two loops share outlives a
   *     process
   * @param start the files of the model that a run begins with
   * @param tasks what to practise
   * @throws AssertionError if a promise is broken, with the seed
   * @throws IllegalArgumentException if the loop has the same gate each time
   */
  public static <T, C> Simulation run(
      long seed,
      Path directory,
      Supplier<ImprovementLoop<T, C>> loop,
      Path start,
      TaskSource<T> tasks) {
    requireNew(loop.get().plan(), loop.get().plan());
    OwnLoop<T, C> own = new OwnLoop<>(loop, start, tasks);
    SimulatedWorld.Drawn<T, C> drawn = (world, random) -> own;
    return simulated(seed, directory, drawn, ", loop, start, tasks");
  }

  /**
   * An anchored gate keeps what it decided, and two processes at once would wait for each other in
   * it.
   */
  private static void requireNew(Plan<?, ?> one, Plan<?, ?> other) {
    boolean keeps = one.gate() instanceof AnchoredGate;
    if (one == other || (keeps && one.gate() == other.gate())) {
      throw new IllegalArgumentException(
          "The loop has gate ("
              + one.gate().describe()
              + ") each time it is built, the same object.\nMaybe build all of the loop in the"
              + " supplier: each process has parts of its own.");
    }
  }

  private static <T, C> Simulation simulated(
      long seed, Path directory, SimulatedWorld.Drawn<T, C> drawn, String own) {
    try {
      SimulatedWorld<T, C> calm =
          new SimulatedWorld<>(seed, true, directory.resolve("calm"), drawn);
      RunReport expected = drive(calm);
      SimulatedWorld<T, C> wild =
          new SimulatedWorld<>(seed, false, directory.resolve("wild"), drawn);
      RunReport report = drive(wild);
      if (!calm.isBounded()) {
        assertEqual(wild.watch().course(), calm.watch().course());
        assertThat(report.generations()).isEqualTo(expected.generations());
        assertThat(report.end()).isEqualTo(expected.end());
        assertThat(report.spending().attempts()).isEqualTo(expected.spending().attempts());
      }
      int faults =
          (int) calm.watch().course().stream().filter(RunEvent.Faulted.class::isInstance).count();
      return new Simulation(
          seed,
          wild.deaths(),
          wild.takeovers(),
          wild.failed(),
          wild.outage().count(),
          wild.person().acts(),
          faults,
          wild.watch().steps(),
          report.promotions());
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "Simulation with seed ("
              + seed
              + ") broke: "
              + e.getMessage()
              + "\nIt is repeated by LoopSimulator.run("
              + seed
              + "L, directory"
              + own
              + ").",
          e);
    }
  }

  /** Drives a run until it ends, and looks at what it left. */
  private static RunReport drive(SimulatedWorld<?, ?> world) {
    world.run();
    world.person().putBack();
    ModelRegistry registry = world.openRegistry();
    RunStore store = world.store().open();
    try {
      RunReport report = RunReport.of(store, Objects.requireNonNull(world.watch().run()));
      world.watch().ended(report, registry);
      assertThat(store.audit().fault()).isNull();
      return report;
    } finally {
      world.store().left(store);
    }
  }

  /** The first difference tells; the lists may be long. */
  private static void assertEqual(List<RunEvent> found, List<RunEvent> expected) {
    for (int i = 0; i < Math.min(found.size(), expected.size()); i++) {
      assertThat(found.get(i)).as("event %d", i + 1).isEqualTo(expected.get(i));
    }
    assertThat(found.size()).as("events").isEqualTo(expected.size());
  }
}
