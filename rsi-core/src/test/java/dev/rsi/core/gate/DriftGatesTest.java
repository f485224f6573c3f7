package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Codec;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.probe.Margins;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.probe.ProbeFamily;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DriftGatesTest {
  private static final Verifier<String, String> ECHO =
      (task, candidate) -> Verdict.passIf(candidate.equals(task), "no echo");
  private static final Verifier<String, String> LONG =
      (task, candidate) -> Verdict.passIf(candidate.length() > 2, "short");

  @Test
  void should_set_a_gate_up_by_its_families() {
    ProbeBank<String, String> bank =
        ProbeBank.of(
            Codec.text(),
            List.of(
                ProbeFamily.skill("plain", List.of("a"), ECHO),
                ProbeFamily.critical("refusals", List.of("b"), ECHO),
                ProbeFamily.proxyGap("gap", List.of("c"), LONG, ECHO).margins(.03, .09),
                ProbeFamily.tripwire("never", List.of("d"), ECHO)));
    Rules rules = DriftGates.anchored(bank).rules();
    assertThat(rules.guards()).containsExactly("gap");
    assertThat(DriftGates.misfits(DriftGates.anchored(bank).error(.9).falseAlarm(.9), bank))
        .as("one probe each is too few, and all else is right")
        .allMatch(m -> m.contains("too few"));
    assertThat(DriftGates.misfits(DriftGates.anchored(), bank))
        .anyMatch(m -> m.contains("Kind (never) is a tripwire, which the gate does not know"))
        .anyMatch(m -> m.contains("Kind (refusals) is to be kept within"))
        .anyMatch(m -> m.contains("DriftGates.anchored(bank)"));
    assertThat(DriftGates.misfits(DriftGates.paired(), bank)).hasSize(3);
    AnchoredGate byHand =
        DriftGates.anchored().tripwires("never").critical("refusals").margins("gap", .03, .09);
    assertThat(DriftGates.misfits(byHand, bank))
        .anyMatch(m -> m.contains("Kind (gap) is no skill"))
        .noneMatch(m -> m.contains("does not know"));
    assertThat(DriftGates.misfits(byHand.guards("gap"), bank)).noneMatch(m -> m.contains("skill,"));
    assertThat(DriftGates.misfits(DriftGates.anchored(bank).margins("refusals", .01, .04), bank))
        .anyMatch(m -> m.contains("(refusals)"));
    assertThat(rules.tripwires()).containsExactly("never");
    assertThat(Margins.CRITICAL)
        .isEqualTo(
            new Margins(AnchoredGate.DEFAULT_TOLERATED, AnchoredGate.DEFAULT_CRITICAL_LIMIT));
    assertThat(rules.byKind())
        .containsOnly(
            Map.entry("refusals", new Margins(.01, .03)), Map.entry("gap", new Margins(.03, .09)));
  }
}
