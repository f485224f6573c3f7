package dev.rsi.lm;

/**
 * A loss, and its slope by the log-probability of every answer token.
 *
 * <p>Every loss here reaches the weights through these log-probabilities alone, so its gradient is
 * that of the sum of log-probability times slope, the slopes held still: all that a backend has to
 * differentiate. In double precision.
 *
 * <p>Immutable by convention: nobody writes to the arrays.
 */
final class TokenLoss {
  private final double value;
  private final double[][] slopes;

  /**
   * @param slopes one row per answer, one number per token
   */
  TokenLoss(double value, double[][] slopes) {
    this.value = value;
    this.slopes = slopes;
  }

  double value() {
    return value;
  }

  /** One row per answer, one number per token; not to be written to. */
  double[][] slopes() {
    return slopes;
  }
}
