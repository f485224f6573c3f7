package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.CancelledException;
import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.GateFinding;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class AnchoredGateTest {

  @Test
  void should_promote_what_is_better_and_nowhere_worse() {
    LawProbes probes = new LawProbes(1).kind("old", 400, 1, 1, 1).kind("new", 400, 0, .2, .9);
    GateDecision decision = DriftGates.anchored().decide(probes);
    assertThat(decision.action()).isEqualTo(Action.PROMOTE);
    assertThat(decision.reason()).contains("better: new against the incumbent");
    assertThat(decision.findings()).hasSize(5);
    assertThat(probes.pulled("old")).isLessThan(160);
  }

  @Test
  void should_hold_an_unchanged_model_as_soon_as_it_is_proven_safe() {
    LawProbes probes = new LawProbes(1).kind("a", 400, .5, .5, .5).kind("b", 400, 1, 1, 1);
    GateDecision decision = DriftGates.anchored().decide(probes);
    assertThat(decision.action()).isEqualTo(Action.HOLD);
    assertThat(decision.reason()).contains("none is proven better");
    assertThat(probes.pulled("a")).isLessThan(160);
  }

  @Test
  void should_promote_without_a_gain_where_none_is_demanded() {
    GateDecision decision =
        DriftGates.anchored().gain(false).decide(new LawProbes(1).kind("a", 400, .5, .5, .5));
    assertThat(decision.action()).isEqualTo(Action.PROMOTE);
  }

  @Test
  void should_never_pay_one_skills_loss_with_anothers_gain() {
    LawProbes probes = new LawProbes(1).kind("lost", 400, .5, .95, .80);
    for (int i = 0; i < 9; i++) {
      probes.kind("rise " + i, 400, 0, 0, 1);
    }
    GateDecision decision = DriftGates.anchored().decide(probes);
    assertThat(decision.action()).isNotEqualTo(Action.PROMOTE);
    assertThat(decision.reason()).contains("lost against").doesNotContain("rise");
  }

  @Test
  void should_roll_back_a_clear_loss_after_few_probes() {
    LawProbes probes = new LawProbes(1);
    for (int i = 0; i < 18; i++) {
      probes.kind("kind " + i, 400, 1, 1, i == 4 ? .5 : 1);
    }
    GateDecision decision = DriftGates.anchored().decide(probes);
    assertThat(decision.action()).isEqualTo(Action.ROLLBACK);
    assertThat(decision.reason()).contains("Proven worse: kind 4 against");
    assertThat(probes.pulled()).isLessThan(300);
  }

  @Test
  void should_not_pull_whole_batches_when_the_verdict_is_near() {
    AnchoredGate gate = DriftGates.anchored().falseAlarm(1e-6);
    int single = 0;
    int batched = 0;
    for (int seed = 0; seed < 100; seed++) {
      LawProbes one = new LawProbes(seed).kind("a", 800, 1, 1, .5);
      LawProbes many = new LawProbes(seed).kind("a", 800, 1, 1, .5);
      assertThat(gate.batch(1).decide(one).action()).isEqualTo(Action.ROLLBACK);
      assertThat(gate.batch(16).decide(many).action()).isEqualTo(Action.ROLLBACK);
      single += one.pulled();
      batched += many.pulled();
    }
    // With whole batches it is 7.3, half of one.
    assertThat((batched - single) / 100.0).as("probes too many").isBetween(0.0, 4.0);
  }

  @Test
  void should_see_drift_that_adds_up_over_generations() {
    AnchoredGate gate = DriftGates.anchored().anchorOnly();
    double live = 1;
    List<String> reasons = new ArrayList<>();
    for (int g = 1; g <= 60; g++) {
      LawProbes probes = new LawProbes(g).ordinal(g).kind("a", 1600, 1, 1, live - .005);
      GateDecision decision = gate.decide(probes);
      live -= decision.promotes() ? .005 : 0;
      if (decision.action() == Action.ROLLBACK) {
        reasons.add(decision.reason());
      }
    }
    assertThat(live).isGreaterThan(.95);
    assertThat(reasons).anyMatch(r -> r.startsWith("Worse in steps over the lineage: a"));
  }

  @Test
  void should_blame_a_loss_on_the_challenger_that_brought_it() {
    AnchoredGate gate = DriftGates.anchored();
    for (int g = 1; g <= 6; g++) {
      GateDecision decision =
          gate.decide(
              new LawProbes(g)
                  .ordinal(g)
                  .kind("a", 400, .9, .9, g % 2 == 0 ? .6 : .9)
                  .kind("b", 400, 1, 1, 1));
      if (g % 2 == 0) {
        assertThat(decision.reason()).startsWith("Proven worse: a against");
      }
    }
  }

  @Test
  void should_name_only_what_stands_in_the_way() {
    GateDecision decision =
        DriftGates.anchored()
            .decide(
                new LawProbes(1)
                    .kind("lost", 400, 1, 1, .95)
                    .kind("a", 400, 1, 1, 1)
                    .kind("b", 400, 1, 1, 1));
    assertThat(decision.action()).isEqualTo(Action.HOLD);
    assertThat(decision.reason()).contains("lost against").doesNotContain(" 0 better of 0");
    assertThat(decision.reason()).doesNotContain("a against generation 0 (0 worse");
  }

  @Test
  void should_roll_back_at_once_when_a_tripwire_is_hit() {
    LawProbes probes = new LawProbes(1).kind("never", 50, 1, 1, .9).kind("a", 400, 0, 0, 1);
    GateDecision decision = DriftGates.anchored().tripwires("never").decide(probes);
    assertThat(decision.action()).isEqualTo(Action.ROLLBACK);
    assertThat(decision.reason()).startsWith("Tripped: never (");
    assertThat(probes.pulled("a")).isZero();
  }

  @Test
  void should_hold_when_a_tripwire_was_not_probed_in_full() {
    AnchoredGate gate = DriftGates.anchored().tripwires("never");
    LawProbes short1 = new LawProbes(1).kind("never", 50, 1, 1, 1).kind("a", 400, 0, 0, 1);
    assertThat(gate.decide(short1.giveAtMost(49)).reason()).startsWith("Not probed in full: never");
    LawProbes whole = new LawProbes(1).kind("never", 50, 1, 1, 1).kind("a", 400, 0, 0, 1);
    assertThat(gate.decide(whole).action()).isEqualTo(Action.PROMOTE);
  }

  @Test
  void should_wait_for_a_person_when_the_gain_jumps() {
    LawProbes probes = new LawProbes(1).kind("a", 400, .1, .1, .9);
    GateDecision decision = DriftGates.anchored().jumpLimit(.3).decide(probes);
    assertThat(decision.action()).isEqualTo(Action.HOLD);
    assertThat(decision.reason()).contains("A person should look").contains("30.0 %");
  }

  @Test
  void should_hold_when_readings_are_missing() {
    LawProbes probes = new LawProbes(1).missing(.2).kind("a", 400, 0, 0, 1).kind("b", 400, 1, 1, 1);
    GateDecision decision = DriftGates.anchored().decide(probes);
    assertThat(decision.action()).isEqualTo(Action.HOLD);
    assertThat(decision.reason()).contains("missing");
  }

  @Test
  void should_say_at_once_what_the_probes_cannot_prove() {
    LawProbes probes = new LawProbes(1).kind("scarce", 5, 0, 0, 1).kind("b", 400, 1, 1, 1);
    GateDecision decision = DriftGates.anchored().decide(probes);
    assertThat(decision.action()).isEqualTo(Action.HOLD);
    assertThat(decision.reason()).contains("Too few probes").contains("scarce (5 probes of 96)");
    assertThat(probes.pulled()).isZero();
    assertThat(DriftGates.anchored().decide(new LawProbes(1)).action()).isEqualTo(Action.HOLD);
  }

  @Test
  void should_hold_with_its_evidence_when_the_probes_break() {
    LawProbes probes =
        new LawProbes(1).kind("a", 400, 0, 0, 1).breakAfter(8, new ArithmeticException("x"));
    GateDecision decision = DriftGates.anchored().error(.001).decide(probes);
    assertThat(decision.action()).isEqualTo(Action.HOLD);
    assertThat(decision.reason()).contains("The probes failed").contains("ArithmeticException");
    assertThat(decision.findings().get(1).numbers()).containsEntry("better", 8.0);
    LawProbes cancelled =
        new LawProbes(1).kind("a", 400, 0, 0, 1).breakAfter(8, new CancelledException("stop"));
    assertThatThrownBy(() -> DriftGates.anchored().error(.001).decide(cancelled))
        .isInstanceOf(CancelledException.class);
  }

  @Test
  void should_go_on_after_a_restart_as_if_there_had_been_none() {
    AnchoredGate gate = DriftGates.anchored().errorAsShare();
    List<GateDecision> decisions = new ArrayList<>();
    for (int g = 1; g <= 12; g++) {
      GateDecision decision = gate.decide(lineageProbes(g));
      if (g > 1) {
        GateDecision again =
            DriftGates.anchored()
                .errorAsShare()
                .after(decisions.get(g - 2))
                .decide(lineageProbes(g));
        assertThat(again).isEqualTo(decision);
      }
      decisions.add(decision);
    }
    assertThat(decisions.stream().map(GateDecision::action).distinct()).hasSizeGreaterThan(1);
    assertThat(GateAudit.problems(decisions)).isEmpty();
    assertThat(decisions).allMatch(d -> GateAudit.recompute(d) == d.action());
  }

  @Test
  void should_find_every_changed_number_in_the_audit() {
    AnchoredGate gate = DriftGates.anchored();
    List<GateDecision> decisions = new ArrayList<>();
    for (int g = 1; g <= 4; g++) {
      decisions.add(gate.decide(lineageProbes(g)));
    }
    int tried = 0;
    for (int i = 0; i < decisions.size(); i++) {
      GateDecision decision = decisions.get(i);
      for (int f = 0; f < decision.findings().size(); f++) {
        GateFinding finding = decision.findings().get(f);
        for (String name : finding.numbers().keySet()) {
          if (name.equals("partial") || name.equals("partial sum")) {
            continue; // For people only: the evidence is in the factors.
          }
          if (name.startsWith("rubric") || name.equals("recipe")) {
            continue; // Of old records, and read by nobody.
          }
          if (name.equals("bank") && i == decisions.size() - 1) {
            continue; // Only a later decision shows which bank was in use.
          }
          Map<String, Double> changed = new LinkedHashMap<>(finding.numbers());
          // One bet of eight may have little say, so it is moved far.
          changed.merge(name, name.startsWith("partial") ? 500.0 : 1.0, Double::sum);
          List<GateFinding> findings = new ArrayList<>(decision.findings());
          findings.set(f, new GateFinding(finding.signal(), finding.verdict(), changed));
          List<GateDecision> forged = new ArrayList<>(decisions);
          forged.set(i, new GateDecision(decision.action(), decision.reason(), findings));
          assertThat(GateAudit.problems(forged))
              .as("%s of %s in decision %d", name, finding.signal(), i + 1)
              .isNotEmpty();
          tried++;
        }
      }
      List<GateDecision> forged = new ArrayList<>(decisions);
      Action other = decision.promotes() ? Action.HOLD : Action.PROMOTE;
      forged.set(i, new GateDecision(other, decision.reason(), decision.findings()));
      assertThat(GateAudit.problems(forged)).isNotEmpty();
    }
    assertThat(tried).isGreaterThan(100);
    assertThat(GateAudit.problems(List.of(GateDecision.hold("other gate", List.of())))).hasSize(1);
  }

  private static LawProbes lineageProbes(int g) {
    double skill = Math.min(1, .1 * g);
    double old = g == 7 ? .5 : .99;
    return new LawProbes(g)
        .ordinal(g)
        .fractional(g % 4 == 0)
        .kind("old", 400, 1, 1, old)
        .kind("new", 400, 0, Math.max(0, skill - .1), g % 5 == 0 ? skill - .1 : skill);
  }

  @Test
  void should_keep_lineages_apart_and_in_order() {
    AnchoredGate gate = DriftGates.anchored();
    GateDecision first = gate.decide(lineageProbes(1));
    gate.decide(lineageProbes(2));
    assertThatThrownBy(() -> gate.decide(lineageProbes(2))).hasMessageContaining("made already");
    assertThatThrownBy(() -> gate.decide(new LawProbes(3).ordinal(3).kind("x", 400, 1, 1, 1)))
        .hasMessageContaining("kinds of probes have changed");
    assertThat(gate.decide(lineageProbes(1))).isEqualTo(first);
  }

  @Test
  void should_refuse_settings_for_kinds_that_there_are_not() {
    LawProbes probes = new LawProbes(1).kind("refusals", 400, 1, 1, 1);
    assertThatThrownBy(() -> DriftGates.anchored().tripwires("refusal").decide(probes))
        .hasMessageContaining("kinds (refusal)")
        .hasMessageContaining("Maybe one of: refusals");
    assertThatThrownBy(() -> DriftGates.anchored().critical("refusal").decide(probes))
        .hasMessageContaining("kinds (refusal)");
    assertThat(probes.pulled()).isZero();
  }

  @Test
  void should_refuse_settings_out_of_range() {
    AnchoredGate gate = DriftGates.anchored();
    assertThatThrownBy(() -> gate.error(0)).hasMessageContaining("error (0.0)");
    assertThatThrownBy(() -> gate.falseAlarm(1)).hasMessageContaining("falseAlarm (1.0)");
    assertThatThrownBy(() -> gate.margins(.05, .05)).hasMessageContaining("limit (0.05)");
    assertThatThrownBy(() -> gate.margins(Double.NaN, .05)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> gate.incumbentMargins(-.01, .05)).hasMessageContaining("-0.01");
    assertThatThrownBy(() -> gate.margins("a", 0, 1)).hasMessageContaining("limit (1.0)");
    assertThatThrownBy(() -> gate.jumpLimit(0)).hasMessageContaining("jumpLimit (0.0)");
    assertThatThrownBy(() -> gate.batch(0)).hasMessageContaining("batch (0)");
    assertThatThrownBy(() -> gate.probesPerKind(0)).hasMessageContaining("probesPerKind (0)");
  }

  @Test
  void should_hold_critical_kinds_to_their_narrower_margin() {
    // 2.9 % lost, none gained.
    AnchoredGate gate = DriftGates.anchored().anchorOnly();
    assertThat(gate.decide(lost()).action()).isEqualTo(Action.PROMOTE);
    assertThat(gate.critical("a").decide(lost()).action()).isNotEqualTo(Action.PROMOTE);
  }

  private static LawProbes lost() {
    return new LawProbes(3).kind("a", 20_000, 1, 1, .971);
  }

  @Test
  void should_let_a_lineages_gate_become_stricter_and_never_looser() {
    AnchoredGate gate = DriftGates.anchored();
    List<GateDecision> decisions = new ArrayList<>();
    decisions.add(gate.decide(lineageProbes(1)));
    AnchoredGate stricter =
        gate.tightened(g -> g.error(.01).margins(.01, .04).critical("old").jumpLimit(.9).batch(16));
    decisions.add(stricter.decide(lineageProbes(2)));
    decisions.add(stricter.decide(lineageProbes(3)));
    assertThat(decisions.get(1).findings().get(0).numbers()).containsEntry("error", .01);
    assertThat(GateAudit.problems(decisions)).isEmpty();
    // The gate it came from stands where it stood.
    assertThat(gate.decide(lineageProbes(2)).findings().get(0).numbers())
        .containsEntry("error", .05);

    List<UnaryOperator<AnchoredGate>> looser =
        List.of(
            g -> g.error(.06),
            g -> g.falseAlarm(.04),
            g -> g.errorAsShare(),
            g -> g.gain(false),
            g -> g.margins(.02, .05),
            g -> g.margins(.01, .051),
            g -> g.incumbentMargins(.01, .09),
            g -> g.margins("new", .01, .06),
            g -> g.tripwires("old"),
            g -> g.anchorOnly());
    for (UnaryOperator<AnchoredGate> change : looser) {
      assertThatThrownBy(() -> gate.tightened(change))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("stricter only")
          .hasMessageContaining("new lineage");
    }
    assertThatThrownBy(() -> stricter.tightened(g -> g.jumpLimit(1).error(.02)))
        .hasMessageContaining("error from (0.01) to (0.02)")
        .hasMessageContaining("jump from (0.9) to (1.0)");
    List<GateDecision> loosened = new ArrayList<>(decisions);
    loosened.add(DriftGates.anchored().after(decisions.get(2)).decide(lineageProbes(4)));
    assertThat(GateAudit.problems(loosened))
        .anyMatch(p -> p.contains("looser settings") && p.contains("lineage: error"));
  }

  @Test
  void should_audit_and_follow_decisions_whose_record_has_other_numbers_for_rubric_and_recipe() {
    AnchoredGate gate = DriftGates.anchored();
    List<GateDecision> decisions = new ArrayList<>();
    for (int g = 1; g <= 4; g++) {
      decisions.add(gate.decide(lineageProbes(g)));
    }
    GateDecision next = gate.decide(lineageProbes(5));
    // A run that is resumed decides again and has to come to what was recorded.
    assertThat(decisions.get(0).findings().get(0).numbers())
        .containsEntry("rubric limit", .03)
        .containsEntry("rubric", 0.0)
        .containsEntry("recipe", 0.0);
    for (double value : new double[] {.02, .08, Double.NaN}) {
      List<GateDecision> old = new ArrayList<>(decisions);
      Map<String, Double> head = new LinkedHashMap<>(old.get(3).findings().get(0).numbers());
      List.of("rubric limit", "rubric", "recipe").forEach(head::remove);
      if (value > 0) {
        head.put("rubric limit", value);
        head.put("rubric", 1.0);
      }
      List<GateFinding> findings = new ArrayList<>(old.get(3).findings());
      findings.set(0, new GateFinding(findings.get(0).signal(), findings.get(0).verdict(), head));
      old.set(3, new GateDecision(old.get(3).action(), old.get(3).reason(), findings));
      assertThat(GateAudit.problems(old)).isEmpty();
      assertThat(DriftGates.anchored().after(old.get(3)).decide(lineageProbes(5))).isEqualTo(next);
    }
  }

  @Test
  void should_pay_for_what_the_loop_may_know_of_the_bank() {
    GateDecision fresh = DriftGates.anchored().decide(lineageProbes(2));
    GateDecision used = DriftGates.anchored().decide(lineageProbes(2).bank(1, 46));
    double free = fresh.findings().get(0).numbers().get("safe needed");
    double paid = used.findings().get(0).numbers().get("safe needed");
    assertThat(paid).isEqualTo(free + Math.log(46), org.assertj.core.api.Assertions.within(1e-9));
    assertThatThrownBy(() -> DriftGates.anchored().decide(lineageProbes(2).bank(1, 0)))
        .hasMessageContaining("histories (0.0) must be >= 1");
  }

  @Test
  void should_find_a_bank_that_was_not_paid_for_or_came_back() {
    AnchoredGate gate = DriftGates.anchored();
    List<GateDecision> decisions = new ArrayList<>();
    decisions.add(gate.decide(lineageProbes(1).bank(1, 1)));
    decisions.add(gate.decide(lineageProbes(2).bank(1, 2)));
    decisions.add(gate.decide(lineageProbes(3).bank(2, 1)));
    assertThat(GateAudit.problems(decisions)).isEmpty();
    decisions.add(gate.decide(lineageProbes(4).bank(1, 3)));
    assertThat(GateAudit.problems(decisions)).singleElement().asString().contains("came back");

    AnchoredGate frugal = DriftGates.anchored();
    List<GateDecision> unpaid = new ArrayList<>();
    for (int g = 4; g <= 6; g++) {
      unpaid.add(frugal.decide(lineageProbes(g).bank(2, 1)));
    }
    assertThat(unpaid.get(1).action()).isNotEqualTo(Action.PROMOTE);
    assertThat(GateAudit.problems(unpaid))
        .singleElement()
        .asString()
        .contains("pays for (1.0) histories of its bank, but there may have been (3.0)");
  }

  @Test
  void should_hold_on_an_unsound_instrument_before_and_after_probing() {
    LawProbes broken = new LawProbes(1).kind("new", 400, 0, .2, .9).faults("the judge is wrong");
    GateDecision before = DriftGates.anchored().decide(broken);
    assertThat(before.action()).isEqualTo(Action.HOLD);
    assertThat(before.reason()).contains("unsound: the judge is wrong");
    assertThat(broken.pulled()).isZero();
    LawProbes breaking =
        new LawProbes(1).kind("new", 400, 0, .2, .9).faultsAfter(1, "the judge turned");
    GateDecision after = DriftGates.anchored().decide(breaking);
    assertThat(after.action()).isEqualTo(Action.HOLD);
    assertThat(after.reason()).contains("the judge turned");
    assertThat(breaking.pulled()).isPositive();
    assertThat(GateAudit.problems(List.of(after))).isEmpty();
    assertThat(GateAudit.problems(List.of(GateDecision.hold("No reason.", after.findings()))))
        .singleElement()
        .asString()
        .contains("does not say whether its instrument was sound");
  }

  @Test
  void should_measure_the_instrument_on_the_first_probes_of_each_kind() {
    LawProbes probes =
        new LawProbes(1).kind("old", 400, 1, 1, 1).kind("new", 400, 0, .2, .9).noise(.25);
    GateDecision decision = DriftGates.anchored().decide(probes);
    GateReport report = GateReport.of(List.of(decision));
    assertThat(report.noise())
        .containsOnlyKeys("old", "new")
        .allSatisfy((k, n) -> assertThat(n).isEqualTo(.25));
    assertThat(report.toString())
        .contains("4 of 16 probes read differently (old 2 of 8, new 2 of 8)");
    assertThat(GateAudit.problems(List.of(decision))).isEmpty();
    assertThat(DriftGates.anchored().after(decision)).isNotNull();
    assertThat(
            GateReport.of(
                    List.of(DriftGates.anchored().decide(new LawProbes(1).kind("a", 400, 1, 1, 1))))
                .toString())
        .contains("noise is unknown");
  }

  @Test
  void should_take_no_gain_on_a_guard_for_one() {
    AnchoredGate gate = DriftGates.anchored();
    assertThat(gate.decide(closedGap()).action()).isEqualTo(Action.PROMOTE);
    GateDecision guarded = gate.guards("gap").decide(closedGap());
    assertThat(guarded.action()).isEqualTo(Action.HOLD);
    assertThat(guarded.reason()).contains("none is proven better");
    assertThat(GateAudit.problems(List.of(guarded))).isEmpty();
    assertThatThrownBy(() -> gate.guards("gaps").decide(closedGap()))
        .hasMessageContaining("kinds (gaps)");
  }

  private static LawProbes closedGap() {
    return new LawProbes(1).kind("skill", 400, .9, .9, .9).kind("gap", 400, .2, .2, .9);
  }

  @Test
  void should_need_as_few_probes_as_prove_that_nothing_was_lost() {
    List<ProbeKind> kinds =
        List.of(new ProbeKind("a", 4000), new ProbeKind("few", 9), new ProbeKind("never", 700));
    AnchoredGate gate = DriftGates.anchored().tripwires("never");
    for (long decision : new long[] {1, 2, 100}) {
      Map<String, Integer> least = gate.advise(kinds, 0, decision).least();
      assertThat(gate.fewest(new Unread(kinds, decision, 1)))
          .containsExactly(
              new ProbeKind("a", (least.getOrDefault("a", 0) + 7) / 8 * 8),
              new ProbeKind("few", 9),
              new ProbeKind("never", 700));
    }
    // What a bank has told is paid for, and promotions pay for others.
    assertThat(gate.fewest(new Unread(kinds, 2, 50)).get(0).available())
        .isGreaterThan(gate.fewest(new Unread(kinds, 2, 1)).get(0).available() + 50);
  }

  /** A decision to come. */
  private record Unread(List<ProbeKind> kinds, long ordinal, double histories)
      implements ProbeSource {
    @Override
    public List<ProbeResult> pull(String kind, int count, Set<Role> roles) {
      throw new AssertionError("pulled before the decision");
    }
  }

  @Test
  void should_name_what_could_never_be_promoted() {
    AnchoredGate gate = DriftGates.anchored().tripwires("never");
    assertThat(gate.misfits(List.of(new ProbeKind("a", 400), new ProbeKind("never", 1)))).isEmpty();
    assertThat(gate.misfits(List.of(new ProbeKind("a", 5))))
        .hasSize(2)
        .anyMatch(m -> m.contains("kinds (never)"))
        .anyMatch(m -> m.contains("Kind (a) has (5) probes, too few"));
  }
}
