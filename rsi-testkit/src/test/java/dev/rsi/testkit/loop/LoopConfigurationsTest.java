package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Cost;
import dev.rsi.api.Critique;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What must not change a run: the batch size, the store, and a critic that finds all alike. */
class LoopConfigurationsTest {
  @TempDir Path home;

  private record Run(RunReport report, List<RunEvent> events) {}

  @Test
  void should_run_the_same_whatever_the_batch_the_store_and_an_indifferent_critic() {
    Run reference = run("reference", 256, false, false);
    assertThat(reference.report.promotions()).isPositive();
    for (boolean critic : new boolean[] {false, true}) {
      for (boolean sqlite : new boolean[] {false, true}) {
        for (int batch : new int[] {1, 7}) {
          String name = "batch " + batch + ", SQLite " + sqlite + ", critic " + critic;
          Run run = run(name, batch, sqlite, critic);

          assertThat(run.report.generations()).as(name).isEqualTo(reference.report.generations());
          assertThat(run.report.spending().attempts())
              .as(name)
              .isEqualTo(reference.report.spending().attempts());
          if (!critic) {
            assertThat(afterTheStart(run)).as(name).isEqualTo(afterTheStart(reference));
          }
        }
      }
    }
  }

  /**
   * The run's course but for the first event, which names the settings; whatever the batches of
   * readings.
   */
  private static List<RunEvent> afterTheStart(Run run) {
    List<RunEvent> events = new ArrayList<>();
    for (RunEvent event : run.events.subList(1, run.events.size())) {
      if (event.circumstantial()) {
        continue;
      }
      RunEvent before = events.isEmpty() ? null : events.get(events.size() - 1);
      if (before instanceof RunEvent.Probed first
          && event instanceof RunEvent.Probed next
          && next.kind().equals(first.kind())
          && next.version().equals(first.version())
          && next.stream().equals(first.stream())) {
        events.set(
            events.size() - 1,
            new RunEvent.Probed(
                first.generation(),
                first.stream(),
                first.kind(),
                first.version(),
                joined(first.probes(), next.probes()),
                joined(first.numbers(), next.numbers()),
                joined(first.answers(), next.answers()),
                sum(first.cost(), next.cost()),
                sum(first.judgesCost(), next.judgesCost())));
      } else {
        events.add(event);
      }
    }
    return events;
  }

  private static Cost sum(@Nullable Cost first, @Nullable Cost next) {
    return Objects.requireNonNullElse(first, Cost.NONE)
        .plus(Objects.requireNonNullElse(next, Cost.NONE));
  }

  private static <V> List<V> joined(List<V> first, List<V> next) {
    List<V> all = new ArrayList<>(first);
    all.addAll(next);
    return all;
  }

  private Run run(String name, int batch, boolean sqlite, boolean critic) {
    Path directory = home.resolve(name);
    Loops loops = new Loops(directory);
    List<RunEvent> heard = new ArrayList<>();
    try (RunStore store =
        sqlite ? RunStore.sqlite(directory.resolve("run.db")) : RunStore.inMemory()) {
      ImprovementLoop.Builder<Sum, Long> builder =
          ImprovementLoop.builder(loops.learner.generator())
              .verifier(ToyTasks.verifier())
              .trainer(loops.learner.trainer())
              .gate(DriftGates.paired())
              .probes(Loops.heldOut(11, 80))
              .exam(Loops.heldOut(12, 20))
              .practice(Practice.DEFAULT.tasks(24).scouts(16).reach(2).batch(batch))
              .budget(Budget.of(2))
              .store(store)
              .registry(loops.registry)
              .listener(heard::add);
      if (critic) {
        builder.critic((task, candidate, verdict, rubric) -> Critique.overall(0.5, "so so"));
      }
      RunReport report = builder.build().run(loops.start, Loops.TASKS);
      assertThat(store.events(report.run())).as(name).isEqualTo(heard);
      return new Run(report, heard);
    }
  }
}
