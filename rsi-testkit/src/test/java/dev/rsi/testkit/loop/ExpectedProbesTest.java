package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Generator;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.gate.GateAudit;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.probe.ProbeFamily;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Skills that are read by the probability of the right answer. */
class ExpectedProbesTest {
  @TempDir Path home;

  private static ProbeBank<Sum, Long> expected() {
    List<ProbeFamily<Sum, Long>> families = new ArrayList<>();
    Loops.heldOut(11, 150)
        .families()
        .forEach(
            (kind, family) ->
                families.add(
                    ProbeFamily.expected(kind, family.tasks(), sum -> List.of(sum.expected()))));
    return ProbeBank.of(ToyTasks.codec(), families);
  }

  private static ImprovementLoop.Builder<Sum, Long> loop(
      Loops loops, Generator<Sum, Long> generator) {
    ProbeBank<Sum, Long> bank = expected();
    DriftGate gate = DriftGates.anchored(bank).errorAsShare();
    return ImprovementLoop.builder(generator)
        .verifier(ToyTasks.verifier())
        .trainer(loops.learner.trainer())
        .gate(gate)
        .probes(bank)
        .practice(Practice.DEFAULT.tasks(64))
        .budget(Budget.of(4))
        .store(loops.store)
        .registry(loops.registry);
  }

  @Test
  void should_promote_by_probabilities_and_record_what_was_read() {
    // GIVEN
    Loops loops = new Loops(home);
    // WHEN
    RunReport report = loop(loops, loops.learner.generator()).build().run(loops.start, Loops.TASKS);
    // THEN
    List<RunEvent> events = loops.store.events(report.run());
    List<GateDecision> decisions = new ArrayList<>();
    for (RunEvent event : events) {
      if (event instanceof RunEvent.Gated gated) {
        decisions.add(gated.decision());
      }
    }
    assertThat(decisions).anyMatch(GateDecision::promotes);
    assertThat(GateAudit.problems(decisions)).isEmpty();
    assertThat(events)
        .filteredOn(RunEvent.Probed.class::isInstance)
        .allSatisfy(
            event ->
                assertThat(((RunEvent.Probed) event).numbers())
                    .allMatch(logProbability -> logProbability <= 0));
    // A second look under other seeds would be the same look.
    assertThat(decisions.get(0).findings()).noneMatch(f -> f.signal().endsWith("as instrument"));
  }

  @Test
  void should_not_be_built_around_a_generator_that_does_not_score() {
    // GIVEN
    Loops loops = new Loops(home);
    Generator<Sum, Long> silent =
        new WrappedGenerator(
            loops.learner.generator(),
            (session, requests, context) -> session.generate(requests, context));
    // WHEN, THEN
    assertThatThrownBy(() -> loop(loops, silent).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("level 3")
        .hasMessageContaining("does not score")
        .hasMessageContaining("ProbeFamily.skill");
  }
}
