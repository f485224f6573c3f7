package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.GateFinding;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Gates in whole loops: banks too small to prove anything, and decisions in the words of before.
 */
class TheirWordsTest {
  private static final String THEN = "Not proven safe: as it was said before.";

  @TempDir Path home;

  private static ImprovementLoop<Sum, Long> loop(Loops loops, RunStore store, DriftGate gate) {
    return ImprovementLoop.builder(loops.learner.generator())
        .verifier(ToyTasks.verifier())
        .trainer(loops.learner.trainer())
        .gate(gate)
        .probes(Loops.heldOut(11, 40))
        .practice(Practice.DEFAULT.tasks(16).scouts(8).patience(10))
        .budget(Budget.of(4))
        .store(store)
        .registry(loops.registry)
        .build();
  }

  @Test
  void should_not_be_built_with_a_bank_that_proves_nothing_unless_every_kind_gains() {
    Loops loops = new Loops(home);
    assertThatThrownBy(() -> loop(loops, loops.store, DriftGates.anchored()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("gate does not fit probes: These kinds have too few probes")
        .hasMessageContaining("level 3 (40 probes of 96, or a limit of")
        .hasMessageContaining("evenIfSmall()");
    ImprovementLoop<Sum, Long> insists =
        loop(loops, loops.store, DriftGates.anchored().evenIfSmall());
    assertThat(insists.plan().describe().get("gate")).endsWith(", even if small");
  }

  /** A run of which decisions are recorded in the words of an earlier version, or of none. */
  @ParameterizedTest
  @ValueSource(strings = {"held", "held and left", "held, with other findings"})
  void should_resume_a_run_whose_decisions_were_said_otherwise(String how) {
    // GIVEN a run with held challengers
    Loops loops = new Loops(home);
    DriftGate gate = DriftGates.anchored().evenIfSmall();
    RunReport whole = loop(loops, loops.store, gate).run(loops.start, Loops.TASKS);
    List<RunEvent> events = loops.store.events(whole.run());
    assertThat(events)
        .anyMatch(e -> e instanceof RunEvent.Gated g && g.decision().reason().contains("would do"));
    // GIVEN its record in other words, up to a decision or the generation after it
    RunStore left = RunStore.inMemory();
    left.create(whole.run());
    List<RunEvent> said = new ArrayList<>();
    boolean other = how.contains("other findings");
    int decisions = 0;
    for (RunEvent event : events) {
      said.add(inOtherWords(event, other));
      decisions += event instanceof RunEvent.Gated ? 1 : 0;
      boolean stops = how.equals("held") || other;
      if (stops ? decisions == 1 : event instanceof RunEvent.GenerationFinished && decisions == 2) {
        break;
      }
    }
    left.append(whole.run(), Instant.EPOCH, said);
    ImprovementLoop<Sum, Long> again = loop(loops, left, DriftGates.anchored().evenIfSmall());
    // WHEN it is resumed
    if (other) {
      // THEN another decision is another one, whatever it is called
      assertThatThrownBy(() -> again.resume(whole.run(), Loops.TASKS))
          .hasMessageContaining("Gated");
      return;
    }
    RunReport report = again.resume(whole.run(), Loops.TASKS);
    // THEN it goes on, what was said stays said, and the rest is as it would have been
    assertThat(report.generations()).hasSameSizeAs(whole.generations());
    List<RunEvent> course = Loops.course(left, whole.run());
    List<RunEvent> then = said.stream().filter(e -> !e.circumstantial()).toList();
    assertThat(course.subList(0, then.size())).isEqualTo(then);
    assertThat(report.generations().stream().map(GenerationReport::decision))
        .anySatisfy(
            d -> {
              assertThat(d).isNotNull();
              assertThat(d.reason()).isEqualTo(THEN);
            });
    assertThat(report.live()).isEqualTo(whole.live());
  }

  private static RunEvent inOtherWords(RunEvent event, boolean other) {
    if (event instanceof RunEvent.Gated gated) {
      GateDecision then = inOtherWords(gated.decision(), other);
      return new RunEvent.Gated(gated.generation(), gated.challenger(), then, gated.charter());
    }
    if (event instanceof RunEvent.GenerationFinished finished
        && finished.report().decision() != null) {
      GenerationReport r = finished.report();
      GateDecision then = inOtherWords(r.decision(), other);
      return new RunEvent.GenerationFinished(
          new GenerationReport(
              r.generation(),
              r.outcome(),
              r.frontier(),
              r.made(),
              r.kept(),
              r.challenger(),
              then,
              r.exam(),
              r.live(),
              r.practised(),
              r.why(),
              r.supplied(),
              r.proposed()));
    }
    return event;
  }

  private static GateDecision inOtherWords(GateDecision decision, boolean other) {
    List<GateFinding> findings = new ArrayList<>(decision.findings());
    if (other) {
      findings.set(0, new GateFinding("lineage", "kept", Map.of("decision", 1.0)));
    }
    return new GateDecision(decision.action(), THEN, findings);
  }
}
