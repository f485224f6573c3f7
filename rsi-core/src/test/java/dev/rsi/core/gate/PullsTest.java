package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many probes a pull takes: many at once where they are needed anyhow. */
class PullsTest {
  /** Probes of which so many are read at once. */
  private record Together(LawProbes probes, int together, List<Integer> pulls)
      implements ProbeSource {
    static Together of(LawProbes probes, int together) {
      return new Together(probes, together, new ArrayList<>());
    }

    @Override
    public List<ProbeKind> kinds() {
      return probes.kinds();
    }

    @Override
    public long ordinal() {
      return probes.ordinal();
    }

    @Override
    public List<ProbeResult> pull(String kind, int count, Set<Role> roles) {
      pulls.add(count);
      return probes.pull(kind, count, roles);
    }
  }

  private static LawProbes probes(double lost) {
    LawProbes probes = new LawProbes(3).kind("gained", 1600, .2, .2, .9);
    for (int k = 0; k < 7; k++) {
      probes.kind("k" + k, 1600, .9, .9, .9 - lost);
    }
    return probes;
  }

  @ParameterizedTest
  @CsvSource({"16, 0", "64, 0", "1000, 0", "64, 0.01"})
  void should_wait_less_and_read_hardly_more_where_many_are_read_at_once(
      int together, double lost) {
    // GIVEN
    Together one = Together.of(probes(lost), 1);
    Together many = Together.of(probes(lost), together);
    // WHEN
    GateDecision decision = DriftGates.anchored().decide(one);
    // THEN
    assertThat(decision.action()).isEqualTo(Action.PROMOTE);
    GateDecision same = DriftGates.anchored().decide(many);
    assertThat(same.action()).isEqualTo(Action.PROMOTE);
    assertThat(many.pulls()).hasSizeLessThan(one.pulls().size() * 3 / 4);
    assertThat(many.probes().pulled()).isLessThanOrEqualTo(one.probes().pulled() * 6 / 5);
    assertThat(GateAudit.problems(List.of(same))).isEmpty();
  }

  @Test
  void should_find_harm_after_one_pull_of_a_kind_at_most() {
    Together many = Together.of(probes(.6), 64);
    assertThat(DriftGates.anchored().decide(many).action()).isEqualTo(Action.ROLLBACK);
    assertThat(many.probes().pulled()).isLessThanOrEqualTo(8 * 64);
  }

  @ParameterizedTest
  @CsvSource({"32", "64", "200"})
  void should_not_end_far_beyond_what_proves_safety_with_a_large_batch(int batch) {
    LawProbes small = new LawProbes(5).kind("a", 1600, .9, .9, .9).kind("b", 1600, .5, .5, .5);
    LawProbes large = new LawProbes(5).kind("a", 1600, .9, .9, .9).kind("b", 1600, .5, .5, .5);
    DriftGates.anchored().gain(false).decide(small);
    DriftGates.anchored().gain(false).batch(batch).decide(large);
    assertThat(large.pulled()).isBetween(1, small.pulled() + 2 * 8);
  }

  @Test
  void should_pull_as_recorded_in_a_lineage_of_before() {
    Together one = Together.of(probes(0), 1);
    Together many = Together.of(probes(0), 64);
    GateDecision decision = DriftGates.anchored().before().batch(32).decide(one);
    assertThat(DriftGates.anchored().before().batch(32).decide(many)).isEqualTo(decision);
    assertThat(many.pulls()).isEqualTo(one.pulls());
  }
}
