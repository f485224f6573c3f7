package dev.rsi.onnx;

import dev.rsi.api.RsiException;
import dev.rsi.lm.spi.AdamW;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.TrainingRun;

/**
 * Climbs towards a higher fitness by what a {@link Population} tells of its surroundings:
 *
 * <pre>
 * estimate = sum over pairs of (f(w + s e) - f(w - s e)) / (2 s pairs) e
 * </pre>
 *
 * followed by Adam. Its expectation is the gradient where the fitness is a quadratic function, and
 * otherwise that of the mean fitness of members. One thread at a time.
 */
final class Evolution {
  /** Of the settings of OnnxTrainer; noise in the estimate leaves clipping and decay no part. */
  private static final AdamW ADAM = new AdamW(0.9, 0.98, 1e-8, 0, Double.MAX_VALUE);

  private final Population population;
  private final double sigma;
  private final float[] weights;
  private final float[] firstMoment;
  private final float[] secondMoment;
  private int steps;
  private int skippedInARow;
  private long lostPairs;
  private double smoothFitness = Double.NaN;

  /**
   * @param start where it begins; not written to
   */
  Evolution(Population population, double sigma, float[] start) {
    this.population = population;
    this.sigma = sigma;
    weights = start.clone();
    firstMoment = new float[start.length];
    secondMoment = new float[start.length];
  }

  /**
   * Takes a step. Pairs of which a member has no finite fitness are left out; a step without any
   * other, or without a finite estimate, changes nothing.
   *
   * @throws RsiException if so many steps in a row changed nothing as end a training
   */
  void step(Batch batch, double learningRate, long seed) {
    double[] fitness = population.fitness(weights, batch, sigma, seed);
    int pairs = fitness.length / 2;
    double[] differences = new double[pairs];
    double total = 0;
    int sound = 0;
    for (int i = 0; i < pairs; i++) {
      double difference = fitness[i] - fitness[i + pairs];
      if (Double.isFinite(difference)) {
        differences[i] = difference;
        total += (fitness[i] + fitness[i + pairs]) / 2;
        sound++;
      }
    }
    lostPairs += pairs - sound;
    if (sound == 0 || !climb(differences, sound, learningRate)) {
      skippedInARow++;
      if (skippedInARow >= TrainingRun.MAX_SKIPPED_IN_A_ROW) {
        throw new RsiException(
            "Training broke down: "
                + skippedInARow
                + " steps in a row had no pair of members with a finite fitness.\n"
                + "Maybe lower sigma ("
                + sigma
                + ") or the learning rate ("
                + learningRate
                + ").");
      }
      return;
    }
    skippedInARow = 0;
    double mean = total / sound;
    smoothFitness = Double.isNaN(smoothFitness) ? mean : 0.95 * smoothFitness + 0.05 * mean;
  }

  /**
   * What a pair's steps count in the estimate.
   *
   * @param difference of its members' fitness
   * @param pairs of all that are counted
   */
  static double factor(double difference, double sigma, int pairs) {
    // A step is sigma times its direction.
    return difference / (2 * sigma * sigma * pairs);
  }

  private boolean climb(double[] differences, int sound, double learningRate) {
    double[] factors = new double[differences.length];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = factor(differences[i], sigma, sound);
    }
    float[] estimate = population.combine(factors);
    if (!finite(estimate)) {
      return false;
    }
    steps++;
    double[] numbers = ADAM.hyper(learningRate, steps);
    float rate = (float) (learningRate / numbers[6]);
    float correction = (float) (1 / numbers[7]);
    float keepFirst = (float) (1 - ADAM.beta1());
    float keepSecond = (float) (1 - ADAM.beta2());
    float epsilon = (float) ADAM.epsilon();
    for (int i = 0; i < weights.length; i++) {
      float g = estimate[i];
      float m = firstMoment[i] + keepFirst * (g - firstMoment[i]);
      float v = secondMoment[i] + keepSecond * (g * g - secondMoment[i]);
      firstMoment[i] = m;
      secondMoment[i] = v;
      weights[i] += rate * m / ((float) Math.sqrt(v) * correction + epsilon);
    }
    return true;
  }

  private static boolean finite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  /** The weights reached; not to be written to. */
  float[] weights() {
    return weights;
  }

  /** Steps that changed the weights. */
  int steps() {
    return steps;
  }

  /** Pairs left out, of all steps. */
  long lostPairs() {
    return lostPairs;
  }

  /** Running mean of the members' fitness, about the last 20 steps; NaN before the first. */
  double fitness() {
    return smoothFitness;
  }
}
