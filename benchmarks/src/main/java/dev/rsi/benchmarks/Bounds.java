package dev.rsi.benchmarks;

/** What no test can beat, written down here once more and apart from the gate's own code. */
final class Bounds {
  private Bounds() {}

  /** The share of an error probability that is left after {@code g} decisions. */
  static double tail(long g) {
    return 1 / (1 + Math.log(1.0 + g));
  }

  /** How many sequences of so many answers have at most so many refusals among them. */
  static double histories(int answers, int refusals) {
    if (answers == 0 || refusals < 0) {
      return refusals < 0 ? 0 : 1;
    }
    return histories(answers - 1, refusals) + histories(answers - 1, refusals - 1);
  }

  /**
   * How fast, in nats per probe, the best bet against "the mean is at most {@code mean}" can grow,
   * when probes are 1 with probability {@code up}, -1 with {@code down} and else 0. A test of level
   * a that stops in the end needs at least ln(1/a) divided by this many on average (Wald).
   */
  static double growth(double up, double down, double mean) {
    double low = 0;
    double high = 1 / (1 + mean) - 1e-12;
    for (int i = 0; i < 200; i++) {
      double a = low + (high - low) / 3;
      double b = high - (high - low) / 3;
      if (growth(up, down, mean, a) < growth(up, down, mean, b)) {
        low = a;
      } else {
        high = b;
      }
    }
    return growth(up, down, mean, low);
  }

  private static double growth(double up, double down, double mean, double stake) {
    return weighted(up, 1 + stake * (1 - mean))
        + weighted(1 - up - down, 1 - stake * mean)
        + weighted(down, 1 - stake * (1 + mean));
  }

  private static double weighted(double weight, double factor) {
    return weight == 0 ? 0 : weight * Math.log(factor);
  }
}
