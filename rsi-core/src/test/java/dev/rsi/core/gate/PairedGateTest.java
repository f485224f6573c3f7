package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PairedGateTest {
  private static final PairedGate GATE = DriftGates.paired();

  @Test
  void should_promote_what_is_better_and_nowhere_worse() {
    GateDecision decision =
        GATE.decide(new Probes(1).kind("old", 400, 1, 1, 1).kind("new", 400, 0, .2, .9));
    assertThat(decision.action()).isEqualTo(Action.PROMOTE);
    assertThat(decision.reason()).contains("new (").doesNotContain("old (");
    assertThat(decision.findings()).hasSize(4);
  }

  @Test
  void should_stop_at_the_first_look_when_it_can() {
    Probes probes = new Probes(1).kind("old", 400, 1, 1, 1).kind("new", 400, 0, 0, 1);
    GATE.decide(probes);
    assertThat(probes.pulled).containsExactly(Map.entry("old", 96), Map.entry("new", 96));
  }

  @Test
  void should_hold_an_unchanged_model() {
    Probes probes = new Probes(1).kind("a", 400, .5, .5, .5).kind("b", 400, 1, 1, 1);
    GateDecision decision = GATE.decide(probes);
    assertThat(decision.action()).isEqualTo(Action.HOLD);
    assertThat(decision.reason()).contains("none is proven better");
  }

  @Test
  void should_never_pay_one_skills_loss_with_anothers_gain() {
    Probes probes = new Probes(1).kind("lost", 400, .5, .95, .80);
    for (int i = 0; i < 9; i++) {
      probes.kind("rise " + i, 400, 0, 0, 1);
    }
    GateDecision decision = GATE.decide(probes);
    assertThat(decision.action()).isNotEqualTo(Action.PROMOTE);
    assertThat(decision.reason()).contains("lost against").doesNotContain("rise");
  }

  @Test
  void should_roll_back_what_is_proven_worse_than_generation_0() {
    GateDecision decision =
        GATE.decide(new Probes(1).kind("a", 400, 1, .5, .5).kind("b", 400, 0, 0, 1));
    assertThat(decision.action()).isEqualTo(Action.ROLLBACK);
    assertThat(decision.reason()).contains("Proven worse: a against generation 0 (");
  }

  @Test
  void should_see_the_loss_of_what_was_gained_since_generation_0() {
    GateDecision decision =
        GATE.decide(new Probes(1).kind("a", 400, 0, 1, .6).kind("b", 400, 0, 0, 1));
    assertThat(decision.action()).isEqualTo(Action.ROLLBACK);
    assertThat(decision.reason()).contains("against the incumbent");
  }

  @Test
  void should_hold_when_readings_are_missing() {
    GateDecision decision =
        GATE.decide(new Probes(1).missing(.2).kind("a", 400, 0, 0, 1).kind("b", 400, 1, 1, 1));
    assertThat(decision.action()).isEqualTo(Action.HOLD);
    assertThat(decision.reason()).contains("missing");
  }

  @Test
  void should_not_take_for_a_gain_what_missing_readings_may_have_paid_for() {
    Probes gaining = new Probes(1).kind("a", 2000, .9, .9, .91);
    assertThat(GATE.decide(gaining).action()).isEqualTo(Action.PROMOTE);
    GateDecision decision = GATE.decide(new Probes(1).missing(.02).kind("a", 2000, .9, .9, .91));
    assertThat(decision.action()).isEqualTo(Action.HOLD);
    assertThat(decision.reason()).contains("none is proven better");
  }

  @Test
  void should_hold_when_a_look_gets_fewer_probes_than_it_needs() {
    for (int given : new int[] {0, 50, 95, 100, 191, 399}) {
      Probes probes = new Probes(1).kind("a", 400, .9, .9, .9).kind("b", 400, 0, 0, 0);
      GateDecision decision = GATE.decide(probes.giving("a", given));
      int look = given < 96 ? 96 : given < 192 ? 192 : 400;
      assertThat(decision.action()).isEqualTo(Action.HOLD);
      assertThat(decision.reason())
          .contains("Fewer probes than the look needs: a (" + given + " of " + look + ")");
    }
  }

  @Test
  void should_need_at_least_the_first_look_that_can_prove_safety() {
    Probes probes = new Probes(1).kind("small", 60, 1, 1, 1).kind("large", 1000, 1, 1, 1);
    assertThat(GATE.fewest(probes))
        .containsExactly(new ProbeKind("small", 60), new ProbeKind("large", 192));
    assertThat(GATE.firstLook(48).fewest(probes))
        .containsExactly(new ProbeKind("small", 60), new ProbeKind("large", 192));
    assertThat(GATE.margin(.2).fewest(probes))
        .containsExactly(new ProbeKind("small", 60), new ProbeKind("large", 96));
    assertThat(probes.pulled).isEmpty();
  }

  @Test
  void should_hold_with_too_few_probes() {
    GateDecision decision =
        GATE.decide(new Probes(1).kind("a", 50, 1, 1, 1).kind("b", 50, 0, 0, 1));
    assertThat(decision.action()).isEqualTo(Action.HOLD);
    assertThat(decision.reason()).contains("Too few probes").contains("a (50); b (50)");
    assertThat(GATE.decide(new Probes(1)).action()).isEqualTo(Action.HOLD);
  }

  /** 2,000 decisions each; the counts are those of seed 7 and lie far below their bounds. */
  @Test
  void should_keep_its_error_rates() {
    int rolledBackClean = 0;
    int promotedUnsafe = 0;
    int promotedGood = 0;
    int runs = 2000;
    SplittableRandom seeds = new SplittableRandom(7);
    for (int i = 0; i < runs; i++) {
      long seed = seeds.nextLong();
      // Independent readings: every tenth pair is discordant for no reason.
      Probes clean = new Probes(seed).churning();
      Probes unsafe = new Probes(seed).churning();
      for (int kind = 0; kind < 4; kind++) {
        clean.kind("k" + kind, 400, .95, .95, .95);
        unsafe.kind("k" + kind, 400, .95, .95, kind == 0 ? .90 : .95);
      }
      unsafe.kind("gain", 400, 0, 0, .9);
      Probes good = new Probes(seed).kind("old", 400, 1, 1, .995).kind("new", 400, 0, .1, .9);
      rolledBackClean += GATE.decide(clean).action() == Action.ROLLBACK ? 1 : 0;
      promotedUnsafe += GATE.decide(unsafe).action() == Action.PROMOTE ? 1 : 0;
      promotedGood += GATE.decide(good).action() == Action.PROMOTE ? 1 : 0;
    }
    assertThat(rolledBackClean).isLessThan((int) (runs * PairedGate.DEFAULT_LEVEL));
    assertThat(promotedUnsafe).isLessThan((int) (runs * PairedGate.DEFAULT_LEVEL));
    assertThat(promotedGood).isGreaterThan((int) (runs * 0.95));
  }

  @Test
  void should_refuse_settings_out_of_range() {
    assertThatThrownBy(() -> GATE.margin(0)).hasMessageContaining("margin (0.0)");
    assertThatThrownBy(() -> GATE.level(1)).hasMessageContaining("level (1.0)");
    assertThatThrownBy(() -> GATE.level(Double.NaN)).hasMessageContaining("level (NaN)");
    assertThatThrownBy(() -> GATE.firstLook(0)).hasMessageContaining("firstLook (0)");
  }

  /** Probes of known pass rates; with common luck unless told to churn. */
  private static final class Probes implements ProbeSource {
    private final SplittableRandom random;
    private final Map<String, double[]> rates = new LinkedHashMap<>();
    private final List<ProbeKind> kinds = new ArrayList<>();
    private final Map<String, Integer> pulled = new LinkedHashMap<>();
    private final Map<String, Integer> given = new LinkedHashMap<>();
    private double missing;
    private boolean churning;

    Probes(long seed) {
      this.random = new SplittableRandom(seed);
    }

    Probes kind(String name, int available, double anchor, double incumbent, double challenger) {
      kinds.add(new ProbeKind(name, available));
      rates.put(name, new double[] {anchor, incumbent, challenger});
      return this;
    }

    Probes missing(double share) {
      missing = share;
      return this;
    }

    /** Has fewer of a kind than it says. */
    Probes giving(String kind, int atMost) {
      given.put(kind, atMost);
      return this;
    }

    Probes churning() {
      churning = true;
      return this;
    }

    @Override
    public List<ProbeKind> kinds() {
      return kinds;
    }

    @Override
    public long ordinal() {
      return 1;
    }

    @Override
    public List<ProbeResult> pull(String kind, int count, Set<Role> roles) {
      int before = pulled.getOrDefault(kind, 0);
      int next = Math.min(count, given.getOrDefault(kind, Integer.MAX_VALUE) - before);
      pulled.put(kind, before + next);
      List<ProbeResult> results = new ArrayList<>();
      for (int i = 0; i < next; i++) {
        Map<Role, Double> readings = new EnumMap<>(Role.class);
        double luck = random.nextDouble();
        for (Role role : roles) {
          double own = churning ? random.nextDouble() : luck;
          boolean lost = role == Role.CHALLENGER && random.nextDouble() < missing;
          if (!lost) {
            readings.put(role, own < rates.get(kind)[role.ordinal()] ? 1.0 : 0.0);
          }
        }
        results.add(new ProbeResult(kind + "/" + i, readings));
      }
      return results;
    }
  }
}
