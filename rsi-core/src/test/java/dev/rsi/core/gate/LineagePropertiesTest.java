package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.core.internal.stats.Bets;
import dev.rsi.core.internal.stats.Evidence;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What a lineage carries is a test martingale over decisions without end. */
class LineagePropertiesTest {
  private static final double TOLERATED = .01;

  @Property(tries = 100)
  void wealth_is_one_before_any_probe(@ForAll @IntRange(min = 1, max = 500) int decisions) {
    Lineage lineage = new Lineage(1);
    for (int g = 1; g <= decisions; g++) {
      lineage.open(g);
      assertThat(mean(lineage, new Evidence(Bets.harm(TOLERATED)))).isCloseTo(1, within(1e-9));
      lineage.close(0, new Evidence(Bets.harm(TOLERATED)), g % 3 == 0);
    }
  }

  /** Every path of outcomes, weighted by how likely it is when the mean is what is tolerated. */
  @Example
  void expected_wealth_stays_one_when_every_challenger_is_at_the_margin_and_promoted() {
    double worse = .3;
    double better = worse - TOLERATED;
    double expected = 0;
    int probes = 6;
    for (int path = 0; path < Math.pow(3, probes); path++) {
      Lineage lineage = new Lineage(1);
      double likelihood = 1;
      int rest = path;
      double value = 1;
      for (int g = 1; g <= 3; g++) {
        lineage.open(g);
        Evidence harm = new Evidence(Bets.harm(TOLERATED));
        for (int i = 0; i < probes / 3; i++) {
          int outcome = rest % 3;
          rest /= 3;
          harm.add(outcome - 1.0);
          likelihood *= outcome == 2 ? worse : outcome == 0 ? better : 1 - worse - better;
        }
        value = mean(lineage, harm);
        lineage.close(0, harm, true);
      }
      expected += likelihood * value;
    }
    assertThat(expected).isCloseTo(1, within(1e-12));
  }

  @Property
  void rejection_never_raises_what_is_carried(
      @ForAll @Size(max = 50) List<@IntRange(min = -1, max = 1) Integer> drifts) {
    Lineage lineage = new Lineage(1);
    lineage.open(1);
    Evidence harm = new Evidence(Bets.harm(TOLERATED));
    drifts.forEach(harm::add);
    double[] before = carried(lineage);
    lineage.close(0, harm, false);
    double[] after = carried(lineage);
    for (int k = 0; k < Bets.COUNT; k++) {
      assertThat(after[k]).isLessThanOrEqualTo(before[k]);
      assertThat(after[k]).isCloseTo(before[k] + Math.min(0, harm.log(k)), within(1e-12));
    }
  }

  private static double[] carried(Lineage lineage) {
    double[] carried = new double[Bets.COUNT];
    for (int k = 0; k < Bets.COUNT; k++) {
      carried[k] = lineage.carried(0, k);
    }
    return carried;
  }

  private enum Rejected {
    MIN,
    DROP
  }

  /** Rejects whatever looks good so far, and promotes the rest: the worst choice there is. */
  private static double falseAlarms(Rejected rule, int runs) {
    SplittableRandom random = new SplittableRandom(11);
    int alarms = 0;
    for (int run = 0; run < runs; run++) {
      Lineage lineage = new Lineage(1);
      boolean alarm = false;
      for (int g = 1; g <= 300 && !alarm; g++) {
        lineage.open(g);
        Evidence harm = new Evidence(Bets.harm(TOLERATED));
        for (int look = 0; look < 25 && !alarm; look++) {
          for (int i = 0; i < 8; i++) {
            double luck = random.nextDouble();
            harm.add(luck < .02 + TOLERATED ? 1 : luck < .04 + TOLERATED ? -1 : 0);
          }
          alarm = mean(lineage, harm) >= 20;
        }
        boolean promoted = harm.log() > 0;
        if (promoted || rule == Rejected.MIN) {
          lineage.close(0, harm, promoted);
        }
      }
      alarms += alarm ? 1 : 0;
    }
    return (double) alarms / runs;
  }

  @Example
  void adversarial_rejection_keeps_the_false_alarm_rate() {
    assertThat(falseAlarms(Rejected.MIN, 300)).isLessThanOrEqualTo(.05);
  }

  /** The mutation that looks harmless: evidence on rejected challengers is thrown away. */
  @Example
  void dropping_the_evidence_on_rejected_challengers_alarms_always() {
    assertThat(falseAlarms(Rejected.DROP, 50)).isGreaterThanOrEqualTo(.98);
  }

  @Property
  void the_mean_over_signals_lies_between_its_parts(
      @ForAll @Size(min = 1, max = 12) List<@IntRange(min = -20, max = 20) Integer> logs) {
    Lineage lineage = new Lineage(logs.size());
    lineage.open(1);
    double[] values = logs.stream().mapToDouble(x -> x).toArray();
    double weight = ErrorBudget.weight(1);
    double tail = ErrorBudget.tail(1);
    double sum = 0;
    for (double value : values) {
      sum += Math.exp(value);
    }
    assertThat(Math.exp(lineage.logMean(values)))
        .isCloseTo(sum / values.length + tail, within(1e-9 * (sum + 1)));
    assertThat(weight + tail).isCloseTo(1, within(1e-15));
    double mean = (Math.exp(lineage.logMean(values)) - tail);
    double least = logs.stream().mapToDouble(Math::exp).min().orElse(0);
    double most = logs.stream().mapToDouble(Math::exp).max().orElse(0);
    assertThat(mean).isBetween(least - 1e-9 * (sum + 1), most + 1e-9 * (sum + 1));
    // What has no weight has no say.
    double[] more = java.util.Arrays.copyOf(values, values.length + 1);
    more[values.length] = Double.NEGATIVE_INFINITY;
    assertThat(Math.exp(lineage.logMean(more)))
        .isCloseTo(sum / more.length + tail, within(1e-9 * (sum + 1)));
  }

  @Example
  void carried_wealth_is_the_mean_of_the_bets() {
    Lineage lineage = new Lineage(2);
    assertThat(lineage.signals()).isEqualTo(2);
    assertThat(lineage.carriedLog(0)).isEqualTo(Double.NEGATIVE_INFINITY);
    lineage.open(1);
    assertThat(lineage.carriedLog(0)).isCloseTo(Math.log(ErrorBudget.weight(1)), within(1e-12));
    Evidence harm = new Evidence(Bets.harm(TOLERATED));
    harm.add(5, 20, 0);
    lineage.close(0, harm, true);
    assertThat(lineage.carriedLog(0))
        .isCloseTo(Math.log(ErrorBudget.weight(1)) + harm.log(), within(1e-12));
    assertThat(lineage.carriedLog(1)).isCloseTo(Math.log(ErrorBudget.weight(1)), within(1e-12));
    assertThat(lineage.promotions()).isZero();
    lineage.promoted();
    assertThat(lineage.promotions()).isEqualTo(1);
    assertThat(lineage.decisions()).isEqualTo(1);
  }

  @Example
  void wealth_of_any_size_has_a_finite_logarithm() {
    Lineage lineage = new Lineage(1);
    lineage.open(1);
    Evidence harm = new Evidence(Bets.harm(TOLERATED));
    harm.add(1_000_000, 0, 0);
    double expected = Math.log(ErrorBudget.weight(1)) + harm.log();
    assertThat(lineage.log(0, harm)).isCloseTo(expected, within(1e-6)).isGreaterThan(600_000);
    assertThat(lineage.log(0, harm, .5))
        .isCloseTo(Math.log(ErrorBudget.weight(1)) + harm.logTimes(.5), within(1e-6));
    assertThat(lineage.logMean(new double[] {expected})).isCloseTo(expected, within(1e-6));
  }

  @Example
  void a_decision_is_never_made_twice() {
    Lineage lineage = new Lineage(1);
    lineage.open(3);
    assertThatThrownBy(() -> lineage.open(3)).hasMessageContaining("Decision (3)");
    assertThatThrownBy(() -> lineage.open(2)).hasMessageContaining("Decision (2)");
  }

  @Example
  void decisions_never_opened_only_make_alarms_rarer() {
    Lineage whole = new Lineage(1);
    for (int g = 1; g <= 5; g++) {
      whole.open(g);
      whole.close(0, new Evidence(Bets.harm(TOLERATED)), true);
    }
    whole.open(6);
    Lineage gap = new Lineage(1);
    gap.open(6);
    Evidence harm = new Evidence(Bets.harm(TOLERATED));
    harm.add(50, 50, 0);
    assertThat(mean(gap, harm)).isLessThan(mean(whole, harm));
  }

  private static double mean(Lineage lineage, Evidence harm) {
    return Math.exp(lineage.logMean(new double[] {lineage.log(0, harm)}));
  }
}
