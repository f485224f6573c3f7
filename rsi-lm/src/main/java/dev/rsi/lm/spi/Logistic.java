package dev.rsi.lm.spi;

/** The logistic function and its logarithm, exact far from 0 too. */
final class Logistic {
  private Logistic() {}

  static double sigmoid(double x) {
    double small = Math.exp(-Math.abs(x));
    return x >= 0 ? 1 / (1 + small) : small / (1 + small);
  }

  static double logSigmoid(double x) {
    return Math.min(0, x) - Math.log1p(Math.exp(-Math.abs(x)));
  }

  /** The slope of {@link #sigmoid}. */
  static double slope(double x) {
    return sigmoid(x) * sigmoid(-x);
  }
}
