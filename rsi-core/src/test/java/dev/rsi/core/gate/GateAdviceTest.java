package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.ProbeKind;
import java.util.List;
import org.junit.jupiter.api.Test;

class GateAdviceTest {
  private static final List<ProbeKind> KINDS =
      List.of(new ProbeKind("large", 1000), new ProbeKind("small", 40));

  @Test
  void should_say_what_a_decision_costs_and_sees() {
    GateAdvice advice = DriftGates.anchored().advise(KINDS, .01, 1);

    assertThat(advice.least()).containsEntry("large", 96);
    assertThat(advice.probes().get("large")).isBetween(96.0, 200.0);
    assertThat(advice.total()).isGreaterThan(advice.probes().get("large"));
    assertThat(advice.promoted().get("large")).isGreaterThan(.97);
    assertThat(advice.drop().get("large")).isBetween(.04, .2);
    assertThat(advice.toString()).contains("large").contains("96 at least");
  }

  @Test
  void should_name_what_sampling_cannot_certify() {
    GateAdvice advice = DriftGates.anchored().advise(KINDS, .01, 1);
    assertThat(advice.impossible()).containsExactly("small");
    assertThat(advice.toString()).contains("Too few probes").contains("small").contains("Maybe");
    // A harm of one in a thousand needs some thousand probes without a single flip.
    GateAdvice rare =
        DriftGates.anchored().margins("large", 0, .001).advise(KINDS.subList(0, 1), 0, 1000);
    assertThat(rare.impossible()).containsExactly("large");
    assertThat(rare.least().get("large")).isGreaterThan(14_000);
  }

  @Test
  void should_advise_on_a_gate_with_settings_for_single_kinds() {
    GateAdvice advice =
        DriftGates.anchored().critical("large").tripwires("small").advise(KINDS, 0, 1);
    assertThat(advice.least()).containsOnlyKeys("large");
    assertThat(advice.least().get("large")).isBetween(155, 165);
  }

  /** The fewest probes are those of the closed form: the gate promotes on exactly so many. */
  @Test
  void should_agree_with_the_gate() {
    AnchoredGate gate = DriftGates.anchored().gain(false).batch(1);
    GateAdvice advice = gate.advise(List.of(new ProbeKind("a", 1000)), 0, 1);
    LawProbes probes = new LawProbes(1).kind("a", 1000, 1, 1, 1);
    assertThat(gate.decide(probes).promotes()).isTrue();
    assertThat(advice.least()).containsEntry("a", probes.pulled());
    assertThat(advice.probes().get("a")).isCloseTo(probes.pulled(), within(1e-9));
  }

  @Test
  void should_cost_less_when_error_is_a_share_or_margins_are_wide() {
    List<ProbeKind> kinds = KINDS.subList(0, 1);
    double usual = DriftGates.anchored().advise(kinds, .01, 20).total();
    assertThat(DriftGates.anchored().margins(.01, .08).advise(kinds, .01, 20).total())
        .isLessThan(usual);
    assertThat(DriftGates.anchored().advise(kinds, .01, 1).total()).isLessThan(usual);
    assertThatThrownBy(() -> DriftGates.anchored().advise(kinds, 1, 1))
        .hasMessageContaining("churn (1.0)");
  }
}
