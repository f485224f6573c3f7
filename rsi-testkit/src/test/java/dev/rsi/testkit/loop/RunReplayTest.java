package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.TaskSource;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.RunReplay;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReplayTest {
  @TempDir Path home;

  @Test
  void should_come_out_the_same_from_the_store_alone() {
    Loops loops = new Loops(home);
    RunReport report;
    try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      report = loop(loops, store, ToyTasks.verifier()).run(loops.start, Loops.TASKS);
    }
    assertThat(report.promotions()).isGreaterThan(1);
    String live = loops.registry.live().orElseThrow().id();
    try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      List<RunEvent> before = store.events(report.run());
      List<RunEvent> course = course(before);
      RunReplay replay = loop(loops, store, ToyTasks.verifier()).replay(report.run(), Loops.TASKS);
      for (int generation = 3; generation > 0; generation--) {
        RunReplay.Result result = replay.verify(generation);
        assertThat(result.difference()).isNull();
        assertThat(result.identical()).isTrue();
        assertThat(result.events()).isEqualTo(eventsOf(course, generation));
      }
      assertThat(store.events(report.run())).isEqualTo(before);
    }
    assertThat(loops.registry.live().orElseThrow().id()).isEqualTo(live);
  }

  @Test
  void should_say_which_step_differs_first() {
    Loops loops = new Loops(home);
    RunReport report = loop(loops, loops.store, ToyTasks.verifier()).run(loops.start, Loops.TASKS);
    List<RunEvent> events = course(loops.store.events(report.run()));
    // A verifier that lets one more answer pass.
    Verifier<Sum, Long> lax =
        (task, candidate) ->
            Verdict.passIf(
                task.expected() == candidate || task.expected() == candidate + 1, "wrong");
    RunReplay.Result judged =
        loop(loops, loops.store, lax).replay(report.run(), Loops.TASKS).verify(2);
    assertThat(judged.identical()).isFalse();
    RunEvent first = events.get((int) judged.difference().event() - 1);
    assertThat(first).isInstanceOf(RunEvent.Attempted.class);
    assertThat(first.generation()).isEqualTo(2);
    assertThat(judged.difference().then()).isEqualTo(first.toString());
    assertThat(judged.difference().now()).isNotEqualTo(first.toString());

    loops.learner.noise(.01);
    RunReplay.Result trained =
        loop(loops, loops.store, ToyTasks.verifier()).replay(report.run(), Loops.TASKS).verify(2);
    assertThat(events.get((int) trained.difference().event() - 1))
        .isInstanceOf(RunEvent.Trained.class);
  }

  @Test
  void should_refuse_what_is_not_recorded() {
    Loops loops = new Loops(home);
    ImprovementLoop<Sum, Long> loop = loop(loops, loops.store, ToyTasks.verifier());
    TaskSource<Sum> tasks = Loops.TASKS;
    assertThatThrownBy(() -> loop.replay("run-9", tasks))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("run-9");
    RunReport report = loop.run(loops.start, tasks);
    for (int generation : new int[] {-1, 0, 4}) {
      assertThatThrownBy(() -> loop.replay(report.run(), tasks).verify(generation))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Generation (" + generation + ")");
    }
  }

  private static List<RunEvent> course(List<RunEvent> events) {
    return events.stream().filter(event -> !event.circumstantial()).toList();
  }

  private static long eventsOf(List<RunEvent> events, int generation) {
    return events.stream()
        .filter(
            event ->
                !(event instanceof RunEvent.RunFinished || event instanceof RunEvent.ProbesRevealed)
                    && (event.generation() == generation
                        || (generation == 1 && event.generation() == 0)))
        .count();
  }

  private static ImprovementLoop<Sum, Long> loop(
      Loops loops, RunStore store, Verifier<Sum, Long> verifier) {
    return ImprovementLoop.builder(loops.learner.generator())
        .verifier(verifier)
        .trainer(loops.learner.trainer())
        .gate(DriftGates.anchored())
        .probes(Loops.heldOut(11, 120))
        .exam(Loops.heldOut(12, 20))
        .practice(Practice.DEFAULT.tasks(64).scouts(32))
        .budget(Budget.of(3))
        .store(store)
        .registry(loops.registry)
        .build();
  }
}
