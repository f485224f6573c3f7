package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;

class ExactTestsTest {

  @Property
  void should_count_every_sequence_of_flips(
      @ForAll @IntRange(min = 0, max = 30) int flips, @ForAll @IntRange(min = 0, max = 30) int of) {
    int hits = Math.min(flips, of);
    BigInteger ways = BigInteger.ZERO;
    BigInteger choose = BigInteger.ONE;
    for (int k = 0; k <= flips; k++) {
      if (k >= hits) {
        ways = ways.add(choose);
      }
      choose = choose.multiply(BigInteger.valueOf(flips - k)).divide(BigInteger.valueOf(k + 1));
    }
    double exact = ways.doubleValue() / Math.pow(2, flips);
    assertThat(ExactTests.signTest(hits, flips)).isCloseTo(exact, within(1e-14));
  }

  @Property(tries = 200)
  void should_cover_the_true_rate_as_often_as_promised(
      @ForAll @IntRange(min = 1, max = 60) int n,
      @ForAll @Scale(6) @DoubleRange(min = 0.001, max = 0.999) double rate,
      @ForAll @Scale(6) @DoubleRange(min = 0.001, max = 0.3) double alpha) {
    double missedAbove = 0;
    double missedBelow = 0;
    for (int hits = 0; hits <= n; hits++) {
      double probability = probability(hits, n, rate);
      missedAbove += ExactTests.upperBound(hits, n, alpha) < rate ? probability : 0;
      missedBelow += ExactTests.lowerBound(hits, n, alpha) > rate ? probability : 0;
    }
    assertThat(missedAbove).isLessThanOrEqualTo(alpha);
    assertThat(missedBelow).isLessThanOrEqualTo(alpha);
  }

  @Property(tries = 200)
  void should_bound_a_clean_count_in_closed_form(
      @ForAll @IntRange(min = 1, max = 5000) int n,
      @ForAll @Scale(6) @DoubleRange(min = 1e-6, max = 0.5) double alpha) {
    assertThat(ExactTests.upperBound(0, n, alpha))
        .isCloseTo(1 - Math.pow(alpha, 1.0 / n), within(1e-9));
    assertThat(ExactTests.upperBound(n, n, alpha)).isEqualTo(1);
    assertThat(ExactTests.lowerBound(0, n, alpha)).isZero();
    assertThat(ExactTests.lowerBound(n, n, alpha))
        .isCloseTo(Math.pow(alpha, 1.0 / n), within(1e-9));
  }

  @Property(tries = 200)
  void should_bound_failures_as_the_mirror_of_successes(
      @ForAll @IntRange(min = 1, max = 300) int n,
      @ForAll @IntRange(min = 1, max = 300) int some,
      @ForAll @Scale(6) @DoubleRange(min = 1e-6, max = 0.4) double alpha) {
    int hits = Math.min(some, n);
    double lower = ExactTests.lowerBound(hits, n, alpha);
    assertThat(lower).isCloseTo(1 - ExactTests.upperBound(n - hits, n, alpha), within(1e-9));
    // The bound is the rate at which so many hits or more have probability alpha.
    double tail = 0;
    for (int h = hits; h <= n; h++) {
      tail += probability(h, n, lower);
    }
    assertThat(tail).isCloseTo(alpha, within(1e-6));
  }

  private static double probability(int hits, int n, double rate) {
    double log = hits * Math.log(rate) + (n - hits) * Math.log1p(-rate);
    for (int i = 1; i <= hits; i++) {
      log += Math.log(n - hits + i) - Math.log(i);
    }
    return Math.exp(log);
  }
}
