package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.Role;
import dev.rsi.core.internal.probe.Margins;
import dev.rsi.core.internal.stats.Bets;
import java.util.List;
import org.junit.jupiter.api.Test;

class StandingTest {
  private static final Tripwire UNTOUCHED = new Tripwire("never", 5, 5, 0, 0);

  private static Signal signal(Role reference, long worse, long same, long better) {
    Signal signal = new Signal("a", reference, new Margins(.01, .05));
    signal.add(worse, same, better);
    return signal;
  }

  private static Standing standing(
      List<Signal> signals, List<Tripwire> tripwires, double level, boolean gain, double jump) {
    Lineage lineage = new Lineage(signals.size());
    lineage.open(1);
    return new Standing(lineage, signals, tripwires, level, .05, gain, jump);
  }

  private static Standing of(Signal... signals) {
    return standing(List.of(signals), List.of(), .05, true, 1);
  }

  @Test
  void should_take_evidence_that_just_reaches_what_is_needed() {
    // Without probes every wealth is 1, and that is what an error of 1 needs.
    List<Signal> signals = List.of(signal(Role.INCUMBENT, 0, 0, 0));
    Standing quiet = standing(signals, List.of(), 1, true, 1);
    assertThat(quiet.safe()).isTrue();
    assertThat(quiet.gained()).isTrue();
    assertThat(quiet.action()).isEqualTo(Action.PROMOTE);
    // A lineage that carries 1, with 1 to come: together just what a false alarm of a half needs.
    Lineage carried = new Lineage(0, 0, new double[1][Bets.COUNT]);
    Standing loud = new Standing(carried, signals, List.of(), 1, .5, true, 1);
    assertThat(loud.harmLog()).isEqualTo(loud.harmNeeded());
    assertThat(loud.action()).isEqualTo(Action.ROLLBACK);
  }

  @Test
  void should_promote_only_what_fulfils_every_demand() {
    List<Signal> better = List.of(signal(Role.INCUMBENT, 0, 200, 200));
    assertThat(standing(better, List.of(UNTOUCHED), .05, true, 1).action())
        .isEqualTo(Action.PROMOTE);
    assertThat(standing(better, List.of(new Tripwire("never", 5, 4, 0, 0)), .05, true, 1).action())
        .isEqualTo(Action.HOLD);
    assertThat(standing(better, List.of(UNTOUCHED), .05, true, .4).action()).isEqualTo(Action.HOLD);
    List<Signal> unchanged = List.of(signal(Role.INCUMBENT, 0, 400, 0));
    assertThat(standing(unchanged, List.of(), .05, true, 1).action()).isEqualTo(Action.HOLD);
    assertThat(standing(unchanged, List.of(), .05, false, 1).action()).isEqualTo(Action.PROMOTE);
    List<Signal> unsafe = List.of(better.get(0), signal(Role.ANCHOR, 0, 9, 0));
    assertThat(standing(unsafe, List.of(), .05, true, 1).action()).isEqualTo(Action.HOLD);
    assertThat(standing(List.of(), List.of(), 1, false, 1).action()).isEqualTo(Action.HOLD);
  }

  @Test
  void should_roll_back_whatever_else_is_proven() {
    List<Signal> better = List.of(signal(Role.INCUMBENT, 0, 200, 200));
    Standing tripped =
        standing(better, List.of(UNTOUCHED, new Tripwire("x", 9, 1, 1, 0)), .05, true, 1);
    assertThat(tripped.tripped()).isTrue();
    assertThat(tripped.tripwires()).hasSize(2);
    assertThat(tripped.action()).isEqualTo(Action.ROLLBACK);
    assertThat(of(better.get(0), signal(Role.ANCHOR, 40, 60, 0)).action())
        .isEqualTo(Action.ROLLBACK);
  }

  @Test
  void should_be_safe_only_if_every_signal_is() {
    Standing standing = of(signal(Role.ANCHOR, 0, 300, 0), signal(Role.ANCHOR, 0, 30, 0));
    assertThat(standing.safe(0)).isTrue();
    assertThat(standing.safe(1)).isFalse();
    assertThat(standing.safe()).isFalse();
    assertThat(standing.safeLog(0)).isEqualTo(standing.signals().get(0).safe().log());
    assertThat(of().safe()).isFalse();
  }

  @Test
  void should_take_the_mean_of_the_gains_over_the_kinds() {
    Signal gained = signal(Role.INCUMBENT, 0, 0, 9);
    Standing standing = of(signal(Role.ANCHOR, 0, 0, 9), gained, signal(Role.INCUMBENT, 0, 0, 0));
    double wealth = Math.exp(gained.gain().log());
    assertThat(standing.gainLog()).isCloseTo(Math.log((wealth + 1) / 2), within(1e-12));
    assertThat(standing.gainLog(0)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(standing.gainLog(1)).isEqualTo(gained.gain().log());
    assertThat(standing.gainNeeded()).isCloseTo(Math.log(20 * 2), within(1e-12));
    Standing anchored = of(signal(Role.ANCHOR, 0, 0, 9));
    assertThat(anchored.gainLog()).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(anchored.gained()).isFalse();
    assertThat(anchored.gainNeeded()).isEqualTo(anchored.needed());
  }

  private static Standing pooling(double gainLevel, Signal... signals) {
    Lineage lineage = new Lineage(signals.length);
    lineage.open(1);
    return new Standing(
        lineage, List.of(signals), List.of(), .05, .05, true, 1, gainLevel, /* pools= */ true);
  }

  @Test
  void should_bet_half_on_the_gains_of_all_kinds_together() {
    Signal one = signal(Role.INCUMBENT, 1, 50, 4);
    Signal other = signal(Role.INCUMBENT, 0, 60, 3);
    Standing standing = pooling(.2, signal(Role.ANCHOR, 0, 0, 99), one, other);
    double pooled = Math.exp(Bets.safe(0).logWealth(1, 110, 7));
    double mean = (Math.exp(one.gain().log()) + Math.exp(other.gain().log())) / 2;
    assertThat(standing.pooledLog(1)).isCloseTo(Math.log(pooled), within(1e-12));
    assertThat(standing.gainLog()).isCloseTo(Math.log((mean + pooled) / 2), within(1e-12));
    assertThat(standing.gainNeeded()).isCloseTo(Math.log(5 * 2 * 2), within(1e-12));
    assertThat(standing.pooledNeeded()).isCloseTo(Math.log(5 * 2), within(1e-12));
    // A gain in sum only, none of it on a single kind, counts for all kinds and for none apart.
    assertThat(pooling(.2, signal(Role.ANCHOR, 0, 0, 99)).gained()).isFalse();
  }

  @Test
  void should_spend_on_no_gain_apart_from_loss() {
    Signal gained = signal(Role.INCUMBENT, 0, 400, 5);
    Standing loose = pooling(.2, gained);
    assertThat(loose.gainLog()).isBetween(Math.log(5), Math.log(20));
    assertThat(loose.action()).isEqualTo(Action.PROMOTE);
    assertThat(pooling(.05, gained).action()).isEqualTo(Action.HOLD);
    assertThat(loose.needed()).isEqualTo(-Math.log(.05));
  }

  @Test
  void should_not_weigh_gains_that_nobody_demands() {
    Signal gained = signal(Role.INCUMBENT, 0, 0, 9);
    Standing standing = standing(List.of(gained), List.of(), .05, false, 1);
    assertThat(standing.demandsGain()).isFalse();
    assertThat(standing.gained()).isTrue();
    assertThat(standing.gainLog(0)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(of(gained).demandsGain()).isTrue();
  }

  @Test
  void should_find_the_first_jump_against_the_incumbent() {
    Signal anchor = signal(Role.ANCHOR, 0, 0, 10);
    Signal half = signal(Role.INCUMBENT, 0, 5, 5);
    Signal most = signal(Role.INCUMBENT, 0, 4, 6);
    assertThat(standing(List.of(anchor, half, most), List.of(), .05, true, .5).jumped())
        .isEqualTo(2);
    assertThat(standing(List.of(most, anchor), List.of(), .05, true, .5).jumped()).isZero();
    assertThat(standing(List.of(anchor, half), List.of(), .05, true, .5).jumped()).isEqualTo(-1);
  }

  @Test
  void should_weigh_a_signal_anew_when_told() {
    Signal signal = signal(Role.INCUMBENT, 0, 0, 0);
    Standing standing = of(signal);
    signal.add(30, 0, 0);
    assertThat(standing.harmLog(0)).isLessThan(0);
    standing.weigh(0);
    assertThat(standing.harmLog(0))
        .isCloseTo(Math.log(ErrorBudget.weight(1)) + signal.harm().log(), within(1e-9));
    assertThat(standing.safeLog(0)).isEqualTo(signal.safe().log());
    assertThat(standing.gainLog(0)).isEqualTo(signal.gain().log());
    assertThat(standing.harmLog())
        .isCloseTo(Bets.logAdd(standing.harmLog(0), Math.log(ErrorBudget.tail(1))), within(1e-12));
  }

  @Test
  void should_say_in_words_what_a_tripwire_caught() {
    assertThat(new Tripwire("never", 9, 8, 1, 0).words()).isEqualTo("never (1 failed of 9)");
    assertThat(new Tripwire("never", 9, 8, 0, 2).words())
        .isEqualTo("never (0 failed, 2 missing of 9)");
    assertThat(UNTOUCHED.untouched()).isTrue();
    assertThat(new Tripwire("never", 9, 9, 0, 1).untouched()).isFalse();
    assertThat(new Tripwire("never", 9, 9, 1, 0).untouched()).isFalse();
  }
}
