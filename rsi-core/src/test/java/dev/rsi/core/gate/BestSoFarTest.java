package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.GateFinding;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What was gained since generation 0 is kept: the best so far is a reference of its own. */
class BestSoFarTest {
  private static final int KINDS = 4;
  private static final double FIRST = .3;

  private final double[] live = new double[KINDS];
  private final double[] best = new double[KINDS];
  private final List<GateDecision> decisions = new ArrayList<>();
  private final SplittableRandom random = new SplittableRandom(20);

  /** Probes drawn anew, on which versions differ as little as their means allow. */
  private final class Probes implements ProbeSource {
    private final double[] challenger;
    private final boolean missing;

    Probes(double[] challenger, boolean missing) {
      this.challenger = challenger;
      this.missing = missing;
    }

    @Override
    public List<ProbeKind> kinds() {
      List<ProbeKind> kinds = new ArrayList<>();
      for (int k = 0; k < KINDS; k++) {
        kinds.add(new ProbeKind("k" + k, 1600));
      }
      return kinds;
    }

    @Override
    public long ordinal() {
      return decisions.size() + 1L;
    }

    @Override
    public Set<Role> roles() {
      return EnumSet.allOf(Role.class);
    }

    @Override
    public List<ProbeResult> pull(String kind, int count, Set<Role> roles) {
      int k = Integer.parseInt(kind.substring(1));
      List<ProbeResult> results = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        double luck = random.nextDouble();
        Map<Role, Double> readings = new EnumMap<>(Role.class);
        readings.put(Role.ANCHOR, luck < FIRST ? 1.0 : 0.0);
        readings.put(Role.INCUMBENT, luck < live[k] ? 1.0 : 0.0);
        readings.put(Role.CHALLENGER, luck < challenger[k] ? 1.0 : 0.0);
        if (!missing) {
          readings.put(Role.BEST, luck < best[k] ? 1.0 : 0.0);
        }
        results.add(new ProbeResult("p", readings));
      }
      return results;
    }
  }

  private GateDecision decide(AnchoredGate gate, double[] challenger, boolean missing) {
    GateDecision decision = gate.decide(new Probes(challenger, missing));
    decisions.add(decision);
    if (decision.promotes()) {
      System.arraycopy(challenger, 0, live, 0, KINDS);
      for (GateFinding finding : decision.findings()) {
        if (finding.verdict().equals("better")) {
          int k = Integer.parseInt(finding.signal().substring(1, 2));
          assertThat(finding.signal()).endsWith(" against BEST");
          best[k] = live[k];
        }
      }
    }
    return decision;
  }

  private void begin(double mean) {
    Arrays.fill(live, mean);
    Arrays.fill(best, FIRST);
  }

  /** Each step is within what is tolerated or near it, and gains on one kind in turn. */
  @ParameterizedTest
  @CsvSource({"0.06, 0.0095", "0.08, 0.015", "0.08, 0.02", "0.05, 0.005"})
  void should_stop_a_lineage_that_loses_what_it_gained_in_steps(double gain, double loss) {
    // GIVEN a lineage far above generation 0
    begin(.85);
    AnchoredGate gate = DriftGates.anchored();
    // WHEN
    for (int g = 0; g < 60; g++) {
      double[] challenger = live.clone();
      for (int k = 0; k < KINDS; k++) {
        challenger[k] = k == g % KINDS ? Math.min(.97, challenger[k] + gain) : challenger[k] - loss;
      }
      decide(gate, challenger, false);
    }
    // THEN no kind is further below its best than its limit, twice that since generation 0
    for (int k = 0; k < KINDS; k++) {
      assertThat(best[k]).isGreaterThan(.8);
      assertThat(best[k] - live[k]).isLessThan(.1);
    }
    assertThat(GateAudit.problems(decisions)).isEmpty();
  }

  @Test
  void should_hold_and_not_roll_back_what_is_only_below_the_best() {
    begin(.6);
    AnchoredGate gate = DriftGates.anchored().gain(false);
    double[] better = live.clone();
    Arrays.fill(better, .9);
    assertThat(decide(gate, better, false).action()).isEqualTo(Action.PROMOTE);
    // WHEN the live version has lost half of that, in a way that the gate has not seen
    Arrays.fill(live, .75);
    GateDecision decision = decide(gate, live.clone(), false);
    // THEN
    assertThat(decision.action()).isEqualTo(Action.HOLD);
    assertThat(decision.reason()).contains("against the best so far");
    assertThat(GateAudit.problems(decisions)).isEmpty();
    assertThat(GateReport.of(decisions).toString()).contains("BEST");
  }

  @Test
  void should_fail_closed_when_the_best_version_cannot_be_read() {
    begin(.5);
    double[] better = live.clone();
    Arrays.fill(better, .9);
    assertThat(decide(DriftGates.anchored(), better, true).promotes()).isFalse();
  }

  @Test
  void should_continue_from_a_record_as_if_there_had_been_no_restart() {
    begin(.5);
    AnchoredGate gate = DriftGates.anchored();
    for (int g = 0; g < 4; g++) {
      double[] challenger = live.clone();
      challenger[g % KINDS] += .15;
      GateDecision last = decide(gate, challenger, false);
      assertThat(last.promotes()).isTrue();
      gate = DriftGates.anchored().after(last);
    }
    assertThat(GateAudit.problems(decisions)).isEmpty();
  }

  @Test
  void should_continue_a_lineage_of_before_by_its_arithmetic() {
    // GIVEN a record of before there was a third reference
    LawProbes probes = new LawProbes(1).kind("a", 800, .5, .5, .7);
    AnchoredGate before = DriftGates.anchored().before();
    GateDecision old = before.decide(probes);
    assertThat(old.findings().get(0).numbers()).doesNotContainKey("edition");
    assertThat(GateAudit.problems(List.of(old))).isEmpty();
    // WHEN
    GateDecision next =
        DriftGates.anchored()
            .after(old)
            .decide(new LawProbes(2).ordinal(2).kind("a", 800, .5, .5, .7));
    // THEN
    assertThat(next)
        .isEqualTo(before.decide(new LawProbes(2).ordinal(2).kind("a", 800, .5, .5, .7)));
    assertThat(GateAudit.problems(List.of(old, next))).isEmpty();
    AnchoredGate now = DriftGates.anchored();
    assertThat(now.asRecorded(before.describe()).describe()).isEqualTo(before.describe());
    assertThat(now.asRecorded(now.describe()).describe()).isEqualTo(now.describe());
    assertThat(now.asRecorded(AnchoredGate.class.getName()).roles()).doesNotContain(Role.BEST);
    assertThat(now.roles()).contains(Role.BEST);
    assertThat(now.anchorOnly().roles()).doesNotContain(Role.BEST);
  }
}
