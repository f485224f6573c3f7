package dev.rsi.core.internal.stats;

/**
 * An e-process: the average wealth of {@link Bets} after the drifts seen. While the null of the
 * bets holds, it ever reaches 1/a with probability at most a (Ville's inequality), however and
 * whenever one stops. For drifts of 1, 0 and the least there can be (-1, unless the bets say
 * otherwise) it is a function of three counts; others are multiplied in. It does not depend on
 * their order.
 *
 * <p>Mutable, for one thread. Adding and reading allocate nothing.
 */
public final class Evidence {
  private final Bets bets;
  private final double[] partial = new double[Bets.COUNT];
  private long worse;
  private long same;
  private long better;
  private long partials;

  public Evidence(Bets bets) {
    this.bets = bets;
  }

  /**
   * Adds one drift.
   *
   * @throws IllegalArgumentException if it is out of the range of the bets
   */
  public void add(double d) {
    double least = bets.least();
    if (!(d >= least && d <= 1)) {
      throw new IllegalArgumentException("drift (" + d + ") must be in [" + least + ", 1].");
    }
    if (d == 0) {
      same++;
    } else if (d == 1) {
      worse++;
    } else if (d == least) {
      better++;
    } else {
      for (int k = 0; k < Bets.COUNT; k++) {
        partial[k] += bets.logFactor(k, d);
      }
      partials++;
    }
  }

  /** Adds so many drifts of 1, 0 and the least. */
  public void add(long moreWorse, long moreSame, long moreBetter) {
    worse += moreWorse;
    same += moreSame;
    better += moreBetter;
  }

  /** Adds drifts between those, as their logarithmic factor per bet. */
  public void addPartial(double[] logs) {
    for (int k = 0; k < Bets.COUNT; k++) {
      partial[k] += logs[k];
    }
  }

  /** The logarithmic factor of bet {@code k} from drifts other than 1, 0 and the least. */
  public double partial(int k) {
    return partial[k];
  }

  /** The logarithm of the wealth of one bet. */
  public double log(int k) {
    return bets.logWealth(k, (double) worse, (double) same, (double) better) + partial[k];
  }

  /** The logarithm of the average wealth. */
  public double log() {
    return project(1, 0);
  }

  /** What the logarithm would be if everything seen came {@code times} over. */
  public double logTimes(double times) {
    return project(times, 0);
  }

  /** What the logarithm would be after {@code more} drifts of 0. */
  public double logAfterSame(long more) {
    return project(1, more);
  }

  /**
   * What the logarithm would be after so many more drifts of 1, 0 and the least, or {@code floor}
   * if that is more.
   */
  public double logAfter(long moreWorse, long moreSame, long moreBetter, double floor) {
    double top = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < Bets.COUNT; k++) {
      top = Math.max(top, after(k, moreWorse, moreSame, moreBetter));
    }
    if (top <= floor) {
      // An average is no more than its largest part. This spares most of what a request costs.
      return floor;
    }
    double sum = 0;
    for (int k = 0; k < Bets.COUNT; k++) {
      sum += Math.exp(after(k, moreWorse, moreSame, moreBetter) - top);
    }
    return Math.max(floor, top + Math.log(sum) - Bets.LOG_COUNT);
  }

  private double after(int k, long moreWorse, long moreSame, long moreBetter) {
    return bets.tilt(k)
        + bets.logWealth(
            k,
            (double) (worse + moreWorse),
            (double) (same + moreSame),
            (double) (better + moreBetter))
        + partial[k];
  }

  /**
   * What the logarithm would be after {@code more} drifts of which as many are 1, -1 and between as
   * were so far, but for the share of those of 1 that luck may have been.
   *
   * @param luck by how many standard deviations fewer the drifts of 1 might have been
   */
  public double logInLuck(long more, double luck) {
    double times = (double) more / Math.max(1, worse + same + better + partials);
    double fewer = Math.max(0, worse - luck * Math.sqrt((double) worse));
    double moreSame = times * (same + worse - fewer);
    double top = Double.NEGATIVE_INFINITY;
    double[] logs = new double[Bets.COUNT];
    for (int k = 0; k < Bets.COUNT; k++) {
      logs[k] =
          bets.tilt(k)
              + log(k)
              + bets.logWealth(k, times * fewer, moreSame, times * better)
              + times * partial[k];
      top = Math.max(top, logs[k]);
    }
    double sum = 0;
    for (double log : logs) {
      sum += Math.exp(log - top);
    }
    return top + Math.log(sum) - Bets.LOG_COUNT;
  }

  /** How many drifts of 1, 0 and the least there were. */
  public long[] counts() {
    return new long[] {worse, same, better};
  }

  private double project(double times, long more) {
    double top = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < Bets.COUNT; k++) {
      top = Math.max(top, project(k, times, more));
    }
    double sum = 0;
    for (int k = 0; k < Bets.COUNT; k++) {
      sum += Math.exp(project(k, times, more) - top);
    }
    return top + Math.log(sum) - Bets.LOG_COUNT;
  }

  private double project(int k, double times, long more) {
    return bets.tilt(k) + times * log(k) + bets.logWealth(k, 0, (double) more, 0);
  }
}
