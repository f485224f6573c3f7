package dev.rsi.benchmarks;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A lineage of simulated models on banks of items: what generation 0, the incumbent, the challenger
 * and the best version of each kind read on each item. What flips for no reason adds up against
 * generation 0, as it does for models.
 */
final class PowerWorld {
  /** Where the log-odds of items start: as the prototype of the study has them. */
  private static final double LOG_ODDS = 1.6;

  private static final double LOG_ODDS_SPREAD = 1.5;

  private final SplittableRandom random;
  private final boolean graded;
  final double[][] anchor;
  final double[][] best;
  double[][] incumbent;
  double[][] challenger;
  private double[][] odds = {};
  private double[][] oddsTried = {};

  private PowerWorld(double[][] anchor, double[][] live, boolean graded, SplittableRandom random) {
    this.anchor = anchor;
    this.incumbent = live;
    this.challenger = live;
    this.graded = graded;
    this.random = random;
    this.best = anchor.clone();
  }

  /** Right-or-wrong readings; generation 0 is right on some items, the live version on more. */
  static PowerWorld flips(
      int kinds, int items, double first, double live, SplittableRandom random) {
    double[][] anchor = new double[kinds][items];
    double[][] now = new double[kinds][items];
    for (int k = 0; k < kinds; k++) {
      for (int i = 0; i < items; i++) {
        double luck = random.nextDouble();
        anchor[k][i] = luck < first ? 1 : 0;
        now[k][i] = luck < live ? 1 : 0;
      }
    }
    return new PowerWorld(anchor, now, false, random);
  }

  /** Probabilities of the right answer, as a session that scores gives them. */
  static PowerWorld probabilities(int kinds, int items, SplittableRandom random) {
    double[][] odds = new double[kinds][items];
    for (double[] kind : odds) {
      for (int i = 0; i < items; i++) {
        kind[i] = LOG_ODDS + LOG_ODDS_SPREAD * random.nextGaussian();
      }
    }
    double[][] read = shares(odds);
    PowerWorld world = new PowerWorld(read, read, true, random);
    world.odds = odds;
    return world;
  }

  int kinds() {
    return anchor.length;
  }

  int items() {
    return anchor[0].length;
  }

  SplittableRandom random() {
    return random;
  }

  /**
   * Makes a challenger of the incumbent.
   *
   * @param change by kind: by how much its mean rises
   * @param noise share of items that flip for no reason, or the standard deviation of what log-odds
   *     move by
   */
  void challenge(double[] change, double noise) {
    if (graded) {
      challengeOdds(change, noise);
    } else {
      challenger = new double[kinds()][];
      for (int k = 0; k < kinds(); k++) {
        challenger[k] = flipped(incumbent[k], change[k], noise);
      }
    }
  }

  private double[] flipped(double[] from, double change, double churn) {
    double[] to = from.clone();
    double right = Math.max(.01, mean(from));
    double wrong = Math.max(.01, 1 - mean(from));
    for (int i = 0; i < to.length; i++) {
      double share = from[i] == 1 ? right : wrong;
      if (random.nextDouble() < churn && random.nextDouble() < .5 / share) {
        to[i] = 1 - to[i];
      }
    }
    // The change itself is exact, but for a fraction of an item, which is drawn.
    double exact = Math.abs(change) * to.length;
    int count = (int) exact + (random.nextDouble() < exact - Math.floor(exact) ? 1 : 0);
    int at = random.nextInt(to.length);
    double sought = change > 0 ? 0 : 1;
    int step = 7919;
    for (int tries = 0; tries < to.length && count > 0; tries++) {
      at = (at + step) % to.length;
      if (to[at] == sought) {
        to[at] = 1 - sought;
        count--;
      }
    }
    return to;
  }

  private void challengeOdds(double[] change, double deviation) {
    oddsTried = new double[kinds()][];
    for (int k = 0; k < kinds(); k++) {
      double[] tried = odds[k].clone();
      for (int i = 0; i < tried.length; i++) {
        tried[i] += deviation * random.nextGaussian();
      }
      double wanted = Math.min(.99, mean(incumbent[k]) + change[k]);
      for (int step = 0; step < 4; step++) {
        double[] read = share(tried);
        double slope =
            Math.max(1e-3, Arrays.stream(read).map(p -> p * (1 - p)).average().orElse(1));
        double shift = (wanted - mean(read)) / slope;
        for (int i = 0; i < tried.length; i++) {
          tried[i] += shift;
        }
      }
      oddsTried[k] = tried;
    }
    challenger = shares(oddsTried);
  }

  void promote() {
    incumbent = challenger;
    odds = oddsTried;
  }

  /** The mean over all kinds of what the live version reads. */
  double live() {
    return Arrays.stream(incumbent).mapToDouble(PowerWorld::mean).average().orElse(0);
  }

  private static double[][] shares(double[][] odds) {
    return Arrays.stream(odds).map(PowerWorld::share).toArray(double[][]::new);
  }

  private static double[] share(double[] odds) {
    return Arrays.stream(odds).map(z -> 1 / (1 + Math.exp(-z))).toArray();
  }

  static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
