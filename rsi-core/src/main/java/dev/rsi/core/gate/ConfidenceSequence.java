package dev.rsi.core.gate;

import dev.rsi.core.internal.stats.Bets;

/**
 * Bounds on the mean drift that hold at all times at once: all means that the bets have not
 * rejected at the level. The wealth of each bet is monotone in the mean it bets against, so
 * bisection finds the edge. Howard, Ramdas, McAuliffe and Sekhon, Ann. Statist. 49 (2021) 1055.
 */
final class ConfidenceSequence {
  private static final int STEPS = 50;

  private ConfidenceSequence() {}

  /** Lies above the mean with probability at least 1 - {@code level}, at all times. */
  static double upper(double worse, double same, double better, double level) {
    double low = -1;
    double high = 1;
    for (int i = 0; i < STEPS; i++) {
      double middle = (low + high) / 2;
      if (Bets.safe(middle).logWealth(worse, same, better) >= -Math.log(level)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  /** Lies below the mean with probability at least 1 - {@code level}, at all times. */
  static double lower(double worse, double same, double better, double level) {
    // What is worse of the mean is better of its negative.
    return -upper(/* worse= */ better, same, /* better= */ worse, level);
  }
}
