package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.RsiException;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person makes another version live while a run is open: they are not overruled. */
class MovedVersionTest {
  @TempDir Path home;

  @Test
  void should_not_overrule_a_person_in_generation_0() {
    Loops loops = new Loops(home);
    RunReport left = loop(loops, event -> {}, false).run(loops.start, Loops.TASKS);
    assertThat(left.end()).isEqualTo(RunReport.End.OUTAGE);
    String run = left.run();
    assertThat(loops.store.events(run, RunEvent.GenerationFinished.class)).isEmpty();
    String own = person(loops);
    assertThatIllegalStateException()
        .isThrownBy(() -> loop(loops, event -> {}, true).resume(run, Loops.TASKS))
        .withMessageContaining(own)
        .withMessageContaining(loops.start.id());
    assertThat(loops.registry.history()).startsWith(own);
    loops.registry.rollBack();
    RunReport report = loop(loops, event -> {}, true).resume(run, Loops.TASKS);
    assertThat(report.end()).isEqualTo(RunReport.End.BUDGET_SPENT);
  }

  @Test
  void should_keep_what_the_run_needs_while_another_version_is_live() {
    Loops loops = new Loops(home);
    String[] own = {null};
    RunReport report =
        loop(
                loops,
                event -> {
                  if (event instanceof RunEvent.Gated && own[0] == null) {
                    own[0] = person(loops);
                  }
                },
                true)
            .run(loops.start, Loops.TASKS);
    assertThat(report.end()).isEqualTo(RunReport.End.BUDGET_SPENT);
    assertThat(loops.registry.history()).startsWith(own[0]);
    assertThat(loops.registry.versions()).contains(loops.start.id());
    loops.registry.rollBack();
    assertThat(loops.registry.live().orElseThrow().id()).isEqualTo(report.live());
  }

  private String person(Loops loops) {
    Path model = loops.learner.write(home.resolve("own"), .5);
    String id = loops.registry.add(model, Provenance.imported()).id();
    loops.registry.promote(id);
    return id;
  }

  private static ImprovementLoop<Sum, Long> loop(
      Loops loops, Consumer<RunEvent> hears, boolean there) {
    DriftGate holds = DriftGate.named("holds", source -> GateDecision.hold("never", List.of()));
    return ImprovementLoop.builder(
            new WrappedGenerator(
                loops.learner.generator(),
                (session, requests, context) -> {
                  if (!there) {
                    throw new RsiException("503", null, true);
                  }
                  return session.generate(requests, context);
                }))
        .verifier(ToyTasks.verifier())
        .trainer(loops.learner.trainer())
        .gate(holds)
        .probes(Loops.heldOut(11, 200))
        .exam(Loops.heldOut(12, 20))
        .practice(Practice.DEFAULT.tasks(16).scouts(8))
        .budget(Budget.of(2))
        .store(loops.store)
        .registry(loops.registry, 0)
        .listener(hears::accept)
        .oversight(Oversight.NONE.outages(Duration.ZERO))
        .build();
  }
}
