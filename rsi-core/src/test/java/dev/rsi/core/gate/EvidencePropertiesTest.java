package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.Role;
import dev.rsi.core.internal.probe.Margins;
import dev.rsi.core.internal.stats.Bets;
import dev.rsi.core.internal.stats.Evidence;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Scale;
import net.jqwik.api.constraints.Size;

/** The evidence on one signal is a test martingale, and a function of counts. */
class EvidencePropertiesTest {

  @Provide
  Arbitrary<List<Double>> drifts() {
    return drift().list().ofMaxSize(60);
  }

  private static Arbitrary<Double> drift() {
    return Arbitraries.frequencyOf(
        net.jqwik.api.Tuple.of(3, Arbitraries.of(-1.0, 0.0, 1.0)),
        net.jqwik.api.Tuple.of(1, Arbitraries.doubles().between(-1, 1)));
  }

  @Property
  void one_step_of_every_bet_has_mean_one_at_its_null(
      @ForAll @IntRange(max = 7) int k,
      @ForAll @Scale(9) @DoubleRange(min = -0.9, max = 0.9) double mean,
      @ForAll @Scale(9) @DoubleRange(min = -1, max = 1) double a,
      @ForAll @Scale(9) @DoubleRange(min = -1, max = 1) double b) {
    double low = Math.min(a, b);
    double high = Math.max(a, b);
    Assume.that(low <= mean && mean <= high && high - low > 1e-6);
    double p = (mean - low) / (high - low);
    assertThat(expectation(Bets.harm(mean), k, low, high, p)).isCloseTo(1, within(1e-12));
    assertThat(expectation(Bets.safe(mean), k, low, high, p)).isCloseTo(1, within(1e-12));
    assertThat(expectation(Bets.keen(mean), k, low, high, p)).isCloseTo(1, within(1e-12));
  }

  /** Drifts with their probabilities: any distribution on a finite grid. */
  @Provide
  Arbitrary<List<double[]>> distributions() {
    Arbitrary<Double> weight = Arbitraries.doubles().between(.01, 1);
    return Combinators.combine(drift(), weight)
        .as((d, w) -> new double[] {d, w})
        .list()
        .ofMinSize(1)
        .ofMaxSize(9);
  }

  @Property
  void one_step_is_a_martingale_at_the_null_and_a_supermartingale_inside_it(
      @ForAll("distributions") List<double[]> distribution,
      @ForAll @IntRange(max = 7) int k,
      @ForAll @Scale(9) @DoubleRange(min = 0, max = 1) double shift) {
    double total = distribution.stream().mapToDouble(p -> p[1]).sum();
    double mean = distribution.stream().mapToDouble(p -> p[0] * p[1]).sum() / total;
    Assume.that(Math.abs(mean) < .99);
    double above = mean + shift * (.99 - mean);
    double below = mean - shift * (mean + .99);
    assertThat(expectation(Bets.harm(mean), k, distribution) / total).isCloseTo(1, within(1e-12));
    assertThat(expectation(Bets.safe(mean), k, distribution) / total).isCloseTo(1, within(1e-12));
    assertThat(expectation(Bets.harm(above), k, distribution) / total)
        .isLessThanOrEqualTo(1 + 1e-12);
    assertThat(expectation(Bets.safe(below), k, distribution) / total)
        .isLessThanOrEqualTo(1 + 1e-12);
  }

  private static double expectation(Bets bets, int k, List<double[]> distribution) {
    return distribution.stream().mapToDouble(p -> p[1] * Math.exp(bets.logFactor(k, p[0]))).sum();
  }

  @Property
  void one_step_has_mean_at_most_one_inside_the_null(
      @ForAll @IntRange(max = 7) int k,
      @ForAll @Scale(9) @DoubleRange(min = -0.9, max = 0.9) double mean,
      @ForAll @Scale(9) @DoubleRange(max = 1) double worse,
      @ForAll @Scale(9) @DoubleRange(max = 1) double better) {
    Assume.that(worse + better <= 1);
    double factorHarm = 0;
    double factorSafe = 0;
    double[] weights = {better, 1 - worse - better, worse};
    for (int i = 0; i < 3; i++) {
      factorHarm += weights[i] * Math.exp(Bets.harm(mean).logFactor(k, i - 1));
      factorSafe += weights[i] * Math.exp(Bets.safe(mean).logFactor(k, i - 1));
    }
    if (worse - better <= mean) {
      assertThat(factorHarm).isLessThanOrEqualTo(1 + 1e-12);
    } else {
      assertThat(factorSafe).isLessThanOrEqualTo(1 + 1e-12);
    }
  }

  private static double expectation(Bets bets, int k, double low, double high, double p) {
    return (1 - p) * Math.exp(bets.logFactor(k, low)) + p * Math.exp(bets.logFactor(k, high));
  }

  @Property
  void no_bet_can_be_ruined(
      @ForAll @IntRange(max = 7) int k,
      @ForAll @Scale(9) @DoubleRange(min = -0.99, max = 0.99) double mean,
      @ForAll @Scale(9) @DoubleRange(min = -1, max = 1) double d) {
    double least = Math.log1p(-Bets.fraction(k));
    assertThat(Bets.harm(mean).logFactor(k, d)).isGreaterThanOrEqualTo(least - 1e-9);
    assertThat(Bets.safe(mean).logFactor(k, d)).isGreaterThanOrEqualTo(least - 1e-9);
  }

  @Property
  void a_drift_outside_its_range_is_refused_and_leaves_no_trace(@ForAll double d) {
    Assume.that(!(d >= -1 && d <= 1));
    Evidence evidence = new Evidence(Bets.safe(.05));
    assertThatThrownBy(() -> evidence.add(d)).isInstanceOf(IllegalArgumentException.class);
    assertThat(evidence.log()).isZero();
    assertThatThrownBy(() -> evidence.add(Double.NaN)).hasMessageContaining("NaN");
  }

  @Example
  void bets_on_a_mean_that_no_drift_can_pass_are_refused() {
    for (double mean : new double[] {-1, 1, Double.NaN}) {
      assertThatThrownBy(() -> Bets.harm(mean)).hasMessageContaining("mean (" + mean + ")");
      assertThatThrownBy(() -> Bets.safe(mean)).hasMessageContaining("mean (" + mean + ")");
    }
  }

  @Property
  void evidence_is_exchangeable(@ForAll("drifts") List<Double> drifts, @ForAll Random random) {
    List<Double> shuffled = new ArrayList<>(drifts);
    Collections.shuffle(shuffled, random);
    for (Bets bets : List.of(Bets.harm(.01), Bets.safe(.05), Bets.safe(0))) {
      assertThat(of(bets, shuffled).log()).isCloseTo(of(bets, drifts).log(), within(1e-12 * 60));
    }
    Lineage lineage = new Lineage(1);
    lineage.open(1);
    assertThat(lineage.log(0, of(Bets.harm(.01), shuffled)))
        .isCloseTo(lineage.log(0, of(Bets.harm(.01), drifts)), within(1e-12 * 60));
  }

  @Property
  void evidence_is_the_same_in_any_batches(
      @ForAll @Size(max = 20) List<@IntRange(max = 9) Integer> batches) {
    Evidence batched = new Evidence(Bets.safe(.05));
    Evidence single = new Evidence(Bets.safe(.05));
    for (int i = 0; i < batches.size(); i++) {
      int count = batches.get(i);
      double outcome = i % 3 - 1.0;
      batched.add(outcome == 1 ? count : 0, outcome == 0 ? count : 0, outcome == -1 ? count : 0);
      for (int k = 0; k < count; k++) {
        single.add(outcome);
      }
    }
    assertThat(batched.log()).isEqualTo(single.log());
  }

  @Property
  void evidence_of_two_samples_is_the_product_bet_by_bet(
      @ForAll("drifts") List<Double> first, @ForAll("drifts") List<Double> second) {
    Bets bets = Bets.safe(.05);
    List<Double> both = new ArrayList<>(first);
    both.addAll(second);
    for (int k = 0; k < Bets.COUNT; k++) {
      assertThat(of(bets, both).log(k))
          .isCloseTo(of(bets, first).log(k) + of(bets, second).log(k), within(1e-10));
    }
  }

  /** Wealth of 1 in all, however it is laid on the bets: else their average proves too much. */
  @Property
  void keen_bets_begin_with_a_wealth_of_one(
      @ForAll @DoubleRange(min = .01, max = .5) double limit,
      @ForAll("drifts") List<Double> drifts) {
    Bets keen = Bets.keen(limit);
    double sum = 0;
    double wealth = 0;
    for (int k = 0; k < Bets.COUNT; k++) {
      sum += Math.exp(keen.tilt(k)) / Bets.COUNT;
      double product = 1;
      for (double drift : drifts) {
        product *= 1 + Bets.fraction(k) / (1 - limit) * (limit - drift);
      }
      wealth += Math.exp(keen.tilt(k)) / Bets.COUNT * product;
    }
    assertThat(sum).isCloseTo(1, within(1e-12));
    double log = of(keen, drifts).log();
    assertThat(log).isCloseTo(Math.log(wealth), within(1e-9 * Math.max(1, Math.abs(log))));
    Evidence counted = new Evidence(keen);
    counted.add(3, 40, 2);
    assertThat(counted.log()).isCloseTo(keen.logWealth(3, 40, 2), within(1e-12));
    assertThat(keen.logWealth(0, keen.fewestSame(4), 0)).isGreaterThanOrEqualTo(4);
  }

  @Property
  void a_snapshot_restored_at_any_probe_goes_on_bit_for_bit(
      @ForAll("drifts") List<Double> drifts, @ForAll @IntRange(max = 60) int at) {
    Signal whole = keen();
    Signal first = keen();
    int cut = Math.min(at, drifts.size());
    drifts.forEach(whole::add);
    drifts.subList(0, cut).forEach(first::add);
    Signal rest =
        DecisionRecord.read(
                DecisionRecord.write(
                    opened(first), List.of(), DriftGates.anchored().rules(), new LawProbes(1)))
            .signals()
            .get(0);
    drifts.subList(cut, drifts.size()).forEach(rest::add);
    assertThat(rest.probes()).isEqualTo(whole.probes());
    assertThat(rest.harm().log()).isEqualTo(whole.harm().log());
    assertThat(rest.safe().log()).isEqualTo(whole.safe().log());
    assertThat(rest.gain().log()).isEqualTo(whole.gain().log());
    assertThat(rest.partialSum()).isEqualTo(whole.partialSum());
  }

  private static Signal keen() {
    return new Signal("a", Role.INCUMBENT, new Margins(.01, .05), true, Bets.keen(.05));
  }

  private static Standing opened(Signal signal) {
    Lineage lineage = new Lineage(1);
    lineage.open(1);
    return new Standing(lineage, List.of(signal), List.of(), .05, .05, true, 1);
  }

  @Property
  void one_probe_worse_never_lowers_harm_nor_raises_safety(
      @ForAll("drifts") @Size(min = 1) List<Double> drifts,
      @ForAll @Scale(9) @DoubleRange(min = -1, max = 1) double other) {
    List<Double> worse = new ArrayList<>(drifts);
    worse.set(0, Math.max(other, drifts.get(0)));
    assertThat(of(Bets.harm(.01), worse).log())
        .isGreaterThanOrEqualTo(of(Bets.harm(.01), drifts).log() - 1e-12);
    assertThat(of(Bets.safe(.05), worse).log())
        .isLessThanOrEqualTo(of(Bets.safe(.05), drifts).log() + 1e-12);
  }

  @Property
  void a_wider_margin_is_never_harder_to_keep(
      @ForAll("drifts") List<Double> drifts,
      @ForAll @Scale(9) @DoubleRange(min = -0.5, max = 0.5) double a,
      @ForAll @Scale(9) @DoubleRange(min = -0.5, max = 0.5) double b) {
    double narrow = Math.min(a, b);
    double wide = Math.max(a, b);
    for (int k = 0; k < Bets.COUNT; k++) {
      assertThat(of(Bets.safe(wide), drifts).log(k))
          .isGreaterThanOrEqualTo(of(Bets.safe(narrow), drifts).log(k) - 1e-9);
      assertThat(of(Bets.harm(wide), drifts).log(k))
          .isLessThanOrEqualTo(of(Bets.harm(narrow), drifts).log(k) + 1e-9);
    }
  }

  @Property
  void the_confidence_sequence_brackets_and_inverts_the_tests(
      @ForAll @IntRange(max = 200) int worse,
      @ForAll @IntRange(max = 500) int same,
      @ForAll @IntRange(max = 200) int better,
      @ForAll @Scale(9) @DoubleRange(min = 0.001, max = 0.4) double level) {
    double upper = ConfidenceSequence.upper(worse, same, better, level);
    double lower = ConfidenceSequence.lower(worse, same, better, level);
    assertThat(upper).isGreaterThanOrEqualTo(lower);
    assertThat(ConfidenceSequence.upper(worse, same, better, level / 2))
        .isGreaterThanOrEqualTo(upper);
    assertThat(ConfidenceSequence.lower(worse, same, better, level / 2)).isLessThanOrEqualTo(lower);
    double limit = .05;
    boolean certified = Bets.safe(limit).logWealth(worse, same, better) >= -Math.log(level);
    if (Math.abs(upper - limit) > 1e-6) {
      assertThat(certified).isEqualTo(upper <= limit);
    }
  }

  @Example
  void without_probes_every_mean_is_possible_and_unchanged_probes_bound_it_in_closed_form() {
    assertThat(ConfidenceSequence.upper(0, 0, 0, .05)).isEqualTo(1);
    assertThat(ConfidenceSequence.lower(0, 0, 0, .05)).isEqualTo(-1);
    // At an error of 1, wealth of 1 is enough, and all drifts of 0 bring that at a mean of 0.
    assertThat(ConfidenceSequence.upper(0, 50, 0, 1)).isCloseTo(0, within(1e-12));
    double upper = ConfidenceSequence.upper(0, 100, 0, .05);
    assertThat(Bets.safe(upper).logWealth(0, 100, 0)).isCloseTo(Math.log(20), within(1e-9));
    assertThat(ConfidenceSequence.lower(0, 100, 0, .05)).isEqualTo(-upper);
  }

  @Property(tries = 200)
  void counts_sequence_and_exact_decimal_arithmetic_agree(
      @ForAll @IntRange(max = 40) int worse,
      @ForAll @IntRange(max = 200) int same,
      @ForAll @IntRange(max = 40) int better) {
    // A dyadic mean, so that every factor is an exact decimal but for one division.
    double mean = 0.0625;
    for (boolean harm : new boolean[] {true, false}) {
      Bets bets = harm ? Bets.harm(mean) : Bets.safe(mean);
      BigDecimal sum = BigDecimal.ZERO;
      for (int k = 0; k < Bets.COUNT; k++) {
        BigDecimal stake =
            BigDecimal.valueOf(harm ? Bets.fraction(k) : -Bets.fraction(k))
                .divide(BigDecimal.valueOf(harm ? 1 + mean : 1 - mean), MathContext.DECIMAL128);
        BigDecimal wealth =
            factor(stake, mean, 1)
                .pow(worse, MathContext.DECIMAL128)
                .multiply(factor(stake, mean, 0).pow(same, MathContext.DECIMAL128))
                .multiply(factor(stake, mean, -1).pow(better, MathContext.DECIMAL128));
        sum = sum.add(wealth);
      }
      double exact = sum.doubleValue() / Bets.COUNT;
      Evidence sequence = new Evidence(bets);
      for (int i = 0; i < worse + same + better; i++) {
        sequence.add(i < worse ? 1 : i < worse + same ? 0 : -1);
      }
      assertThat(Math.exp(sequence.log())).isCloseTo(exact, within(1e-11 * exact));
      assertThat(bets.logWealth(worse, same, better)).isEqualTo(sequence.log());
    }
  }

  private static BigDecimal factor(BigDecimal stake, double mean, int d) {
    return BigDecimal.ONE.add(stake.multiply(BigDecimal.valueOf(d - mean)));
  }

  @Property
  void partial_drifts_multiply_exactly(
      @ForAll @Size(min = 1, max = 30)
          List<@Scale(6) @DoubleRange(min = -0.999, max = 0.999) Double> drifts) {
    Evidence evidence = of(Bets.harm(.01), drifts);
    for (int k = 0; k < Bets.COUNT; k++) {
      double product = 1;
      for (double d : drifts) {
        product *= 1 + Bets.fraction(k) / 1.01 * (d - .01);
      }
      assertThat(evidence.log(k)).isCloseTo(Math.log(product), within(1e-9));
    }
  }

  @Property(tries = 50)
  void logarithms_stay_finite_however_long_the_run(
      @ForAll @LongRange(max = 10_000_000) long worse,
      @ForAll @LongRange(max = 10_000_000) long same,
      @ForAll @LongRange(max = 10_000_000) long better) {
    for (Bets bets : List.of(Bets.harm(.01), Bets.safe(.05), Bets.safe(0))) {
      Evidence evidence = new Evidence(bets);
      evidence.add(worse, same, better);
      assertThat(evidence.log()).isFinite();
      for (int k = 0; k < Bets.COUNT; k++) {
        // A mean lies between an eighth of its largest part and that part.
        assertThat(evidence.log(k) - Bets.LOG_COUNT).isLessThanOrEqualTo(evidence.log() + 1e-6);
      }
    }
  }

  @Example
  void ten_million_unchanged_probes_prove_safety_beyond_the_range_of_doubles() {
    Evidence evidence = new Evidence(Bets.safe(.05));
    evidence.add(0, 10_000_000, 0);
    assertThat(evidence.log()).isCloseTo(481_600, within(500.0));
  }

  @Property
  void log_sum_exp_is_stable_at_any_scale(
      @ForAll @Scale(6) @DoubleRange(min = -30, max = 30) double a,
      @ForAll @Scale(6) @DoubleRange(min = -30, max = 30) double b,
      @ForAll @LongRange(min = -1_000_000, max = 1_000_000) long scale) {
    double plain = Math.log(Math.exp(a) + Math.exp(b));
    assertThat(Bets.logAdd(a, b)).isCloseTo(plain, within(1e-12 * 30));
    assertThat(Bets.logAdd(a + scale, b + scale) - scale).isCloseTo(plain, within(1e-8));
    assertThat(Bets.logAdd(a, Double.NEGATIVE_INFINITY)).isEqualTo(a);
    assertThat(Bets.logAdd(Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY))
        .isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Example
  void fractions_are_dyadic() {
    assertThat(java.util.stream.IntStream.range(0, 8).mapToDouble(Bets::fraction))
        .containsExactly(1 / 64., 1 / 32., 1 / 16., 1 / 8., 1 / 4., 1 / 2., 3 / 4., 15 / 16.);
  }

  /** What the formula of the design gives, worked out by hand for one probe of each outcome. */
  @Example
  void wealth_after_three_probes_is_the_mean_over_eight_products() {
    double sum = 0;
    for (int k = 0; k < 8; k++) {
      double nu = Bets.fraction(k) / .95;
      sum += (1 - Bets.fraction(k)) * (1 + nu * .05) * (1 + nu * 1.05);
    }
    Evidence evidence = of(Bets.safe(.05), List.of(1.0, 0.0, -1.0));
    assertThat(Math.exp(evidence.log())).isCloseTo(sum / 8, within(1e-14));
  }

  static Evidence of(Bets bets, List<Double> drifts) {
    Evidence evidence = new Evidence(bets);
    drifts.forEach(evidence::add);
    return evidence;
  }
}
