package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Generator;
import dev.rsi.api.RsiException;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model that takes many attempts at once is given many probes at once. */
class ParallelPullsTest {
  @TempDir Path home;

  private static ImprovementLoop<Sum, Long> loop(Loops loops, RunStore store, int parallel) {
    Generator<Sum, Long> generator = loops.learner.generator();
    return ImprovementLoop.builder(generator.with(generator.calling().parallel(parallel)))
        .verifier(ToyTasks.verifier())
        .trainer(loops.learner.trainer())
        .gate(DriftGates.anchored().margins(.01, .1).incumbentMargins(.01, .1))
        .probes(Loops.heldOut(11, 200))
        .practice(Practice.DEFAULT.tasks(64))
        .budget(Budget.of(3))
        .store(store)
        .registry(loops.registry)
        .build();
  }

  private static List<RunEvent.Probed> probed(RunStore store) {
    return store.events("run-1", RunEvent.Probed.class);
  }

  @Test
  void should_pull_as_many_as_the_model_takes_at_once_and_read_hardly_more() {
    Loops one = new Loops(home.resolve("one"));
    loop(one, one.store, 1).run(one.start, Loops.TASKS);
    Loops many = new Loops(home.resolve("many"));
    loop(many, many.store, 64).run(many.start, Loops.TASKS);
    assertThat(probed(many.store)).hasSizeLessThan(probed(one.store).size() * 4 / 5);
    assertThat(readings(many.store)).isLessThan(readings(one.store) * 3 / 2);
  }

  private static int readings(RunStore store) {
    return probed(store).stream().mapToInt(event -> event.probes().size()).sum();
  }

  /** Where the process ends and another declares another number. */
  @ParameterizedTest
  @ValueSource(ints = {1, 16, 64})
  void should_be_resumed_whatever_is_declared_then(int then) {
    int kills = 0;
    for (int appends = 6; kills < 12; appends += 5) {
      Loops cut = new Loops(home.resolve("cut " + appends));
      try {
        loop(cut, new BreakingStore(cut.store, appends, false), 64).run(cut.start, Loops.TASKS);
        break;
      } catch (RsiException e) {
        assertThat(e).hasMessageContaining("the power failed");
      }
      List<RunEvent> before = Loops.course(cut.store, "run-1");
      loop(cut, cut.store, then).resume("run-1", Loops.TASKS);
      List<RunEvent> course = Loops.course(cut.store, "run-1");
      assertThat(course.subList(0, before.size())).isEqualTo(before);
      assertThat(course.get(course.size() - 1)).isInstanceOf(RunEvent.RunFinished.class);
      assertThat(loop(cut, cut.store, 1).replay("run-1", Loops.TASKS).verify(1).difference())
          .isNull();
      kills++;
    }
    assertThat(kills).isGreaterThan(2);
  }
}
