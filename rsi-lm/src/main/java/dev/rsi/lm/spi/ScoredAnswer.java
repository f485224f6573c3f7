package dev.rsi.lm.spi;

/**
 * What a loss knows of an answer: the natural log-probability of each of its tokens, under the
 * weights that are trained and under those that the training began with.
 *
 * <p>Immutable by convention: nobody writes to the arrays.
 */
final class ScoredAnswer {
  private final double advantage;
  private final double[] now;
  private final double[] old;
  private final double[] reference;

  /**
   * @param advantage how much better than its group, where the loss asks for it
   * @param now under the weights that are trained
   * @param old under those that wrote the answer
   * @param reference under those not to be strayed from
   */
  ScoredAnswer(double advantage, double[] now, double[] old, double[] reference) {
    this.advantage = advantage;
    this.now = now;
    this.old = old;
    this.reference = reference;
  }

  double advantage() {
    return advantage;
  }

  int length() {
    return now.length;
  }

  double now(int token) {
    return now[token];
  }

  double old(int token) {
    return old[token];
  }

  double reference(int token) {
    return reference[token];
  }

  /** How much likelier the whole answer has become, in nats. */
  double gain() {
    double sum = 0;
    for (int t = 0; t < now.length; t++) {
      sum += now[t] - reference[t];
    }
    return sum;
  }
}
