package dev.rsi.core.gate;

/**
 * Shares of an error probability for decisions 1, 2, 3 and so on without end: {@code weight(g)}
 * sums to 1, since it telescopes over {@code tail(g) = 1 / (1 + ln(1 + g))}. It falls about as
 * slowly as it can: the millionth decision needs twice the evidence of the third.
 */
final class ErrorBudget {
  private ErrorBudget() {}

  /** What is left after decision {@code g}: the sum of the weights of all later ones. */
  static double tail(long g) {
    return 1 / (1 + Math.log1p((double) g));
  }

  /** The share of decision {@code g}, from 1: tail(g - 1) - tail(g), without its cancellation. */
  static double weight(long g) {
    if (g < 1) {
      throw new IllegalArgumentException("decision (" + g + ") must be >= 1.");
    }
    return Math.log1p(1.0 / g) * tail(g - 1) * tail(g);
  }

  /**
   * The error probability that decision {@code g} may spend.
   *
   * @param error of all decisions together
   * @param promotions before this decision; with {@code fraction} each frees another share, as in
   *     e-LOND (Xu and Ramdas, AISTATS 2024)
   * @param histories how many histories of answers the challenger may have been made from, 1 or
   *     more: whichever it was, the sum over all of them stays within the decision's share
   */
  static double level(double error, boolean fraction, long g, long promotions, double histories) {
    if (!(histories >= 1 && histories < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("histories (" + histories + ") must be >= 1 and finite.");
    }
    double share = error * weight(g) * (fraction ? promotions + 1 : 1);
    return Math.min(error, share) / histories;
  }
}
