package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.ProbeResult;
import dev.rsi.api.Role;
import dev.rsi.core.internal.probe.Margins;
import dev.rsi.core.internal.stats.Bets;
import dev.rsi.core.internal.stats.Evidence;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SignalTest {
  private final Signal signal = new Signal("a", Role.INCUMBENT, new Margins(.01, .05));

  private static ProbeResult read(Role role, double reading, Role other, double second) {
    return new ProbeResult("p", Map.of(role, reading, other, second));
  }

  @Test
  void should_take_the_readings_drift_from_its_own_reference() {
    signal.add(read(Role.INCUMBENT, 1, Role.CHALLENGER, 0));
    signal.add(read(Role.INCUMBENT, 0, Role.CHALLENGER, 1));
    signal.add(read(Role.INCUMBENT, .75, Role.CHALLENGER, .5));
    signal.add(read(Role.INCUMBENT, .5, Role.CHALLENGER, .5));
    assertThat(signal.worse()).isEqualTo(1);
    assertThat(signal.better()).isEqualTo(1);
    assertThat(signal.same()).isEqualTo(1);
    assertThat(signal.partial()).isEqualTo(1);
    assertThat(signal.partialSum()).isEqualTo(.25);
    assertThat(signal.missing()).isZero();
    assertThat(signal.probes()).isEqualTo(4);
    assertThat(signal.meanDrift()).isEqualTo(.0625);
  }

  @Test
  void should_count_a_missing_reading_of_either_side_against_every_claim() {
    signal.add(read(Role.ANCHOR, 1, Role.CHALLENGER, 1));
    signal.add(read(Role.ANCHOR, 1, Role.INCUMBENT, 1));
    signal.addMissing(3);
    assertThat(signal.missing()).isEqualTo(5);
    assertThat(signal.probes()).isEqualTo(5);
    assertThat(signal.meanDrift()).isZero();
    assertThat(signal.harm().log()).isEqualTo(Bets.harm(.01).logWealth(0, 0, 5));
    assertThat(signal.safe().log()).isEqualTo(Bets.safe(.05).logWealth(5, 0, 0));
    assertThat(signal.gain().log()).isEqualTo(Bets.safe(0).logWealth(5, 0, 0));
  }

  @Test
  void should_add_up_counts_whichever_way_they_come() {
    signal.add(2, 30, 4);
    signal.add(1, 10, 1);
    signal.add(1);
    signal.add(0);
    signal.add(-1);
    assertThat(signal.worse()).isEqualTo(4);
    assertThat(signal.same()).isEqualTo(41);
    assertThat(signal.better()).isEqualTo(6);
    assertThat(signal.probes()).isEqualTo(51);
    assertThat(signal.meanDrift()).isCloseTo(-2 / 51., within(1e-15));
    assertThat(signal.harm().log()).isEqualTo(Bets.harm(.01).logWealth(4, 41, 6));
    assertThat(signal.safe().log()).isEqualTo(Bets.safe(.05).logWealth(4, 41, 6));
    assertThat(signal.gain().log()).isEqualTo(Bets.safe(0).logWealth(4, 41, 6));
  }

  @Test
  void should_take_partial_drifts_as_their_sums_too() {
    signal.add(.25);
    signal.add(-.5);
    signal.add(1);
    signal.addMissing(1);
    Signal copy = new Signal("a", Role.INCUMBENT, new Margins(.01, .05));
    copy.add(1, 0, 0);
    copy.addMissing(1);
    copy.addPartial(
        2, -.25, factors(signal.harm()), factors(signal.safe()), factors(signal.gain()));
    for (Signal either : new Signal[] {signal, copy}) {
      assertThat(either.partial()).isEqualTo(2);
      assertThat(either.partialSum()).isEqualTo(-.25);
      assertThat(either.probes()).isEqualTo(4);
      assertThat(either.meanDrift()).isEqualTo(.25);
    }
    assertThat(copy.harm().log()).isEqualTo(signal.harm().log());
    assertThat(copy.safe().log()).isEqualTo(signal.safe().log());
    assertThat(copy.gain().log()).isEqualTo(signal.gain().log());
    copy.addPartial(1, .5, new double[8], new double[8], new double[8]);
    assertThat(copy.partial()).isEqualTo(3);
    assertThat(copy.partialSum()).isEqualTo(.25);
  }

  private static double[] factors(Evidence evidence) {
    double[] logs = new double[Bets.COUNT];
    for (int k = 0; k < logs.length; k++) {
      logs[k] = evidence.partial(k);
    }
    return logs;
  }

  @Test
  void should_say_in_words_how_it_went() {
    signal.add(2, 17, 1);
    assertThat(signal.words()).isEqualTo("a against the incumbent (2 worse, 1 better of 20)");
    signal.addMissing(5);
    assertThat(signal.words())
        .isEqualTo("a against the incumbent (2 worse, 1 better, 5 missing of 25)");
    Signal anchored = new Signal("b", Role.ANCHOR, new Margins(.01, .05));
    anchored.add(.25);
    anchored.add(0, 1, 0);
    assertThat(anchored.words()).isEqualTo("b against generation 0 (-12.5 % on average of 2)");
    assertThat(anchored.name()).isEqualTo("b against ANCHOR");
    assertThat(anchored.reference()).isEqualTo(Role.ANCHOR);
    assertThat(anchored.margins()).isEqualTo(new Margins(.01, .05));
  }

  @Test
  void should_leave_no_trace_of_a_drift_out_of_range() {
    assertThatThrownBy(() -> signal.add(1.5)).hasMessageContaining("drift (1.5)");
    assertThat(signal.probes()).isZero();
  }

  @Test
  void should_tolerate_nothing_at_all_if_told() {
    assertThat(new Margins(0, .05).tolerated()).isZero();
    assertThatThrownBy(() -> new Margins(-1e-9, .05)).hasMessageContaining("tolerated (-1.0E-9)");
    assertThatThrownBy(() -> new Margins(.05, .05)).hasMessageContaining("limit (0.05)");
    assertThatThrownBy(() -> new Margins(.05, 1)).hasMessageContaining("limit (1.0)");
  }
}
