package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.GateDecision;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GateReportTest {

  @Test
  void should_say_which_signal_drifted_how_far_and_how_sure_that_is() {
    GateReport report =
        GateReport.of(
            List.of(
                DriftGates.anchored()
                    .decide(
                        new LawProbes(1)
                            .kind("steady", 400, 1, 1, 1)
                            .kind("lost", 400, 1, 1, .9)
                            .kind("gained", 400, 0, 0, .9))));

    assertThat(report.rows()).hasSize(6);
    GateReport.Row lost = report.rows().get(2);
    assertThat(lost.signal()).isEqualTo("lost against ANCHOR");
    assertThat(lost.from()).isLessThan(.1);
    assertThat(lost.to()).isGreaterThan(.1);
    assertThat(lost.drift()).isBetween(lost.from(), lost.to());
    assertThat(lost.used()).isGreaterThan(1);
    assertThat(lost.safe()).isFalse();
    assertThat(report.rows().get(4).drift()).isLessThan(-.5);
    assertThat(report.toString())
        .startsWith("Decision 1: ")
        .contains("evidence of harm")
        .contains("lost against ANCHOR")
        .contains(" no ");
  }

  @Test
  void should_say_how_many_decisions_are_left_at_this_slope() {
    AnchoredGate gate = DriftGates.anchored().anchorOnly();
    List<GateDecision> decisions = new ArrayList<>();
    for (int g = 1; g <= 4; g++) {
      decisions.add(gate.decide(new LawProbes(g).ordinal(g).kind("a", 5000, 1, 1, 1 - .005 * g)));
    }
    assertThat(decisions).allMatch(GateDecision::promotes);
    GateReport.Row row = GateReport.of(decisions).rows().get(0);
    // 3 % of the limit of 5 % are left, half a percent each.
    assertThat(row.left()).isBetween(1.0, 30.0);
    assertThat(GateReport.of(decisions).toString()).contains(" decisions");
    assertThat(GateReport.of(decisions.subList(3, 4)).rows().get(0).left()).isInfinite();
  }

  @Test
  void should_widen_its_bounds_for_missing_and_partial_readings() {
    GateReport.Row whole = row(new LawProbes(1).kind("a", 400, 1, 1, .97));
    GateReport.Row missing = row(new LawProbes(1).missing(.1).kind("a", 400, 1, 1, .97));
    assertThat(missing.missing()).isPositive();
    assertThat(missing.to()).isGreaterThan(whole.to());
    assertThat(missing.from()).isLessThan(whole.from());
    GateReport.Row partial = row(new LawProbes(1).fractional(true).kind("a", 400, 1, 1, .5));
    assertThat(partial.drift()).isBetween(partial.from(), partial.to());
  }

  private static GateReport.Row row(LawProbes probes) {
    return GateReport.of(List.of(DriftGates.anchored().anchorOnly().decide(probes))).rows().get(0);
  }

  @Test
  void should_refuse_what_no_anchored_gate_decided() {
    assertThatThrownBy(() -> GateReport.of(List.of())).hasMessageContaining("no decisions");
    GateDecision other = DriftGates.paired().decide(new LawProbes(1).kind("a", 400, 0, 0, 1));
    assertThatThrownBy(() -> GateReport.of(List.of(other))).hasMessageContaining("another gate");
    assertThatThrownBy(() -> DriftGates.anchored().after(other))
        .hasMessageContaining("another gate");
  }
}
