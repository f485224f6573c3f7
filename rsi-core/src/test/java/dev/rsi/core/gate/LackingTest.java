package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every HOLD says what it lacked, and the numbers that it says are right. */
class LackingTest {
  private static final Pattern SAFETY =
      Pattern.compile(
          "(\\S+) against (generation 0|the incumbent|the best so far) \\([^)]*\\): (\\d+) % of the"
              + " evidence needed, (\\d+) more unchanged probes would do, (none|\\d+) (is|are) left");
  private static final Pattern GAIN =
      Pattern.compile(
          "together (\\d+) % of the evidence needed, most on (\\S+) against the incumbent"
              + " \\([^)]*\\), where (\\d+) more gained and none lost would do");

  @ParameterizedTest
  @CsvSource({
    "1, 110, .06, .05, false", "1, 200, .06, .05, false", "2, 130, .05, .05, false",
    "3, 100, .05, .1, false", "5, 120, .05, .05, false", "2, 150, .05, .05, true"
  })
  void should_say_of_each_kind_how_far_its_proof_came_and_what_would_do(
      int kinds, int probes, double worse, double limit, boolean graded) {
    // GIVEN challengers that lose a little, on too few probes to be proven safe or harmful
    int held = 0;
    for (int seed = 0; seed < 20; seed++) {
      LawProbes source = new LawProbes(seed).fractional(graded);
      for (int k = 0; k < kinds; k++) {
        source.kind("kind" + k, probes, .9, .9, .9 - worse);
      }
      AnchoredGate gate = DriftGates.anchored().margins(limit / 5, limit).evenIfSmall();
      // WHEN it decides
      GateDecision decision = gate.decide(source);
      if (!decision.reason().startsWith("Not proven safe")) {
        continue;
      }
      held++;
      // THEN the reason says of each kind that is open what would prove it, by its own counts
      Standing standing = DecisionRecord.read(decision.findings());
      Matcher said = SAFETY.matcher(decision.reason());
      int named = 0;
      while (said.find()) {
        Signal signal = signal(standing, said.group(1) + " against " + said.group(2));
        long more = Long.parseLong(said.group(4));
        assertThat(signal.safe().logAfterSame(more)).isGreaterThanOrEqualTo(standing.needed());
        assertThat(signal.safe().logAfterSame(more - 1)).isLessThan(standing.needed());
        double share = 100 * Math.max(0, signal.safe().log()) / standing.needed();
        assertThat(Integer.parseInt(said.group(3))).isEqualTo((int) Math.floor(share));
        long left = said.group(5).equals("none") ? 0 : Long.parseLong(said.group(5));
        assertThat(left).isEqualTo(probes - signal.probes());
        named++;
      }
      assertThat(named).as(decision.reason()).isBetween(1, 3);
    }
    assertThat(held).isPositive();
  }

  private static Signal signal(Standing standing, String words) {
    return standing.signals().stream()
        .filter(s -> s.words().startsWith(words + " ("))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({"1, 200, .02", "3, 300, .002", "8, 250, 0", "2, 150, 0"})
  void should_say_how_far_a_gain_was_from_proof(int kinds, int probes, double gain) {
    int held = 0;
    for (int seed = 0; seed < 20; seed++) {
      LawProbes source = new LawProbes(seed);
      for (int k = 0; k < kinds; k++) {
        source.kind("kind" + k, probes, .5, .5, .5 + gain);
      }
      GateDecision decision = DriftGates.anchored().decide(source);
      if (!decision.reason().contains("none is proven better")) {
        continue;
      }
      held++;
      Standing standing = DecisionRecord.read(decision.findings());
      Matcher said = GAIN.matcher(decision.reason());
      assertThat(said.find()).as(decision.reason()).isTrue();
      Signal signal = signal(standing, said.group(2) + " against the incumbent");
      long more = Long.parseLong(said.group(3));
      double none = Double.NEGATIVE_INFINITY;
      assertThat(signal.gain().logAfter(0, 0, more, none))
          .isGreaterThanOrEqualTo(standing.gainNeeded());
      assertThat(signal.gain().logAfter(0, 0, more - 1, none)).isLessThan(standing.gainNeeded());
      double share = 100 * Math.max(0, standing.gainLog()) / standing.allGainNeeded();
      assertThat(Integer.parseInt(said.group(1))).isEqualTo((int) Math.floor(share));
    }
    assertThat(held).isPositive();
  }

  @Test
  void should_name_what_ended_it_and_count_the_others() {
    LawProbes source = new LawProbes(2);
    for (int k = 0; k < 7; k++) {
      source.kind("kind" + k, 64, .9, .9, .9);
    }
    GateDecision decision = DriftGates.anchored().decide(source);
    assertThat(decision.action()).isEqualTo(Action.HOLD);
    assertThat(decision.reason()).startsWith("Not proven safe: ").endsWith("; and 13 more.");
    assertThat(SAFETY.matcher(decision.reason()).results().count()).isEqualTo(1);
  }

  @Test
  void should_say_how_many_probes_a_kind_needs_that_could_never_be_proven() {
    LawProbes source = new LawProbes(1).kind("tiny", 4, 1, 1, 1);
    assertThat(DriftGates.anchored().decide(source).reason())
        .isEqualTo("Too few probes to prove safety at these margins: tiny (4 probes of 96).");
  }

  @Test
  void should_say_what_else_it_lacked() {
    LawProbes trapped =
        new LawProbes(1).kind("a", 200, 1, 1, 1).kind("never", 10, 1, 1, 1).giveAtMost(5);
    AnchoredGate gate = DriftGates.anchored().tripwires("never");
    assertThat(gate.decide(trapped).reason()).contains("Not probed in full: never");
    LawProbes leaping = new LawProbes(1).kind("a", 300, .2, .2, .9);
    assertThat(DriftGates.anchored().jumpLimit(.3).decide(leaping).reason())
        .contains("gained more than 30.0 %", "a against the incumbent");
    List<GateDecision> none = List.of(DriftGates.anchored().decide(new LawProbes(1)));
    assertThat(none.get(0).reason()).contains("no probes");
  }
}
