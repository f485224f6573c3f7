package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.Codec;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.Verdict;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.probe.ProbeFamily;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Banks with which a gate could prove next to nothing: refused, unless one insists. */
class SmallBankTest {
  private static List<ProbeKind> kinds(int count, int probes) {
    return IntStream.range(0, count).mapToObj(i -> new ProbeKind("kind " + i, probes)).toList();
  }

  private static AnchoredGate gate(double limit) {
    return DriftGates.anchored().margins(limit / 5, limit).incumbentMargins(limit / 5, limit);
  }

  @ParameterizedTest
  @CsvSource({
    "2, 50, .05",
    "3, 50, .05",
    "8, 95, .05",
    "20, 60, .05",
    "3, 20, .1",
    "8, 40, .1",
    "3, 200, .02",
    "2, 120, .03"
  })
  void should_refuse_several_kinds_that_prove_nothing_unless_each_gains(
      int count, int probes, double limit) {
    // GIVEN kinds of fewer probes than prove safety when none of them changes
    List<ProbeKind> kinds = kinds(count, probes);
    AnchoredGate gate = gate(limit);
    int least = gate.advise(kinds.subList(0, 1), 0, 1).least().values().iterator().next();
    assertThat(probes).isLessThan(least);
    // WHEN it is asked whether they fit
    List<String> misfits = gate.misfits(kinds);
    // THEN they do not, with the kinds, what would do, and the ways out
    assertThat(misfits)
        .singleElement()
        .asString()
        .contains("unless the challenger gains on each of them", "kind 0 (" + probes)
        .contains("kind " + (count - 1) + " (" + probes + " probes of " + least)
        .contains("Maybe more probes, fewer kinds, a wider limit, a tripwire, or evenIfSmall()");
    // AND with what would do, they do
    assertThat(gate.misfits(kinds(count, least))).isEmpty();
    // AND whoever insists is warned by the same words
    assertThat(gate.evenIfSmall().misfits(kinds)).isEmpty();
    assertThat(gate.evenIfSmall().warnings(kinds, 1)).isEqualTo(misfits);
    assertThat(gate.warnings(kinds, 1)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1, 50, .05", "1, 20, .1", "3, 96, .05", "8, 200, .05", "3, 50, .1"})
  void should_take_what_can_be_proven_and_one_kind_that_has_to_gain_anyway(
      int count, int probes, double limit) {
    assertThat(gate(limit).misfits(kinds(count, probes))).isEmpty();
  }

  @Test
  void should_bear_with_one_small_kind_among_large_ones_if_it_may_gain() {
    List<ProbeKind> kinds =
        List.of(
            new ProbeKind("large", 400), new ProbeKind("other", 300), new ProbeKind("small", 60));
    AnchoredGate gate = DriftGates.anchored();
    assertThat(gate.misfits(kinds)).isEmpty();
    assertThat(gate.warnings(kinds, 1))
        .singleElement()
        .asString()
        .contains("unless the challenger gains on it", "small (60 probes of 96")
        .doesNotContain("large");
    // A gap that closes is no gain, and a challenger that need not gain need not gain there.
    assertThat(gate.guards("small").misfits(kinds)).hasSize(1);
    assertThat(gate.gain(false).misfits(kinds)).hasSize(1);
    assertThat(gate.anchorOnly().misfits(kinds)).hasSize(1);
    assertThat(gate.tripwires("small").misfits(kinds)).isEmpty();
  }

  /** What it names as ways out are ones: by the gate itself. */
  @ParameterizedTest
  @CsvSource({"50, .05", "95, .05", "20, .1", "30, .05", "200, .02"})
  void should_name_numbers_that_are_right(int probes, double limit) {
    AnchoredGate gate = gate(limit).gain(false).batch(1);
    SmallBank.Scarce kind = SmallBank.of(gate.rules(), kinds(2, probes), 1).kinds().get(0);
    assertThat(unchanged(gate, probes)).isFalse();
    assertThat(unchanged(gate, kind.least())).isTrue();
    assertThat(unchanged(gate, kind.least() - 1)).isFalse();
    assertThat(kind.limit()).isEqualTo(limit);
    AnchoredGate wider = gate.margins(limit / 5, kind.wider());
    wider = wider.incumbentMargins(limit / 5, kind.wider());
    assertThat(unchanged(wider, probes)).isTrue();
    // A gain of as much on every probe does, and of less does not.
    assertThat(safeAfter(kind, probes, 1.001)).isGreaterThan(needed(gate));
    assertThat(safeAfter(kind, probes, .999)).isLessThan(needed(gate));
    assertThat(kind.gain()).isCloseTo(.1, within(.1));
  }

  private static double needed(AnchoredGate gate) {
    return -Math.log(ErrorBudget.level(gate.rules().error(), false, 1, 0, 1));
  }

  private static double safeAfter(SmallBank.Scarce kind, int probes, double times) {
    Signal signal =
        new Signal(
            "a",
            dev.rsi.api.Role.ANCHOR,
            new dev.rsi.core.internal.probe.Margins(0, kind.limit()),
            false,
            dev.rsi.core.internal.stats.Bets.keen(kind.limit()));
    IntStream.range(0, probes).forEach(i -> signal.add(-kind.gain() * times));
    return signal.safe().log();
  }

  private static boolean unchanged(AnchoredGate gate, int probes) {
    return gate.evenIfSmall().decide(new LawProbes(1).kind("a", probes, 1, 1, 1)).promotes();
  }

  /** Few probes do where every kind gains: the refusal says unless, and not never. */
  @Test
  void should_promote_with_few_probes_where_every_kind_gains() {
    LawProbes probes = new LawProbes(3);
    IntStream.range(0, 3).forEach(i -> probes.kind("kind " + i, 50, .3, .3, .8));
    assertThat(DriftGates.anchored().evenIfSmall().decide(probes).promotes()).isTrue();
    LawProbes one =
        new LawProbes(3).kind("a", 50, .3, .3, .9).kind("b", 50, .3, .3, .3).kind("c", 50, 1, 1, 1);
    assertThat(DriftGates.anchored().evenIfSmall().decide(one).promotes()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"200, 1000", "150, 100", "110, 10"})
  void should_warn_of_the_decision_from_which_a_bank_is_too_small(int probes, int generations) {
    List<ProbeKind> kinds = kinds(2, probes);
    AnchoredGate gate = DriftGates.anchored();
    long last = SmallBank.last(gate.rules(), kinds.get(0));
    assertThat(last).isBetween(1L, (long) generations);
    assertThat(gate.warnings(kinds, last)).isEmpty();
    assertThat(gate.warnings(kinds, last + 1)).hasSize(1);
    assertThat(gate.warnings(kinds, generations))
        .singleElement()
        .asString()
        .startsWith("After decision (" + last + ") of the (" + generations + ")");
    assertThat(gate.misfits(kinds)).isEmpty();
    assertThat(gate.warnings(kinds(2, 20_000), 1_000_000)).isEmpty();
  }

  @Test
  void should_hold_families_of_scores_to_the_same_numbers() {
    List<String> tasks = IntStream.range(0, 60).mapToObj(i -> "task " + i).toList();
    ProbeBank<String, String> bank =
        ProbeBank.of(
            Codec.text(),
            List.of(
                ProbeFamily.<String, String>expected("scored", tasks, task -> List.of(task)),
                ProbeFamily.<String, String>skill(
                    "ruled",
                    tasks.stream().map(t -> t + " ruled").toList(),
                    (task, answer) -> Verdict.pass())));
    assertThat(DriftGates.misfits(DriftGates.anchored(bank), bank))
        .singleElement()
        .asString()
        .contains("scored (60 probes of 96", "ruled (60 probes of 96", "or a gain of");
    assertThat(DriftGates.misfits(DriftGates.anchored(bank).evenIfSmall(), bank)).isEmpty();
    assertThat(DriftGates.warnings(DriftGates.anchored(bank).evenIfSmall(), bank, 3)).hasSize(1);
    assertThat(DriftGates.warnings(DriftGates.paired(), bank, 3)).isEmpty();
  }

  @Test
  void should_say_that_one_insists_and_decide_as_before() {
    AnchoredGate gate = DriftGates.anchored();
    AnchoredGate insists = gate.evenIfSmall();
    assertThat(insists.describe()).isEqualTo(gate.describe() + ", even if small");
    assertThat(insists.error(.01).batch(2).describe()).endsWith(", even if small");
    // A run of before goes on with a gate that insists, in the words that it began with.
    assertThat(insists.asRecorded(gate.describe()).describe()).isEqualTo(gate.describe());
    assertThat(insists.asRecorded(insists.describe()).describe()).isEqualTo(insists.describe());
    assertThat(insists.asRecorded(gate.before().describe()).describe())
        .isEqualTo(gate.before().describe());
    assertThat(insists.rules()).isEqualTo(gate.rules());
    assertThatThrownBy(() -> insists.tightened(g -> g.error(.5)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
