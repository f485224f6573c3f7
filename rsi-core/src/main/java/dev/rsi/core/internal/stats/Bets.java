package dev.rsi.core.internal.stats;

/**
 * Eight bets, in fixed fractions of what can be staked without ruin, on the mean of drifts D in
 * [-1, 1]. The wealth of each is a product of factors {@code 1 + stake * (D - mean)} (or mean - D)
 * that have mean at most 1 while the null holds, so each is a test supermartingale, and so is their
 * average: Waudby-Smith and Ramdas, J. R. Statist. Soc. B 86 (2024) 1. All in logarithms.
 *
 * <p>Immutable.
 */
public final class Bets {
  public static final int COUNT = 8;
  public static final double LOG_COUNT = Math.log(COUNT);

  private final double mean;
  private final double[] stakes = new double[COUNT];
  private final double[] worse = new double[COUNT];
  private final double[] same = new double[COUNT];
  private final double[] better = new double[COUNT];

  private Bets(double mean, double sign, double reach) {
    if (!(mean > -1 && mean < 1)) {
      throw new IllegalArgumentException("mean (" + mean + ") must be in (-1, 1).");
    }
    this.mean = mean;
    for (int k = 0; k < COUNT; k++) {
      stakes[k] = sign * fraction(k) / reach;
      worse[k] = logFactor(k, 1);
      same[k] = logFactor(k, 0);
      better[k] = logFactor(k, -1);
    }
  }

  /** Bets against "the mean of D is at most {@code mean}". */
  public static Bets harm(double mean) {
    return new Bets(mean, 1, 1 + mean);
  }

  /** Bets against "the mean of D is at least {@code mean}". */
  public static Bets safe(double mean) {
    return new Bets(mean, -1, 1 - mean);
  }

  /** Which share of the largest stake the bet risks: 1/64, 1/32, ... 1/2, 3/4, 15/16. */
  public static double fraction(int k) {
    return k < 6 ? 1.0 / (64 >> k) : 1 - 1.0 / (4 << (2 * (k - 6)));
  }

  /** The logarithm of what one drift multiplies a bet's wealth by; at least log(1 - fraction). */
  public double logFactor(int k, double d) {
    return Math.log1p(stakes[k] * (d - mean));
  }

  /** The logarithm of a bet's wealth after drifts of 1, 0 and -1, in any order. */
  public double logWealth(int k, double worseCount, double sameCount, double betterCount) {
    return worseCount * worse[k] + sameCount * same[k] + betterCount * better[k];
  }

  /** The logarithm of the average wealth after drifts of 1, 0 and -1, in any order. */
  public double logWealth(double worseCount, double sameCount, double betterCount) {
    double top = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < COUNT; k++) {
      top = Math.max(top, logWealth(k, worseCount, sameCount, betterCount));
    }
    double sum = 0;
    for (int k = 0; k < COUNT; k++) {
      sum += Math.exp(logWealth(k, worseCount, sameCount, betterCount) - top);
    }
    return top + Math.log(sum) - LOG_COUNT;
  }

  /**
   * The fewest drifts of 0, and nothing else, after which the average wealth has so large a log.
   */
  public int fewestSame(double log) {
    int low = 0;
    int high = 1;
    while (logWealth(0, high, 0) < log) {
      low = high;
      high = Math.multiplyExact(high, 2);
    }
    while (high - low > 1) {
      int middle = low + (high - low) / 2;
      if (logWealth(0, middle, 0) < log) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /** log(e^a + e^b). */
  public static double logAdd(double a, double b) {
    double top = Math.max(a, b);
    return top == Double.NEGATIVE_INFINITY ? top : top + Math.log1p(Math.exp(Math.min(a, b) - top));
  }
}
