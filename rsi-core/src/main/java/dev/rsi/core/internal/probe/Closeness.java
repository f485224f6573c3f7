package dev.rsi.core.internal.probe;

import dev.rsi.core.internal.stats.Bets;
import dev.rsi.core.report.Descriptives;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleBiFunction;

/**
 * How far a choice is from generation 0's. Scores are log-probabilities of a task's options, in
 * their order; both distributions are normalised over the options.
 */
final class Closeness {
  private Closeness() {}

  /** One less the total variation distance, in [0, 1]; empty if a score is missing. */
  static OptionalDouble reading(List<Double> scores, List<Double> anchorScores) {
    return compare(scores, anchorScores, (q, p) -> 1 - Descriptives.totalVariation(q, p));
  }

  /** The Kullback-Leibler divergence in nats, 0 or more; empty if a score is missing. */
  static OptionalDouble divergence(List<Double> scores, List<Double> anchorScores) {
    return compare(scores, anchorScores, Descriptives::klDivergence);
  }

  /** Compares two distributions over the options; empty if one is none. */
  private static OptionalDouble compare(
      List<Double> scores,
      List<Double> anchorScores,
      ToDoubleBiFunction<List<Double>, List<Double>> distance) {
    double sum = logSum(scores);
    double anchorSum = logSum(anchorScores);
    return Double.isFinite(sum) && Double.isFinite(anchorSum)
        ? OptionalDouble.of(
            distance.applyAsDouble(minus(scores, sum), minus(anchorScores, anchorSum)))
        : OptionalDouble.empty();
  }

  /** NaN if one of them is no logarithm of a probability. */
  private static double logSum(List<Double> logs) {
    double sum = Double.NEGATIVE_INFINITY;
    for (double log : logs) {
      sum = log <= 0 ? Bets.logAdd(sum, log) : Double.NaN;
    }
    return sum;
  }

  private static List<Double> minus(List<Double> logs, double sum) {
    return logs.stream().map(log -> Math.min(0, log - sum)).toList();
  }
}
