package dev.rsi.core.internal.stats;

/**
 * Eight bets, in fixed fractions of what can be staked without ruin, on the mean of drifts D in
 * [-1, 1], or in a range that ends sooner below. The wealth of each is a product of factors {@code
 * 1 + stake * (D - mean)} (or mean - D) that have mean at most 1 while the null holds, so each is a
 * test supermartingale, and so is their average: Waudby-Smith and Ramdas, J. R. Statist. Soc. B 86
 * (2024) 1. All in logarithms.
 *
 * <p>Immutable.
 */
public final class Bets {
  public static final int COUNT = 8;
  public static final double LOG_COUNT = Math.log(COUNT);

  /** What the most careful bet stakes, whatever can be staked without ruin. */
  private static final double LEAST_STAKE = 1.0 / 64;

  private static final double LARGEST_FRACTION = 15.0 / 16;

  private final double mean;
  private final double least;
  private final double[] stakes;
  private final double[] tilts;
  private final double[] worse = new double[COUNT];
  private final double[] same = new double[COUNT];
  private final double[] better = new double[COUNT];

  private Bets(double mean, double least, double[] stakes) {
    this(mean, least, stakes, new double[COUNT]);
  }

  private Bets(double mean, double least, double[] stakes, double[] tilts) {
    this.mean = mean;
    this.least = least;
    this.stakes = stakes;
    this.tilts = tilts;
    for (int k = 0; k < COUNT; k++) {
      worse[k] = logFactor(k, 1);
      same[k] = logFactor(k, 0);
      better[k] = logFactor(k, least);
    }
  }

  /**
   * What {@link #keen} bets begin with, from the most careful to the boldest: they sum to 1. Few
   * readings change between versions, and where few change bold bets win: eight equal parts need up
   * to 1.0 of some 5 nats more. Where many change, and a stake of 1/4 or 1/8 is best, these need
   * 0.2 or 1.4 more.
   */
  private static double[] keenParts() {
    return new double[] {.005, .005, .01, .03, .10, .20, .30, .35};
  }

  /** Bets against "the mean of D is at most {@code mean}". */
  public static Bets harm(double mean) {
    return new Bets(checked(mean, -1), -1, fractions(1, 1 + mean));
  }

  /** Bets against "the mean of D is at least {@code mean}". */
  public static Bets safe(double mean) {
    return new Bets(checked(mean, -1), -1, fractions(-1, 1 - mean));
  }

  /**
   * Bets against "the mean of D is at least {@code mean}" that put most of their wealth on large
   * stakes: the sooner sure where little changes.
   */
  public static Bets keen(double mean) {
    double[] tilts = keenParts();
    for (int k = 0; k < COUNT; k++) {
      tilts[k] = Math.log(COUNT * tilts[k]);
    }
    return new Bets(checked(mean, -1), -1, fractions(-1, 1 - mean), tilts);
  }

  /**
   * Bets against "the mean of D is at most {@code mean}" where D is in [least, 1]. The nearer the
   * least is, the more can be staked without ruin, and what is as bad as can be is found the
   * sooner. Their stakes grow by the same factor each, from the least that any bet has to 15/16 of
   * what would be ruin.
   *
   * @param least in [-1, 0] and less than {@code mean}
   */
  public static Bets harm(double mean, double least) {
    double largest = LARGEST_FRACTION / (checked(mean, least) - least);
    double[] stakes = new double[COUNT];
    for (int k = 0; k < COUNT; k++) {
      stakes[k] = LEAST_STAKE * Math.pow(largest / LEAST_STAKE, k / (COUNT - 1.0));
    }
    return new Bets(mean, least, stakes);
  }

  /**
   * Bets against "the mean of D is at least {@code mean}" where D is in [least, 1].
   *
   * @param least in [-1, 0] and less than {@code mean}
   */
  public static Bets safe(double mean, double least) {
    return new Bets(checked(mean, least), least, fractions(-1, 1 - mean));
  }

  private static double checked(double mean, double least) {
    if (!(mean > -1 && mean < 1)) {
      throw new IllegalArgumentException("mean (" + mean + ") must be in (-1, 1).");
    }
    if (!(least >= -1 && least <= 0 && least < mean)) {
      throw new IllegalArgumentException(
          "least (" + least + ") must be in [-1, 0] and less than the mean (" + mean + ").");
    }
    return mean;
  }

  private static double[] fractions(double sign, double reach) {
    double[] stakes = new double[COUNT];
    for (int k = 0; k < COUNT; k++) {
      stakes[k] = sign * fraction(k) / reach;
    }
    return stakes;
  }

  /** Which share of the largest stake the bet risks: 1/64, 1/32, ... 1/2, 3/4, 15/16. */
  public static double fraction(int k) {
    return k < 6 ? 1.0 / (64 >> k) : 1 - 1.0 / (4 << (2 * (k - 6)));
  }

  /** The least that a drift can be. */
  public double least() {
    return least;
  }

  /**
   * The logarithm of how much more than an equal part of the wealth a bet begins with: what it adds
   * in an average over bets.
   */
  public double tilt(int k) {
    return tilts[k];
  }

  /** The logarithm of what one drift multiplies a bet's wealth by; at least log(1 / 16). */
  public double logFactor(int k, double d) {
    return Math.log1p(stakes[k] * (d - mean));
  }

  /** The logarithm of a bet's wealth after drifts of 1, 0 and the least, in any order. */
  public double logWealth(int k, double worseCount, double sameCount, double betterCount) {
    return worseCount * worse[k] + sameCount * same[k] + betterCount * better[k];
  }

  /** The logarithm of the average wealth after drifts of 1, 0 and the least, in any order. */
  public double logWealth(double worseCount, double sameCount, double betterCount) {
    double top = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < COUNT; k++) {
      top = Math.max(top, tilts[k] + logWealth(k, worseCount, sameCount, betterCount));
    }
    double sum = 0;
    for (int k = 0; k < COUNT; k++) {
      sum += Math.exp(tilts[k] + logWealth(k, worseCount, sameCount, betterCount) - top);
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
