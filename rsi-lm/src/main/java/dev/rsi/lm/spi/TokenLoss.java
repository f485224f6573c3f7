package dev.rsi.lm.spi;

import java.util.ArrayList;
import java.util.List;

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

  /** The batches whose answers, in order, this is the loss of, weighed by it. */
  List<Batch> weigh(List<Batch> batches) {
    List<Batch> weighed = new ArrayList<>(batches.size());
    int answer = 0;
    for (Batch batch : batches) {
      float[] byTarget = new float[batch.targets().length];
      for (int i = 0; i < byTarget.length; i++) {
        byTarget[i] = (float) slopes[answer + i / batch.answerLength()][i % batch.answerLength()];
      }
      weighed.add(batch.weighed(byTarget));
      answer += batch.rows();
    }
    return weighed;
  }

  /**
   * Numbers per target as one row per answer.
   *
   * @param numbers one array per batch, rows x answerLength
   */
  static double[][] byAnswer(List<Batch> batches, List<float[]> numbers) {
    List<double[]> rows = new ArrayList<>();
    for (int b = 0; b < batches.size(); b++) {
      int length = batches.get(b).answerLength();
      for (int row = 0; row < batches.get(b).rows(); row++) {
        double[] answer = new double[length];
        for (int t = 0; t < length; t++) {
          answer[t] = numbers.get(b)[row * length + t];
        }
        rows.add(answer);
      }
    }
    return rows.toArray(double[][]::new);
  }
}
