package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.Verdict;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.AnchoredGate;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.gate.GateAudit;
import dev.rsi.core.gate.GateReport;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The anchored gate in whole runs: what it lets through, and what its record is worth. */
class AnchoredGateLoopTest {
  @TempDir Path home;

  private Loops loops;

  @BeforeEach
  void start() {
    loops = new Loops(home);
  }

  private static AnchoredGate gate() {
    return DriftGates.anchored().margins(.01, .1).incumbentMargins(.01, .1).errorAsShare();
  }

  @Test
  void should_let_a_learner_learn_and_every_decision_be_recomputed_from_the_store() {
    try (RunStore store = RunStore.sqlite(home.resolve("run.db"))) {
      RunReport report =
          ImprovementLoop.builder(loops.learner.generator())
              .verifier(ToyTasks.verifier())
              .trainer(loops.learner.trainer())
              .gate(gate())
              .probes(Loops.heldOut(11, 200))
              .practice(Practice.DEFAULT.tasks(64))
              .budget(Budget.of(10))
              .store(store)
              .registry(loops.registry)
              .build()
              .run(loops.start, Loops.TASKS);

      List<GateDecision> decisions = decisions(store, report.run());
      assertThat(decisions).anyMatch(GateDecision::promotes);
      assertThat(report.live()).isNotEqualTo(loops.start.id());
      assertThat(GateAudit.problems(decisions)).isEmpty();
      assertThat(decisions).allMatch(d -> GateAudit.recompute(d) == d.action());
      assertThat(GateReport.of(decisions).toString()).contains("level 3 against ANCHOR");
      assertThat(gate().after(decisions.get(decisions.size() - 1))).isNotNull();
    }
  }

  @Test
  void should_keep_generation_0_live_when_nothing_is_verified() {
    RunReport report =
        loops
            .parts()
            .lessons(Loops.given())
            .verifier((task, candidate) -> Verdict.pass())
            .trainer(loops.learner.trainer())
            .gate(gate())
            .build()
            .run(loops.start, Loops.TASKS);

    assertThat(report.live()).isEqualTo(loops.start.id());
    assertThat(decisions(loops.store, report.run()))
        .isNotEmpty()
        .noneMatch(d -> d.action() == Action.PROMOTE)
        .allSatisfy(d -> assertThat(d.reason()).contains("level"));
  }

  private static List<GateDecision> decisions(RunStore store, String run) {
    return store.events(run).stream()
        .filter(RunEvent.Gated.class::isInstance)
        .map(event -> ((RunEvent.Gated) event).decision())
        .toList();
  }
}
