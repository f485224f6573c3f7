package dev.rsi.onnx;

import java.util.Arrays;
import java.util.List;

/**
 * What a head's training lowers, over all examples at once: the weighted mean of the cross entropy,
 * or of half the squared error, and half of {@code l2} times the sum of the squared weights. Biases
 * are free. Convex, so there is one lowest value, and strictly for {@code l2 > 0} in the weights.
 */
final class HeadLoss implements Lbfgs.Objective {
  private final Head head;
  private final List<float[]> embeddings;
  private final double[] targets;
  private final double[] shares;
  private final double l2;

  /**
   * @param targets index of the label, or the number to give
   * @param weights of the examples; positive
   */
  HeadLoss(Head head, List<float[]> embeddings, double[] targets, double[] weights, double l2) {
    this.head = head;
    this.embeddings = embeddings;
    this.targets = targets;
    this.l2 = l2;
    double max = 0;
    for (double weight : weights) {
      max = Math.max(max, weight);
    }
    double total = 0;
    for (double weight : weights) {
      total += weight / max;
    }
    shares = new double[weights.length];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = weights[i] / max / total;
    }
  }

  @Override
  public double valueAndGradient(double[] at, double[] gradient) {
    int rows = head.rows();
    int dimension = head.dimension();
    int biases = rows * dimension;
    double value = 0;
    for (int i = 0; i < biases; i++) {
      value += l2 / 2 * at[i] * at[i];
      gradient[i] = l2 * at[i];
    }
    Arrays.fill(gradient, biases, gradient.length, 0);
    double[] outputs = new double[rows];
    for (int example = 0; example < shares.length; example++) {
      float[] embedding = embeddings.get(example);
      for (int row = 0; row < rows; row++) {
        double sum = at[biases + row];
        int from = row * dimension;
        for (int i = 0; i < dimension; i++) {
          sum += at[from + i] * embedding[i];
        }
        outputs[row] = sum;
      }
      value += shares[example] * lossAndSlopes(outputs, targets[example]);
      for (int row = 0; row < rows; row++) {
        double slope = shares[example] * outputs[row];
        gradient[biases + row] += slope;
        int from = row * dimension;
        for (int i = 0; i < dimension; i++) {
          gradient[from + i] += slope * embedding[i];
        }
      }
    }
    return value;
  }

  /** The loss of one example; its slopes take the outputs' place. */
  private double lossAndSlopes(double[] outputs, double target) {
    if (head.kind() == Head.Kind.REGRESSION) {
      double error = outputs[0] - target;
      outputs[0] = error;
      return error * error / 2;
    }
    Head.logSoftmax(outputs);
    double loss = -outputs[(int) target];
    for (int row = 0; row < outputs.length; row++) {
      outputs[row] = StrictMath.exp(outputs[row]);
    }
    outputs[(int) target] -= 1;
    return loss;
  }
}
