package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.GateFinding;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import dev.rsi.core.gate.DriftGates;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The gates that pass the contract, and the planted bugs that it finds. */
class DriftGateContractTest {

  @Nested
  class Paired extends DriftGateContract {
    @Override
    protected DriftGate gate() {
      return DriftGates.paired();
    }
  }

  @Nested
  class Anchored extends DriftGateContract {
    @Override
    protected DriftGate gate() {
      return DriftGates.anchored();
    }
  }

  @Nested
  class Scripted extends DriftGateContract {
    @Override
    protected DriftGate gate() {
      return ScriptedGate.of(DriftGates.paired());
    }
  }

  @Nested
  class Plain extends DriftGateContract {
    @Override
    protected DriftGate gate() {
      return new PlainGate();
    }
  }

  static Stream<Arguments> bugs() {
    AtomicInteger calls = new AtomicInteger();
    return Stream.of(
        bug(
            "should_promote_a_challenger_that_is_clearly_better",
            probes -> GateDecision.hold("never sure", List.of())),
        bug(
            "should_promote_a_challenger_that_is_clearly_better",
            new PlainGate() {
              @Override
              List<GateFinding> findings(List<Loss> losses) {
                return List.of();
              }
            }),
        bug(
            "should_never_promote_a_challenger_that_is_clearly_worse",
            probes -> GateDecision.promote("always sure", List.of())),
        bug(
            "should_never_promote_a_challenger_that_is_clearly_worse",
            new PlainGate() {
              @Override
              GateDecision condemn(List<GateFinding> findings) {
                return GateDecision.hold("worse", findings);
              }
            }),
        bug(
            "should_hold_a_challenger_that_is_identical",
            new PlainGate() {
              @Override
              boolean gained(List<Loss> losses) {
                return true;
              }
            }),
        bug(
            "should_never_pay_the_loss_of_one_skill_with_the_gain_of_others",
            new PlainGate() {
              @Override
              boolean safe(List<Loss> losses) {
                return losses.stream().mapToDouble(Loss::meanLoss).sum() < 0.02;
              }

              @Override
              boolean harmed(List<Loss> losses) {
                return losses.stream().mapToDouble(Loss::meanLoss).sum() > 0.1;
              }
            }),
        bug(
            "should_never_promote_what_is_better_than_the_incumbent_but_worse_than_generation_0",
            new PlainGate(Role.INCUMBENT, Role.INCUMBENT)),
        bug(
            "should_never_promote_what_is_better_than_generation_0_but_not_than_the_incumbent",
            new PlainGate(Role.ANCHOR, Role.ANCHOR)),
        bug(
            "should_never_promote_on_too_few_probes",
            new PlainGate() {
              @Override
              int fewest() {
                return 1;
              }
            }),
        bug(
            "should_never_promote_when_readings_are_missing",
            new PlainGate() {
              @Override
              double ifMissing() {
                return Double.NaN;
              }
            }),
        bug(
            "should_never_promote_when_the_probes_break",
            probes -> {
              try {
                return new PlainGate().decide(probes);
              } catch (RuntimeException e) {
                return GateDecision.promote("no news is good news", List.of());
              }
            }),
        bug(
            "should_decide_the_same_on_the_same_readings",
            probes ->
                calls.incrementAndGet() % 3 == 0
                    ? GateDecision.hold("moody", List.of())
                    : new PlainGate().decide(probes)),
        bug(
            "should_pull_only_what_there_is",
            probes -> {
              try {
                probes.pull("a kind of my own", 1, EnumSet.allOf(Role.class));
              } catch (IllegalArgumentException e) {
                // A gate that shuts its eyes.
              }
              return new PlainGate().decide(probes);
            }),
        bug(
            "should_stop_as_soon_as_a_clear_case_is_clear",
            new PlainGate() {
              @Override
              int wanted(ProbeKind kind) {
                return kind.available();
              }
            }),
        bug(
            "should_take_it_that_a_promotion_was_refused",
            new PlainGate() {
              private boolean refused;

              @Override
              public GateDecision decide(ProbeSource probes) {
                return refused ? GateDecision.hold("offended", List.of()) : super.decide(probes);
              }

              @Override
              public void answered(boolean wentLive) {
                refused = !wentLive;
              }
            }),
        bug(
            "should_say_how_few_probes_could_do",
            new PlainGate() {
              @Override
              public List<ProbeKind> fewest(ProbeSource probes) {
                return probes.kinds().stream().map(k -> new ProbeKind(k.name(), 299)).toList();
              }
            }));
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void should_find_the_bug(String test, DriftGate gate) {
    Planted.gate = gate;
    assertThat(Suites.failures(Planted.class)).contains(test);
  }

  private static Arguments bug(String test, DriftGate gate) {
    return Arguments.of(test, gate);
  }

  /** Not a test on its own: run by the test above with a bug in it. */
  static class Planted extends DriftGateContract {
    static DriftGate gate = new PlainGate();

    @Override
    protected DriftGate gate() {
      return gate;
    }
  }

  /** What was found on one kind against one reference. */
  private record Loss(String signal, double meanLoss, int probes) {}

  /** A gate of plain means with wide margins: sound on clear cases, and easy to break. */
  private static class PlainGate implements DriftGate {
    private final Role first;
    private final Role second;

    PlainGate() {
      this(Role.ANCHOR, Role.INCUMBENT);
    }

    PlainGate(Role first, Role second) {
      this.first = first;
      this.second = second;
    }

    int wanted(ProbeKind kind) {
      return Math.min(kind.available(), 600);
    }

    int fewest() {
      return 300;
    }

    double ifMissing() {
      return 1;
    }

    boolean safe(List<Loss> losses) {
      return losses.stream().allMatch(loss -> loss.meanLoss < 0.02);
    }

    boolean harmed(List<Loss> losses) {
      return losses.stream().anyMatch(loss -> loss.meanLoss > 0.1);
    }

    boolean gained(List<Loss> losses) {
      return losses.stream()
          .anyMatch(loss -> loss.signal.endsWith(second.name()) && loss.meanLoss < -0.1);
    }

    GateDecision condemn(List<GateFinding> findings) {
      return GateDecision.rollback("worse", findings);
    }

    List<GateFinding> findings(List<Loss> losses) {
      return losses.stream()
          .map(loss -> new GateFinding(loss.signal, "loss", Map.of("mean", loss.meanLoss)))
          .toList();
    }

    @Override
    public GateDecision decide(ProbeSource probes) {
      List<Loss> losses = new ArrayList<>();
      for (ProbeKind kind : probes.kinds()) {
        List<ProbeResult> results =
            probes.pull(kind.name(), wanted(kind), EnumSet.allOf(Role.class));
        for (Role role : EnumSet.of(first, second)) {
          losses.add(loss(kind.name() + " against " + role, results, role));
        }
      }
      losses.sort(Comparator.comparing(Loss::signal));
      List<GateFinding> findings = findings(losses);
      if (losses.isEmpty() || losses.stream().anyMatch(loss -> loss.probes < fewest())) {
        return GateDecision.hold("too few probes", findings);
      }
      if (harmed(losses)) {
        return condemn(findings);
      }
      return safe(losses) && gained(losses)
          ? GateDecision.promote("better and safe", findings)
          : GateDecision.hold("not sure", findings);
    }

    private Loss loss(String signal, List<ProbeResult> results, Role role) {
      double sum = 0;
      int counted = 0;
      for (ProbeResult result : results) {
        Double reference = result.reading(role);
        Double challenger = result.reading(Role.CHALLENGER);
        double loss =
            reference == null || challenger == null ? ifMissing() : reference - challenger;
        if (!Double.isNaN(loss)) {
          sum += loss;
          counted++;
        }
      }
      return new Loss(signal, counted == 0 ? 0 : sum / counted, results.size());
    }
  }
}
