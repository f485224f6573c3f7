package dev.rsi.lm.spi;

/**
 * Settings of AdamW as PyTorch defines it (Loshchilov and Hutter, "Decoupled Weight Decay
 * Regularization", 2019), after clipping the gradient to a global norm:
 *
 * <pre>
 * g *= min(1, clip / (norm + 1e-6))
 * p -= lr * decay * p
 * m += (1 - beta1) * (g - m)
 * v  = beta2 * v + (1 - beta2) * g * g
 * p -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
 * </pre>
 *
 * @param beta1 memory of the gradient's mean, in [0, 1)
 * @param beta2 memory of its square's mean, in [0, 1)
 * @param epsilon added to the root of that
 * @param weightDecay per unit of learning rate
 * @param clipNorm largest global norm of the gradient
 */
public record AdamW(
    double beta1, double beta2, double epsilon, double weightDecay, double clipNorm) {

  /**
   * The numbers of step t (from 1) in the order in which backends hand them on: learning rate,
   * beta1, beta2, epsilon, weight decay, clip norm, 1 - beta1^t, sqrt(1 - beta2^t).
   */
  public double[] hyper(double learningRate, long t) {
    return new double[] {
      learningRate,
      beta1,
      beta2,
      epsilon,
      weightDecay,
      clipNorm,
      1 - Math.pow(beta1, (double) t),
      Math.sqrt(1 - Math.pow(beta2, (double) t))
    };
  }
}
