package dev.rsi.core.gate;

import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/** Exact binomial tests and bounds, without normal approximations. */
final class ExactTests {
  /** Bounds are moved outward by this factor, more than the quantile's own error. */
  private static final double OUTWARD = 1e-12;

  private ExactTests() {}

  /**
   * One-sided sign test: the probability of at least {@code hits} heads in {@code flips} fair coin
   * flips. McNemar's exact test is this test on discordant pairs.
   */
  static double signTest(int hits, int flips) {
    return hits == 0 ? 1 : BinomialDistribution.of(flips, 0.5).survivalProbability(hits - 1);
  }

  /**
   * Clopper-Pearson: a bound that lies above the true rate with probability at least 1 - {@code
   * alpha}, given {@code hits} of {@code n}. Clopper and Pearson, Biometrika 26 (1934) 404.
   */
  static double upperBound(int hits, int n, double alpha) {
    if (hits >= n) {
      return 1;
    }
    double bound =
        BetaDistribution.of(hits + 1.0, (double) n - hits).inverseSurvivalProbability(alpha);
    return Math.min(1, bound * (1 + OUTWARD));
  }

  /** The lower Clopper-Pearson bound, mirror of {@link #upperBound}. */
  static double lowerBound(int hits, int n, double alpha) {
    if (hits == 0) {
      return 0;
    }
    double bound = BetaDistribution.of(hits, n - hits + 1.0).inverseCumulativeProbability(alpha);
    return Math.max(0, bound * (1 - OUTWARD));
  }
}
