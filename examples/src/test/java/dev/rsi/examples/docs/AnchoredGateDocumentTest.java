package dev.rsi.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.GateDecision;
import dev.rsi.api.ProbeKind;
import dev.rsi.core.gate.AnchoredGate;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.gate.GateAdvice;
import dev.rsi.core.gate.GateAudit;
import dev.rsi.core.gate.GateReport;
import dev.rsi.testkit.SimulatedProbes;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The code of docs/drift-gate.md. */
class AnchoredGateDocumentTest {

  @Test
  void should_decide_and_explain() {
    SimulatedProbes probes =
        SimulatedProbes.seeded(1)
            .kind("never say", 50, 1, 1, 1)
            .kind("refusals", 600, 0.98, 0.98, 0.98)
            .kind("sums", 400, 0.2, 0.5, 0.7);
    List<ProbeKind> kinds = probes.kinds();

    // #region anchored
    AnchoredGate gate =
        DriftGates.anchored()
            .margins(0.01, 0.05)
            .critical("refusals")
            .tripwires("never say")
            .jumpLimit(0.5);
    GateAdvice advice = gate.advise(kinds, 0.02, 1);
    GateDecision decision = gate.decide(probes);
    GateReport report = GateReport.of(List.of(decision));
    List<String> problems = GateAudit.problems(List.of(decision));
    // #endregion

    assertThat(advice.impossible()).isEmpty();
    assertThat(decision.action()).as(decision.reason()).isEqualTo(GateDecision.Action.PROMOTE);
    assertThat(report.toString()).contains("sums against INCUMBENT");
    assertThat(problems).isEmpty();
  }
}
