package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.CancelledException;
import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import dev.rsi.core.internal.probe.Margins;
import dev.rsi.core.internal.stats.Bets;
import dev.rsi.core.internal.stats.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import net.jqwik.api.constraints.Size;

/** Decisions of the whole gate: priorities, error rates, and what it may not look at. */
class AnchoredGatePropertiesTest {

  /** Weighted mean to condemn, minimum to acquit. */
  @Property(tries = 200)
  void promotion_needs_every_signal_and_rollback_the_mean(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 4) int kinds,
      @ForAll @Scale(4) @DoubleRange(min = 0.5, max = 1) double anchor,
      @ForAll @Scale(4) @DoubleRange(min = 0.4, max = 1) double challenger) {
    LawProbes probes = new LawProbes(seed);
    for (int i = 0; i < kinds; i++) {
      probes.kind("k" + i, 300, anchor, anchor, i == 0 ? challenger : anchor);
    }
    GateDecision decision = DriftGates.anchored().decide(probes);
    Standing standing = DecisionRecord.read(decision.findings());
    double largest = Double.NEGATIVE_INFINITY;
    double smallest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < standing.signals().size(); i++) {
      largest = Math.max(largest, standing.harmLog(i));
      smallest = Math.min(smallest, standing.safeLog(i));
    }
    double tail = ErrorBudget.tail(1);
    assertThat(Math.exp(standing.harmLog()))
        .isLessThanOrEqualTo(Math.exp(largest) + tail + 1e-9 * Math.exp(largest));
    assertThat(standing.safe()).isEqualTo(smallest >= standing.needed());
    boolean condemned = standing.harmLog() >= standing.harmNeeded();
    assertThat(decision.action() == Action.ROLLBACK).isEqualTo(condemned);
    if (decision.promotes()) {
      assertThat(smallest).isGreaterThanOrEqualTo(standing.needed());
      assertThat(standing.gainLog()).isGreaterThanOrEqualTo(standing.allGainNeeded());
    }
    assertThat(GateAudit.problems(List.of(decision))).isEmpty();
  }

  @Property(tries = 100)
  void a_decision_never_takes_more_probes_than_allowed(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 500) int most) {
    LawProbes probes = new LawProbes(seed).kind("a", 400, .9, .9, .88).kind("b", 300, .5, .5, .5);
    DriftGates.anchored().probesPerKind(most).decide(probes);
    assertThat(probes.pulled("a")).isLessThanOrEqualTo(Math.min(400, most));
    assertThat(probes.pulled("b")).isLessThanOrEqualTo(Math.min(300, most));
  }

  /** Worst-case imputation, on a fixed sequence of probes. */
  @Property
  void a_missing_reading_never_speaks_for_any_claim(
      @ForAll @Size(min = 1, max = 60)
          List<@Scale(3) @DoubleRange(min = -1, max = 1) Double> drifts,
      @ForAll @IntRange(max = 59) int which) {
    Signal all = new Signal("a", Role.INCUMBENT, new Margins(.01, .05));
    Signal one = new Signal("a", Role.INCUMBENT, new Margins(.01, .05));
    for (int i = 0; i < drifts.size(); i++) {
      all.add(drifts.get(i));
      if (i == which % drifts.size()) {
        one.addMissing(1);
      } else {
        one.add(drifts.get(i));
      }
    }
    assertThat(one.safe().log()).isLessThanOrEqualTo(all.safe().log() + 1e-12);
    assertThat(one.harm().log()).isLessThanOrEqualTo(all.harm().log() + 1e-12);
    assertThat(one.gain().log()).isLessThanOrEqualTo(all.gain().log() + 1e-12);
  }

  /** Intersection-union: a further signal can only make promotion rarer. */
  @Property(tries = 60)
  void a_further_clean_kind_never_lets_an_unsafe_challenger_through(@ForAll long seed) {
    LawProbes alone = new LawProbes(seed).kind("bad", 400, 1, 1, .94);
    LawProbes joined =
        new LawProbes(seed).kind("bad", 400, 1, 1, .94).kind("good", 400, .5, .5, .9);
    Action first = DriftGates.anchored().anchorOnly().decide(alone).action();
    Action second = DriftGates.anchored().anchorOnly().decide(joined).action();
    if (first != Action.PROMOTE) {
      assertThat(second).isNotEqualTo(Action.PROMOTE);
    }
  }

  @Example
  void the_same_kind_twice_leaves_the_minimum_as_it_was() {
    LawProbes once = new LawProbes(5).kind("a", 400, 1, 1, .995);
    GateDecision decision = DriftGates.anchored().anchorOnly().decide(once);
    Standing standing = DecisionRecord.read(decision.findings());
    Signal signal = standing.signals().get(0);
    Standing twice =
        new Standing(
            new Lineage(1, 0, new double[2][Bets.COUNT]),
            List.of(signal, signal),
            List.of(),
            ErrorBudget.level(.05, false, 1, 0, 1),
            .05,
            false,
            1);
    assertThat(twice.safe()).isEqualTo(standing.safe()).isTrue();
  }

  /** The choice of the next probes, and of how many, is predictable: it does not look ahead. */
  @Property(tries = 60)
  void results_to_come_do_not_change_which_probe_is_next(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 30) int seen) {
    Watched first = new Watched(new SplittableRandom(seed), seen, 1);
    Watched second = new Watched(new SplittableRandom(seed), seen, 2);
    DriftGates.anchored().decide(first);
    DriftGates.anchored().decide(second);
    int known = Math.min(seen + 1, Math.min(first.asked.size(), second.asked.size()));
    assertThat(first.asked.subList(0, known)).isEqualTo(second.asked.subList(0, known));
  }

  /** Equal up to some number of pulls, different after them. */
  private static final class Watched implements ProbeSource {
    private final SplittableRandom random;
    private final int seen;
    private final int version;
    private final List<String> asked = new ArrayList<>();

    Watched(SplittableRandom random, int seen, int version) {
      this.random = random;
      this.seen = seen;
      this.version = version;
    }

    @Override
    public List<ProbeKind> kinds() {
      return List.of(new ProbeKind("a", 200), new ProbeKind("b", 200), new ProbeKind("c", 200));
    }

    @Override
    public long ordinal() {
      return 1;
    }

    @Override
    public List<ProbeResult> pull(String kind, int count, Set<Role> roles) {
      asked.add(kind + " " + count);
      List<ProbeResult> results = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        double luck = random.nextDouble();
        boolean lost = luck < (asked.size() <= seen ? .03 : .2 * version);
        double reading = lost ? 0 : 1;
        results.add(
            new ProbeResult(
                "p", Map.of(Role.ANCHOR, 1.0, Role.INCUMBENT, 1.0, Role.CHALLENGER, reading)));
      }
      return results;
    }
  }

  @Property(tries = 40)
  void a_hold_needs_new_probes_to_become_anything_else(@ForAll @IntRange(max = 10_000) int seed) {
    GateDecision decision =
        DriftGates.anchored().decide(new LawProbes(seed).kind("a", 200, .9, .9, .89));
    // The same evidence again, recomputed: the same answer.
    assertThat(GateAudit.recompute(decision)).isEqualTo(decision.action());
  }

  /**
   * Giving up early only ever says HOLD: whatever else the gate says, a gate that never gives up
   * says, too, and on the same probe.
   */
  @Property(tries = 200)
  void futility_turns_verdicts_into_hold_and_nothing_else(
      @ForAll long seed, @ForAll @Scale(3) @DoubleRange(min = 0, max = .2) double loss) {
    LawProbes probes = new LawProbes(seed).kind("a", 400, .9, .9, .9 - loss);
    GateDecision decision = DriftGates.anchored().anchorOnly().batch(1).decide(probes);
    Signal signal = new Signal("a", Role.ANCHOR, new Margins(.01, .05), false, Bets.keen(.05));
    Lineage lineage = new Lineage(1);
    lineage.open(1);
    double level = ErrorBudget.level(.05, false, 1, 0, 1);
    Standing standing = new Standing(lineage, List.of(signal), List.of(), level, .05, false, 1);
    LawProbes patient = new LawProbes(seed).kind("a", 400, .9, .9, .9 - loss);
    while (standing.action() == Action.HOLD && patient.pulled() < 400) {
      patient.pull("a", 1, Set.of(Role.ANCHOR, Role.CHALLENGER)).forEach(signal::add);
      standing.weigh(0);
    }
    if (decision.action() == Action.HOLD) {
      assertThat(probes.pulled()).isLessThanOrEqualTo(patient.pulled());
    } else {
      assertThat(decision.action()).isEqualTo(standing.action());
      assertThat(probes.pulled()).isEqualTo(patient.pulled());
    }
  }

  /** What a lineage goes through: decisions, broken ones, repeated ones, restarts. */
  private enum Attempt {
    WHOLE,
    BROKEN,
    CANCELLED,
    REPLAYED,
    RESTARTED
  }

  @Property(tries = 60)
  void no_crash_replay_or_restart_spends_more_than_the_error(
      @ForAll @Size(min = 1, max = 25) List<Attempt> attempts) {
    AnchoredGate gate = DriftGates.anchored();
    GateDecision last = null;
    double spent = 0;
    int ordinal = 0;
    int decided = 0;
    for (Attempt attempt : attempts) {
      LawProbes probes = new LawProbes(ordinal + 1).ordinal(ordinal + 1).kind("a", 60, .5, .5, .7);
      switch (attempt) {
        case WHOLE, BROKEN -> {
          if (attempt == Attempt.BROKEN) {
            probes.breakAfter(8, new IllegalStateException("crash"));
          }
          decided = ++ordinal;
          last = gate.decide(probes);
          spent += level(last);
        }
        case CANCELLED -> {
          // It promotes nothing, so what it might have spent is spent on nothing.
          ordinal++;
          probes.breakAfter(8, new CancelledException("stop"));
          AnchoredGate same = gate;
          assertThatThrownBy(() -> same.decide(probes)).isInstanceOf(CancelledException.class);
        }
        case REPLAYED -> {
          if (decided > 1) {
            LawProbes again = new LawProbes(decided).ordinal(decided).kind("a", 60, .5, .5, .7);
            AnchoredGate same = gate;
            assertThatThrownBy(() -> same.decide(again)).hasMessageContaining("made already");
          }
        }
        case RESTARTED -> {
          // What was cancelled gave no answer, so its number may come again.
          gate = last == null ? gate : gate.after(last);
          ordinal = decided;
        }
      }
    }
    assertThat(spent).isLessThanOrEqualTo(.05 * (1 - ErrorBudget.tail(ordinal)) + 1e-12);
  }

  private static double level(GateDecision decision) {
    return Math.exp(-DecisionRecord.read(decision.findings()).needed());
  }

  /** Of callers that ask for one decision at the same time, one gets it. */
  @Property(tries = 20)
  void concurrent_submissions_spend_one_share(@ForAll @IntRange(min = 2, max = 50) int ordinal)
      throws Exception {
    AnchoredGate gate = DriftGates.anchored();
    gate.decide(new LawProbes(1).kind("a", 60, .5, .5, .7));
    int callers = 4;
    CyclicBarrier together = new CyclicBarrier(callers);
    ExecutorService threads = Executors.newFixedThreadPool(callers);
    try {
      List<Future<Boolean>> answers = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        answers.add(
            threads.submit(
                () -> {
                  together.await();
                  try {
                    gate.decide(new LawProbes(2).ordinal(ordinal).kind("a", 60, .5, .5, .7));
                    return true;
                  } catch (IllegalStateException e) {
                    return false;
                  }
                }));
      }
      int decided = 0;
      for (Future<Boolean> answer : answers) {
        decided += answer.get() ? 1 : 0;
      }
      assertThat(decided).isEqualTo(1);
    } finally {
      threads.shutdown();
    }
  }

  /**
   * The probability that evidence ever crosses, exactly: all counts are walked through step by step
   * (lattice dynamic programming). At most the level, and what simulation finds.
   */
  @Example
  void the_exact_crossing_probability_is_below_the_level_and_equals_the_simulated_one() {
    // At the limit for "safe", at what is tolerated for "harm".
    crossesAsComputed(Bets.safe(.05), .07, .02);
    crossesAsComputed(Bets.harm(.01), .03, .02);
  }

  private static void crossesAsComputed(Bets bets, double worse, double better) {
    double level = .05;
    int probes = 250;
    double exact = crossing(bets, worse, better, probes, level, Integer.MAX_VALUE);
    assertThat(exact).isLessThanOrEqualTo(level).isGreaterThan(level / 20);
    SplittableRandom random = new SplittableRandom(4);
    int runs = 20_000;
    int crossed = 0;
    for (int run = 0; run < runs; run++) {
      Evidence evidence = new Evidence(bets);
      for (int i = 0; i < probes; i++) {
        double luck = random.nextDouble();
        evidence.add(luck < worse ? 1 : luck < worse + better ? -1 : 0);
        if (evidence.log() >= -Math.log(level)) {
          crossed++;
          break;
        }
      }
    }
    double error = Math.sqrt(exact * (1 - exact) / runs);
    assertThat((double) crossed / runs).isCloseTo(exact, within(4 * error));
  }

  /** A finite bank drawn without replacement: the same test crosses less often, not more. */
  @Example
  void drawing_without_replacement_never_crosses_more_often() {
    for (int bank : new int[] {60, 150, 300}) {
      for (double better : new double[] {0, .02}) {
        for (double level : new double[] {.05, .01}) {
          double worse = .05 + better;
          Bets bets = Bets.safe(.05);
          double with = crossing(bets, worse, better, bank, level, Integer.MAX_VALUE);
          double without = crossing(bets, worse, better, bank, level, bank);
          assertThat(without).as("bank %d, better %s", bank, better).isLessThanOrEqualTo(with);
        }
      }
    }
  }

  /** Of a bank of that size, or of an endless one. */
  private static double crossing(
      Bets bets, double worse, double better, int probes, double level, int bank) {
    double needed = -Math.log(level);
    boolean finite = bank != Integer.MAX_VALUE;
    long lost = Math.round(worse * bank);
    long gained = Math.round(better * bank);
    double crossed = 0;
    double[][] alive = new double[probes + 2][probes + 2];
    alive[0][0] = 1;
    for (int n = 0; n < probes; n++) {
      double[][] next = new double[probes + 2][probes + 2];
      for (int a = 0; a <= n; a++) {
        for (int b = 0; b <= n - a; b++) {
          double p = alive[a][b];
          if (p < 1e-18) {
            continue;
          }
          double up = finite ? (double) Math.max(0, lost - a) / (bank - n) : worse;
          double down = finite ? (double) Math.max(0, gained - b) / (bank - n) : better;
          next[a + 1][b] += p * up;
          next[a][b + 1] += p * down;
          next[a][b] += p * Math.max(0, 1 - up - down);
        }
      }
      for (int a = 0; a <= n + 1; a++) {
        for (int b = 0; b <= n + 1 - a; b++) {
          if (next[a][b] > 0 && bets.logWealth(a, n + 1.0 - a - b, b) >= needed) {
            crossed += next[a][b];
            next[a][b] = 0;
          }
        }
      }
      alive = next;
    }
    return crossed;
  }

  /** Optional stopping of the whole gate, at both of its boundaries. */
  @Example
  void error_rates_hold_for_a_lineage() {
    int runs = 200;
    int unsafe = 0;
    int alarmed = 0;
    int gained = 0;
    for (int run = 0; run < runs; run++) {
      AnchoredGate retried = DriftGates.anchored().gain(false).falseAlarm(1e-9);
      AnchoredGate clean = DriftGates.anchored();
      AnchoredGate idle = DriftGates.anchored();
      boolean promoted = false;
      boolean alarm = false;
      boolean gain = false;
      for (int g = 1; g <= 20; g++) {
        Churning probes = new Churning(new SplittableRandom(1000L * run + g), g);
        promoted |= retried.decide(probes.with(.05)).promotes();
        alarm |= clean.decide(probes.with(.01)).action() == Action.ROLLBACK;
        gain |= idle.decide(probes.with(0)).promotes();
      }
      unsafe += promoted ? 1 : 0;
      alarmed += alarm ? 1 : 0;
      gained += gain ? 1 : 0;
    }
    assertThat(unsafe).as("promoted at the limit").isLessThanOrEqualTo(runs / 20);
    assertThat(alarmed).as("clean, rolled back").isLessThanOrEqualTo(runs / 20);
    assertThat(gained).as("no better, promoted").isLessThanOrEqualTo(runs / 20);
  }

  /** Two kinds of which one drifts, with one probe in ten flipping for no reason. */
  private static final class Churning implements ProbeSource {
    private final SplittableRandom random;
    private final long ordinal;
    private double drift;

    Churning(SplittableRandom random, long ordinal) {
      this.random = random;
      this.ordinal = ordinal;
    }

    Churning with(double newDrift) {
      drift = newDrift;
      return this;
    }

    @Override
    public List<ProbeKind> kinds() {
      return List.of(new ProbeKind("a", 400), new ProbeKind("b", 400));
    }

    @Override
    public long ordinal() {
      return ordinal;
    }

    @Override
    public List<ProbeResult> pull(String kind, int count, Set<Role> roles) {
      List<ProbeResult> results = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        double luck = random.nextDouble();
        double more = kind.equals("a") ? drift : 0;
        double d = luck < .05 + more ? 1 : luck < .1 + more ? -1 : 0;
        double reference = d > 0 ? 1 : 0;
        double challenger = d < 0 ? 1 : 0;
        results.add(
            new ProbeResult(
                "p",
                Map.of(
                    Role.ANCHOR,
                    reference,
                    Role.INCUMBENT,
                    reference,
                    Role.CHALLENGER,
                    challenger)));
      }
      return results;
    }
  }
}
