package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import dev.rsi.core.report.RunEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a gate promotes and somebody refuses counts against no later challenger. */
class RefusedPromotionsTest {
  private static final int RUNS = 200;
  private static final int REFUSED = 100;
  private static final int CLEAN = 20;
  private static final int UNTOLD_RUNS = 60;

  /** Probes that flip for no reason, half of them each way. */
  private static final double CHURN = .04;

  /** One kind; generation 0 is live, and the challenger does so much worse. */
  private record Probes(long ordinal, double drift, SplittableRandom random)
      implements ProbeSource {
    @Override
    public List<ProbeKind> kinds() {
      return List.of(new ProbeKind("a", 1600));
    }

    @Override
    public List<ProbeResult> pull(String kind, int count, Set<Role> roles) {
      List<ProbeResult> results = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        double luck = random.nextDouble();
        double lost = CHURN / 2 + drift;
        double challenger = luck < lost ? 0 : 1;
        double live = luck >= lost && luck < lost + CHURN / 2 ? 0 : 1;
        results.add(
            new ProbeResult(
                "p", Map.of(Role.ANCHOR, live, Role.INCUMBENT, live, Role.CHALLENGER, challenger)));
      }
      return results;
    }
  }

  /** Whether a clean challenger is rolled back after a hundred whose promotion was refused. */
  private static boolean rollsBack(AnchoredGate gate, double drift, boolean tells, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    boolean rolledBack = false;
    for (int g = 1; g <= REFUSED + CLEAN; g++) {
      boolean clean = g > REFUSED;
      GateDecision decision = gate.decide(new Probes(g, clean ? 0 : drift, random));
      rolledBack |= clean && decision.action() == Action.ROLLBACK;
      if (tells) {
        gate.answered(false);
      }
    }
    return rolledBack;
  }

  /** Drifts between tolerated and limit, which a gate promotes now and then. */
  @ParameterizedTest
  @CsvSource({"0.01, 0.08, 0.0284", "0.01, 0.15, 0.0468", "0.005, 0.10, 0.0299"})
  void should_not_roll_back_clean_challengers_for_promotions_that_were_refused(
      double tolerated, double limit, double drift) {
    AnchoredGate gate =
        DriftGates.anchored()
            .margins(tolerated, limit)
            .incumbentMargins(tolerated, limit)
            .gain(false);
    int told = 0;
    for (int run = 0; run < RUNS; run++) {
      told += rollsBack(gate, drift, true, run) ? 1 : 0;
    }
    assertThat(told).as("runs of %d", RUNS).isLessThanOrEqualTo(RUNS / 20);
  }

  @Test
  void should_have_needed_to_be_told() {
    AnchoredGate gate =
        DriftGates.anchored().margins(.005, .10).incumbentMargins(.005, .10).gain(false);
    int untold = 0;
    for (int run = 0; run < UNTOLD_RUNS; run++) {
      untold += rollsBack(gate, .0299, false, run) ? 1 : 0;
    }
    assertThat(untold).as("runs of %d", UNTOLD_RUNS).isGreaterThan(UNTOLD_RUNS / 20);
  }

  private static LawProbes probes(int g) {
    return new LawProbes(g)
        .ordinal(g)
        .kind("a", 800, .5, .5, .5 + .02 * (g % 7))
        .kind("b", 800, .9, .9, .88);
  }

  private static AnchoredGate gate() {
    return DriftGates.anchored().margins(.01, .1).incumbentMargins(.01, .1).gain(false);
  }

  /** Decisions of which every second promotion is refused, as a run records them. */
  private static List<RunEvent> events(DriftGate gate, int refuses) {
    List<RunEvent> events = new ArrayList<>();
    int promoted = 0;
    for (int g = 1; g <= 10; g++) {
      GateDecision decision = gate.decide(probes(g));
      boolean wentLive = decision.promotes() && ++promoted % 2 != refuses;
      gate.answered(wentLive);
      events.add(new RunEvent.Gated(g, "v" + g, decision, null));
      if (decision.promotes() && !wentLive) {
        events.add(new RunEvent.Answered(g, "v" + g, false, "Ada", "not today"));
      }
      if (wentLive) {
        events.add(new RunEvent.Promoted(g, "v", "v" + g));
      }
    }
    assertThat(promoted).isGreaterThan(3);
    return events;
  }

  private static List<GateDecision> decisions(List<RunEvent> events) {
    return events.stream()
        .filter(RunEvent.Gated.class::isInstance)
        .map(e -> ((RunEvent.Gated) e).decision())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void should_audit_what_was_carried_on_of_refused_promotions(int refuses) {
    List<RunEvent> events = events(gate(), refuses);
    assertThat(GateAudit.problems(decisions(events))).isEmpty();
    assertThat(GateAudit.answerProblems(events)).isEmpty();
    // WHEN the record says that another one was refused
    List<RunEvent> others = new ArrayList<>(events);
    others.removeIf(RunEvent.Promoted.class::isInstance);
    assertThat(GateAudit.answerProblems(others))
        .isNotEmpty()
        .allMatch(p -> p.contains("did not go live, but (1) was counted as promoted"));
    // or that none was
    others = new ArrayList<>(events);
    others.replaceAll(
        e ->
            e instanceof RunEvent.Answered no
                ? new RunEvent.Promoted(no.generation(), "v", no.challenger())
                : e);
    assertThat(GateAudit.answerProblems(others))
        .isNotEmpty()
        .allMatch(p -> p.contains("went live, but (0) was counted as promoted"));
  }

  @Test
  void should_find_a_lineage_that_was_never_told() {
    List<RunEvent> events = new ArrayList<>();
    AnchoredGate gate = gate();
    for (int g = 1; g <= 10; g++) {
      events.add(new RunEvent.Gated(g, "v" + g, gate.decide(probes(g)), null));
    }
    assertThat(GateAudit.problems(decisions(events))).isEmpty();
    assertThat(GateAudit.answerProblems(events)).isNotEmpty();
  }

  @Test
  void should_continue_from_a_record_as_if_there_had_been_no_restart() {
    AnchoredGate gate = gate();
    GateDecision last = gate.decide(probes(1));
    for (int g = 2; g <= 10; g++) {
      boolean wentLive = last.promotes() && g % 2 == 0;
      gate.answered(wentLive);
      AnchoredGate again = gate().after(last);
      again.answered(wentLive);
      AnchoredGate stricter = gate().after(last).tightened(same -> same);
      stricter.answered(wentLive);
      last = gate.decide(probes(g));
      assertThat(again.decide(probes(g))).isEqualTo(last);
      assertThat(stricter.decide(probes(g))).isEqualTo(last);
    }
  }

  @Test
  void should_carry_on_a_lineage_of_before_as_it_was_carried_on() {
    // GIVEN gates by the arithmetic of records that were made before gates were told
    List<RunEvent> told = events(gate().before(), 1);
    List<GateDecision> untold = new ArrayList<>();
    AnchoredGate before = gate().before();
    for (int g = 1; g <= 10; g++) {
      untold.add(before.decide(probes(g)));
    }
    assertThat(decisions(told)).isEqualTo(untold);
    assertThat(GateAudit.problems(untold)).isEmpty();
    assertThat(GateAudit.answerProblems(told)).isEmpty();
  }

  @Test
  void should_count_for_the_share_what_went_live() {
    AnchoredGate gate = gate().errorAsShare();
    GateDecision first = gate.decide(probes(1));
    assertThat(first.promotes()).isTrue();
    gate.answered(false);
    GateDecision second = gate.decide(probes(2));
    assertThat(second.findings().get(0).numbers()).containsEntry("promotions", 0.0);
    // What is told twice, or of another's decision, changes nothing.
    gate.answered(true);
    gate.answered(false);
    assertThat(gate.decide(probes(3)).findings().get(0).numbers())
        .containsEntry("promotions", second.promotes() ? 1.0 : 0.0);
  }

  @Test
  void should_hand_it_on_through_a_name() {
    AnchoredGate plain = gate();
    DriftGate named = DriftGate.named("ours", gate());
    for (int g = 1; g <= 6; g++) {
      assertThat(named.decide(probes(g))).isEqualTo(plain.decide(probes(g)));
      named.answered(false);
      plain.answered(false);
    }
  }
}
