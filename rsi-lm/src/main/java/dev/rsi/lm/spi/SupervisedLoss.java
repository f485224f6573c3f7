package dev.rsi.lm.spi;

import dev.rsi.lm.SupervisedObjective;
import dev.rsi.lm.SupervisedObjective.Loss;

/**
 * The numbers of a {@link SupervisedObjective}, which has the formulas.
 *
 * <p>Immutable and thread-safe.
 */
final class SupervisedLoss {
  private final SupervisedObjective objective;

  SupervisedLoss(SupervisedObjective objective) {
    this.objective = objective;
  }

  /**
   * The loss of some answers.
   *
   * @param now log-probabilities, one row per answer
   */
  TokenLoss of(double[][] now) {
    double tokens = 0;
    for (double[] answer : now) {
      tokens += answer.length;
    }
    double value = 0;
    double[][] slopes = new double[now.length][];
    for (int i = 0; i < now.length; i++) {
      slopes[i] = new double[now[i].length];
      for (int t = 0; t < now[i].length; t++) {
        slopes[i][t] = -(objective.loss() == Loss.NLL ? 1 : Math.exp(now[i][t])) / tokens;
        value += slopes[i][t] * now[i][t];
      }
    }
    return new TokenLoss(value, slopes);
  }
}
