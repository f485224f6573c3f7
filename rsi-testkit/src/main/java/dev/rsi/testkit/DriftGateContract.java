package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * What every {@link DriftGate} must do, on evidence of known truth. Extend it, give it a gate, and
 * all its tests run.
 *
 * <p>A gate is right by chance or wrong by chance; the differences here are so large, and the seeds
 * fixed, that a gate of sound statistics passes every time.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class DriftGateContract {
  private static final int SEEDS = 10;
  private static final Role[] ROLES = {Role.ANCHOR, Role.INCUMBENT, Role.CHALLENGER};

  /** For subclasses. */
  protected DriftGateContract() {}

  /** A fresh gate that has decided nothing yet. */
  protected abstract DriftGate gate();

  /** How many probes of a kind are enough to prove a gain of half of them. By default 2000. */
  protected int probesPerKind() {
    return 2000;
  }

  /**
   * Whether the gate compares with generation 0 as well as with the incumbent. True by default:
   * without it, harm in small steps goes through.
   */
  protected boolean supportsAnchor() {
    return true;
  }

  /** Whether a clear harm is ROLLBACK rather than HOLD. True by default. */
  protected boolean supportsRollback() {
    return true;
  }

  /** Whether a clear case needs fewer probes than there are. True by default. */
  protected boolean supportsEarlyStop() {
    return true;
  }

  @Test
  void should_promote_a_challenger_that_is_clearly_better() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      GateDecision decision = gate().decide(better(seed));

      assertThat(decision.action()).as("seed %d: %s", seed, decision).isEqualTo(Action.PROMOTE);
      assertThat(decision.reason()).isNotBlank();
      assertThat(decision.findings()).as("the evidence").isNotEmpty();
    }
  }

  @Test
  void should_never_promote_a_challenger_that_is_clearly_worse() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      GateDecision decision =
          gate()
              .decide(
                  probes(seed)
                      .kind("one", probesPerKind(), 0.9, 0.9, 0.4)
                      .kind("two", probesPerKind(), 0.9, 0.9, 0.4));

      assertThat(decision.action()).as("seed %d: %s", seed, decision).isNotEqualTo(Action.PROMOTE);
      if (supportsRollback()) {
        assertThat(decision.action()).as("seed %d: %s", seed, decision).isEqualTo(Action.ROLLBACK);
      }
    }
  }

  @Test
  void should_hold_a_challenger_that_is_identical() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      GateDecision decision =
          gate()
              .decide(
                  SimulatedProbes.seeded(seed)
                      .kind("one", probesPerKind(), 0.9, 0.9, 0.9)
                      .kind("two", probesPerKind(), 0.5, 0.5, 0.5)
                      .kind("three", probesPerKind(), 0, 0, 0));

      assertThat(decision.action()).as("seed %d: %s", seed, decision).isEqualTo(Action.HOLD);
    }
  }

  @Test
  void should_never_pay_the_loss_of_one_skill_with_the_gain_of_others() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      SimulatedProbes probes = probes(seed).kind("lost", probesPerKind(), 0.95, 0.95, 0.75);
      for (int gain = 1; gain <= 9; gain++) {
        probes.kind("gained " + gain, probesPerKind(), 0.2, 0.2, 0.95);
      }
      refused("one skill of ten lost, seed " + seed, probes);
    }
  }

  @Test
  void should_never_promote_what_is_better_than_the_incumbent_but_worse_than_generation_0() {
    assumeTrue(supportsAnchor(), "this gate looks at the incumbent only");
    for (int seed = 1; seed <= SEEDS; seed++) {
      refused(
          "drifted from generation 0, seed " + seed,
          probes(seed)
              .kind("drifted", probesPerKind(), 0.95, 0.5, 0.7)
              .kind("gained", probesPerKind(), 0.2, 0.2, 0.9));
    }
  }

  @Test
  void should_never_promote_what_is_better_than_generation_0_but_not_than_the_incumbent() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      refused(
          "an older gain, seed " + seed,
          SimulatedProbes.seeded(seed).kind("one", probesPerKind(), 0.2, 0.9, 0.9));
      refused(
          "a gain half lost, seed " + seed,
          probes(seed).kind("one", probesPerKind(), 0.2, 0.9, 0.6));
    }
  }

  @Test
  void should_never_promote_on_too_few_probes() {
    refused("no kinds at all", SimulatedProbes.seeded(1));
    refused("two probes", SimulatedProbes.seeded(1).kind("one", 2, 0, 0, 1));
    refused("none of the probes announced", better(1).giveAtMost(0));
    refused("two of the probes announced", better(1).giveAtMost(2));
    refused("one kind that has two probes", better(1).kind("scarce", 2, 0.9, 0.9, 0.9));
  }

  @Test
  void should_never_promote_when_readings_are_missing() {
    for (Role role : ROLES) {
      if (role == Role.ANCHOR && !supportsAnchor()) {
        continue;
      }
      refused("no reading of " + role, better(1).missing(role, 1));
    }
    for (int seed = 1; seed <= SEEDS; seed++) {
      // Of the readings that are there, the challenger solves more than the others do.
      refused(
          "a challenger whose failures are missing, seed " + seed,
          probes(seed)
              .missing(Role.CHALLENGER, 0.4)
              .kind("one", probesPerKind(), 0.9, 0.9, 0.6)
              .kind("two", probesPerKind(), 0.2, 0.2, 0.6));
    }
  }

  @Test
  void should_never_promote_when_the_probes_break() {
    for (int pull = 1; pull <= 3; pull++) {
      RuntimeException broken = new IllegalStateException("the probes broke");
      Watched watched = new Watched(better(1).throwFromPull(pull, broken));
      Action action = action(watched);
      if (watched.failures > 0) {
        assertThat(action)
            .as("when the probes break from pull %d on", pull)
            .isNotEqualTo(Action.PROMOTE);
      }
    }
    assertThat(action(new BrokenProbes())).as("without kinds").isNotEqualTo(Action.PROMOTE);
  }

  @Test
  void should_decide_the_same_on_the_same_readings() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      GateDecision decision = gate().decide(close(seed));

      assertThat(gate().decide(close(seed))).as("seed %d", seed).isEqualTo(decision);
      assertThat(gate().decide(better(seed))).isEqualTo(gate().decide(better(seed)));
    }
  }

  @Test
  void should_pull_only_what_there_is() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      for (SimulatedProbes probes : List.of(better(seed), close(seed))) {
        Watched watched = new Watched(probes);
        gate().decide(watched);
        assertThat(watched.misuses).as("seed %d", seed).isEmpty();
        assertThat(probes.given().values()).as("probes given").allMatch(n -> n <= probesPerKind());
      }
    }
  }

  @Test
  void should_stop_as_soon_as_a_clear_case_is_clear() {
    assumeTrue(supportsEarlyStop(), "this gate uses up its probes");
    SimulatedProbes probes = better(1);
    gate().decide(probes);

    int given = probes.given().values().stream().mapToInt(Integer::intValue).sum();
    int available = probes.kinds().stream().mapToInt(ProbeKind::available).sum();
    assertThat(given).as("of %d probes", available).isLessThan(available);
  }

  @Test
  void should_say_how_few_probes_could_do() {
    ProbeSource all = flawless();
    List<ProbeKind> fewest = gate().fewest(all);

    assertThat(fewest.stream().map(ProbeKind::name))
        .as("kinds")
        .isEqualTo(all.kinds().stream().map(ProbeKind::name).toList());
    assertThat(fewest).as("probes").allMatch(kind -> kind.available() <= probesPerKind());
    int enough = fewest.stream().mapToInt(ProbeKind::available).max().orElse(0);
    assertThat(gate().decide(flawless().giveAtMost(enough)).action())
        .as("with %d probes of each kind", enough)
        .isEqualTo(Action.PROMOTE);
  }

  @Test
  void should_take_it_that_a_promotion_was_refused() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      DriftGate gate = gate();
      for (int decision = 1; decision <= 3; decision++) {
        assertThat(gate.decide(better(seed).ordinal(decision)).action())
            .as("decision %d on what is clearly better, seed %d", decision, seed)
            .isEqualTo(Action.PROMOTE);
        gate.answered(false);
      }
      // Harm is harm after that, too, and a person may lift what was refused.
      ProbeSource worse =
          SimulatedProbes.seeded(seed)
              .ordinal(4)
              .kind("kept", probesPerKind(), 0.95, 0.95, 0.4)
              .kind("gained", probesPerKind(), 0.3, 0.4, 0.9);
      assertThat(gate.decide(worse).action()).isNotEqualTo(Action.PROMOTE);
      gate.answered(true);
    }
  }

  /** All of one kind gained, nothing lost. */
  private SimulatedProbes flawless() {
    return SimulatedProbes.seeded(1)
        .kind("kept", probesPerKind(), 1, 1, 1)
        .kind("gained", probesPerKind(), 0, 0, 1);
  }

  /** Half of one kind gained, nothing lost. */
  private SimulatedProbes better(int seed) {
    return SimulatedProbes.seeded(seed)
        .kind("kept", probesPerKind(), 0.95, 0.95, 0.96)
        .kind("gained", probesPerKind(), 0.3, 0.4, 0.9);
  }

  /** A case that need not be clear to anyone. */
  private SimulatedProbes close(int seed) {
    return probes(seed)
        .kind("one", probesPerKind(), 0.9, 0.9, 0.88)
        .kind("two", probesPerKind(), 0.5, 0.52, 0.55);
  }

  /** Probes with a little churn, as real ones have. */
  private static SimulatedProbes probes(int seed) {
    return SimulatedProbes.seeded(seed).churn(0.02);
  }

  private void refused(String what, ProbeSource probes) {
    assertThat(action(probes)).as(what).isNotEqualTo(Action.PROMOTE);
  }

  /** What the loop makes of a gate's answer: an exception or null is HOLD. */
  private Action action(ProbeSource probes) {
    try {
      GateDecision decision = gate().decide(probes);
      return decision == null ? Action.HOLD : decision.action();
    } catch (RuntimeException e) {
      return Action.HOLD;
    }
  }

  /** Notes every pull that the interface forbids, also where the gate swallows the exception. */
  private static final class Watched implements ProbeSource {
    private final SimulatedProbes probes;
    private final List<String> misuses = new ArrayList<>();
    private int failures;

    Watched(SimulatedProbes probes) {
      this.probes = probes;
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
      try {
        return probes.pull(kind, count, roles);
      } catch (IllegalArgumentException e) {
        misuses.add(String.valueOf(e.getMessage()));
        throw e;
      } catch (IllegalStateException e) {
        failures++;
        throw e;
      }
    }
  }

  /** Probes of which nothing works. */
  private static final class BrokenProbes implements ProbeSource {
    @Override
    public List<ProbeKind> kinds() {
      throw new IllegalStateException("the probes broke");
    }

    @Override
    public long ordinal() {
      return 1;
    }

    @Override
    public List<ProbeResult> pull(String kind, int count, Set<Role> roles) {
      throw new IllegalStateException("the probes broke");
    }
  }
}
