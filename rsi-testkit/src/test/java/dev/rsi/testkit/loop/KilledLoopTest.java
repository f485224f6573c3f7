package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.ModelVersion;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.RunListener;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that drives a loop is killed as {@code kill -9} does, and another goes on. */
class KilledLoopTest {
  /** Kills of one run; then it is left to end. */
  private static final int KILLS = 10;

  @TempDir Path home;

  @Test
  void should_end_identical_after_50_kills() {
    kill(50);
  }

  @Test
  @Tag("nightly")
  void should_end_identical_after_1000_kills() {
    kill(1000);
  }

  private void kill(int kills) {
    long seed = Long.getLong("rsi.seed", System.nanoTime());
    System.out.println("KilledLoopTest: -Drsi.seed=" + seed);
    RunReport expected = drive(home.resolve("uncut"), event -> {});
    List<RunEvent> events = course(home.resolve("uncut"));
    assertThat(expected.promotions()).isPositive();
    long[] seeds = new SplittableRandom(seed).longs(kills / KILLS).toArray();
    // Most of a kill's time is the start of a process, which keeps one core busy.
    int killed =
        IntStream.range(0, seeds.length)
            .parallel()
            .map(i -> kill("seed " + seed + ", " + i, seeds[i], expected, events))
            .sum();
    System.out.println("KilledLoopTest: " + killed + " kills, every run ended identical");
    assertThat(killed).isEqualTo(kills);
  }

  /** Kills runs, one after another, until there were enough kills; says how many. */
  private int kill(String name, long seed, RunReport expected, List<RunEvent> events) {
    SplittableRandom random = new SplittableRandom(seed);
    int killed = 0;
    for (int run = 0; killed < KILLS; run++) {
      Path cut = home.resolve(name + ", run " + run);
      while (killed < KILLS && !ends(cut, 1 + random.nextInt(events.size() / 4))) {
        killed++;
      }
      RunReport report = drive(cut, event -> {});
      assertThat(report.generations()).as(name).isEqualTo(expected.generations());
      assertThat(report.spending().attempts()).as(name).isEqualTo(expected.spending().attempts());
      assertThat(course(cut)).as(name).isEqualTo(events);
      try (RunStore store = RunStore.sqlite(cut.resolve("run.db"))) {
        assertThat(store.audit().fault()).as(name).isNull();
      }
      ModelRegistry registry = ModelRegistry.directory(cut.resolve("models"));
      assertThat(registry.live()).as(name).map(ModelVersion::id).hasValue(expected.live());
    }
    return killed;
  }

  /** Has a child drive the loop and kills it after so many events; whether it ended before. */
  private static boolean ends(Path directory, int events) {
    try {
      Process child =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-Xshare:auto",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Driver.class.getName(),
                  directory.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
        for (int i = 0; i < events; i++) {
          if (out.readLine() == null) {
            assertThat(child.waitFor()).isZero();
            return true;
          }
        }
        child.toHandle().destroyForcibly();
      } finally {
        child.destroyForcibly().waitFor();
      }
      return false;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("a child could not be driven", e);
    }
  }

  /** Drives the loop, and says so at every event. */
  static final class Driver {
    public static void main(String[] arguments) {
      drive(Path.of(arguments[0]), event -> System.out.println(event.getClass().getSimpleName()));
    }
  }

  /** Drives the run in a directory to its end, unless it has ended: a new one, or what was left. */
  private static RunReport drive(Path directory, RunListener listener) {
    SimulatedLearner learner = SimulatedLearner.ofLevels(Loops.LEVELS).noise(.02);
    ModelRegistry registry = ModelRegistry.directory(directory.resolve("models"));
    try (RunStore store = RunStore.sqlite(directory.resolve("run.db"))) {
      ImprovementLoop<Sum, Long> loop =
          ImprovementLoop.builder(learner.generator())
              .verifier(ToyTasks.verifier())
              .trainer(learner.trainer())
              .gate(DriftGates.anchored())
              .probes(Loops.heldOut(11, 120))
              .exam(Loops.heldOut(12, 10))
              .practice(Practice.DEFAULT.tasks(40).scouts(20).batch(16))
              .budget(Budget.of(3))
              .store(store)
              .registry(registry)
              .listener(listener)
              .build();
      Optional<String> left = loop.unfinished();
      if (left.isPresent()) {
        return loop.resume(left.get(), Loops.TASKS);
      }
      for (String ended : store.runs()) {
        // Killed after its last event: another run would begin from what it made live.
        if (!store.events(ended, RunEvent.RunFinished.class).isEmpty()) {
          return RunReport.of(store, ended);
        }
      }
      Path model = learner.write(directory.resolve("start"), 1, 1, .6, .3);
      return loop.run(registry.add(model, Provenance.imported()), Loops.TASKS);
    }
  }

  private static List<RunEvent> course(Path directory) {
    try (RunStore store = RunStore.sqlite(directory.resolve("run.db"))) {
      List<String> runs = store.runs();
      // A run that was killed before its first event is no run.
      return store.events(runs.get(runs.size() - 1)).stream()
          .filter(event -> !event.circumstantial())
          .toList();
    }
  }
}
