package dev.rsi.benchmarks;

import java.util.Arrays;

/**
 * Bets that know what they are to find: of each kind the best constant stake for its own items, and
 * promotion as soon as every wealth has ever been large enough. No bets of the kind a gate places
 * do better on average, so it is the ceiling of what readings can show at a level.
 */
final class PowerOracle {
  private static final int STAKES = 200;

  private final double limit;
  private final double toIncumbent;

  PowerOracle(double limit, double toIncumbent) {
    this.limit = limit;
    this.toIncumbent = toIncumbent;
  }

  /** Whether it promotes at such levels. */
  boolean promotes(PowerWorld world, double level, double gainLevel) {
    double needed = -Math.log(level);
    boolean gained = false;
    for (int k = 0; k < world.kinds(); k++) {
      if (peak(world, world.anchor[k], k, limit) < needed
          || peak(world, world.incumbent[k], k, toIncumbent) < needed) {
        return false;
      }
      gained |=
          peak(world, world.incumbent[k], k, 0) >= -Math.log(gainLevel) + Math.log(world.kinds());
    }
    return gained;
  }

  /** The largest logarithm of wealth on the way through a kind's items. */
  private static double peak(PowerWorld world, double[] reference, int kind, double limit) {
    int[] order = PowerSource.shuffled(world);
    double[] drifts =
        Arrays.stream(order).mapToDouble(i -> reference[i] - world.challenger[kind][i]).toArray();
    double stake = 0;
    double most = 0;
    for (int s = 1; s <= STAKES; s++) {
      double tried = .999 * s / STAKES / (1 - limit);
      double growth = 0;
      for (double drift : drifts) {
        growth += Math.log1p(tried * (limit - drift));
      }
      if (growth > most) {
        most = growth;
        stake = tried;
      }
    }
    double log = 0;
    double peak = 0;
    for (double drift : drifts) {
      log += Math.log1p(stake * (limit - drift));
      peak = Math.max(peak, log);
    }
    return peak;
  }
}
