package dev.rsi.core.report;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleBiFunction;

/**
 * Numbers that describe a model's answers to people: calibration, diversity, and the distance
 * between two models on a choice. Field term: descriptive statistics.
 *
 * <p>They are reported, not tested. A gate's bets are on means of bounded readings, one per probe;
 * these are functions of a whole sample that are not means of anything: most change with the number
 * of answers although the model does not, and some have no bound. Each says which of the {@link
 * dev.rsi.core.probe.Readings} is tested in its place. Compare them between samples of one size
 * only.
 *
 * <p>Pure functions.
 */
public final class Descriptives {
  /** Bins of the calibration error: 15, as in Guo et al. 2017. */
  public static final int CALIBRATION_BINS = 15;

  /** By how much the probabilities of a distribution may miss a sum of 1. */
  private static final double SUM_TOLERANCE = 1e-6;

  private Descriptives() {}

  /** {@link #calibrationError(List, List, int)} with {@link #CALIBRATION_BINS}. */
  public static double calibrationError(List<Double> confidences, List<Boolean> right) {
    return calibrationError(confidences, right, CALIBRATION_BINS);
  }

  /**
   * Expected calibration error: the mean distance between how sure a model was and how often it was
   * right. With bins of equal width, B_m the answers whose confidence is in ((m - 1) / M, m / M]:
   *
   * <pre>{@code ECE = sum over m of |B_m| / n * |share right in B_m - mean confidence in B_m|}
   * </pre>
   *
   * <p>Guo et al., On calibration of modern neural networks, ICML 2017. In [0, 1], 0 is best.
   *
   * <p>Not tested: the absolute value of a bin's mean is not a mean. Its luck does not cancel, so a
   * perfectly calibrated model has an error above 0, about as large as the square root of bins over
   * answers. Tested in its place: {@code Readings.calibration}, the Brier score.
   *
   * @param confidences the model's probabilities of being right, each in [0, 1]
   * @param right whether it was, one for each
   * @param bins how many bins, 1 or more
   * @return NaN if there are no answers
   */
  public static double calibrationError(List<Double> confidences, List<Boolean> right, int bins) {
    sameSize("confidences", confidences, "right", right);
    if (bins < 1) {
      throw new IllegalArgumentException("bins (" + bins + ") must be >= 1.");
    }
    double[] gaps = new double[bins];
    for (int i = 0; i < confidences.size(); i++) {
      double confidence = confidences.get(i);
      if (!(confidence >= 0 && confidence <= 1)) {
        throw new IllegalArgumentException("confidence (" + confidence + ") must be in [0, 1].");
      }
      int bin = Math.max(0, (int) Math.ceil(confidence * bins) - 1);
      gaps[bin] += (right.get(i) ? 1 : 0) - confidence;
    }
    double sum = 0;
    for (double gap : gaps) {
      sum += Math.abs(gap);
    }
    return sum / confidences.size();
  }

  /**
   * Distinct-n: of all runs of n tokens in all answers, the share that are different ones. Li et
   * al., A diversity-promoting objective function for neural conversation models, NAACL 2016, who
   * divide by the number of tokens; here it is the number of runs, so that 1 means no repetition.
   * In (0, 1].
   *
   * <p>Not tested: it falls as answers get more or longer, since a vocabulary is finite, whatever
   * the model. Tested in its place: {@code Readings.diversity} of two answers to one task.
   *
   * @param answers tokens of each answer
   * @param n length of a run, 1 or more; an answer of fewer tokens has none
   * @param <A> token, with equals
   * @return NaN if no answer has n tokens
   */
  public static <A> double distinctTokens(List<? extends List<A>> answers, int n) {
    if (n < 1) {
      throw new IllegalArgumentException("n (" + n + ") must be >= 1.");
    }
    Set<List<A>> different = new HashSet<>();
    long all = 0;
    for (List<A> answer : answers) {
      for (int i = 0; i + n <= answer.size(); i++) {
        different.add(List.copyOf(answer.subList(i, i + n)));
        all++;
      }
    }
    return (double) different.size() / all;
  }

  /** {@link #distinctTokens} with the answers' characters (code points) as tokens. */
  public static double distinctCharacters(List<String> answers, int n) {
    return distinctTokens(answers.stream().map(a -> a.codePoints().boxed().toList()).toList(), n);
  }

  /**
   * Vendi score: how many different answers there are in effect. With K the similarities of all
   * pairs of n answers and l_i the eigenvalues of K / n, which sum to 1:
   *
   * <pre>{@code VS = exp(- sum over i of l_i ln l_i)}</pre>
   *
   * <p>Friedman and Dieng, The Vendi score, TMLR 2023. In [1, n]: 1 for equal answers, n for
   * answers that have nothing in common.
   *
   * <p>Not tested: it is no mean over answers, and it keeps growing with their number at the sample
   * sizes that a gate sees (arXiv 2410.21719). Tested in its place: {@code Readings.diversity}.
   *
   * <p>Time grows with the cube of n: a few hundred answers at most.
   *
   * @param answers at least one
   * @param similarity symmetric, in [-1, 1], 1 for equal answers, and positive semidefinite, as
   *     kernels are: the cosine of two embeddings or of two vectors of counts is
   * @param <A> answer
   * @throws IllegalArgumentException if a similarity is out of range, or the similarities are
   *     plainly not positive semidefinite
   */
  public static <A> double vendi(
      List<A> answers, ToDoubleBiFunction<? super A, ? super A> similarity) {
    double[][] matrix = similarities(answers, similarity);
    int n = matrix.length;
    double entropy = 0;
    for (double value : SymmetricEigenvalues.of(matrix)) {
      double share = value / n;
      if (share < -SUM_TOLERANCE) {
        throw new IllegalArgumentException(
            "The similarities have a negative eigenvalue ("
                + value
                + ").\nMaybe take a kernel, such as a cosine, or the Vendi score of order 2.");
      }
      entropy -= share > 0 ? share * Math.log(share) : 0;
    }
    return Math.exp(entropy);
  }

  /**
   * Vendi score of order 2, which needs no eigenvalues:
   *
   * <pre>{@code VS2 = 1 / (sum over i of l_i^2) = n^2 / (sum over i, j of K_ij^2)}</pre>
   *
   * <p>Pasarkar and Dieng, Cousins of the Vendi score, AISTATS 2024. In [1, n], never more than
   * {@link #vendi}, and less moved by rare answers.
   *
   * <p>Not tested: one over a mean is no mean, and the n pairs of an answer with itself weigh less
   * the more answers there are. Tested in its place: {@code Readings.diversity} of the squared
   * similarity, whose mean over pairs is what this score is made of.
   *
   * @param answers at least one
   * @param similarity symmetric, in [-1, 1], 1 for equal answers
   * @param <A> answer
   */
  public static <A> double vendiOfOrder2(
      List<A> answers, ToDoubleBiFunction<? super A, ? super A> similarity) {
    double sum = 0;
    for (double[] row : similarities(answers, similarity)) {
      for (double value : row) {
        sum += value * value;
      }
    }
    return (double) answers.size() * answers.size() / sum;
  }

  private static <A> double[][] similarities(
      List<A> answers, ToDoubleBiFunction<? super A, ? super A> similarity) {
    if (answers.isEmpty()) {
      throw new IllegalArgumentException("There are no answers to compare.");
    }
    double[][] matrix = new double[answers.size()][answers.size()];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j <= i; j++) {
        double value = similarity.applyAsDouble(answers.get(i), answers.get(j));
        if (!(Math.abs(value) <= 1 + SUM_TOLERANCE)
            || (i == j && Math.abs(value - 1) > SUM_TOLERANCE)) {
          throw new IllegalArgumentException(
              "similarity ("
                  + value
                  + ") must be in [-1, 1], and 1 of an answer with itself.\nMaybe divide it by the"
                  + " roots of both answers' similarities to themselves.");
        }
        matrix[i][j] = value;
        matrix[j][i] = value;
      }
    }
    return matrix;
  }

  /**
   * Kullback-Leibler divergence of q from p on one choice, in nats: what it costs to take q for p.
   *
   * <pre>{@code KL(p || q) = sum over i of p_i (ln p_i - ln q_i)}</pre>
   *
   * <p>In [0, infinity]; infinite where p may choose what q never does. With p the challenger and q
   * generation 0 its root is the usual measure of how far training has moved a model.
   *
   * <p>Not tested: it has no bound, so that one rare probe may outweigh all others, and a sample
   * proves nothing about the mean. Tested in its place: {@code Readings.closeness}.
   *
   * @param logP natural logarithms of p over all options, -infinity for 0; p sums to 1
   * @param logQ those of q, in the same order
   * @throws IllegalArgumentException if the sizes differ or one is no distribution
   */
  public static double klDivergence(List<Double> logP, List<Double> logQ) {
    distributions(logP, logQ);
    double sum = 0;
    for (int i = 0; i < logP.size(); i++) {
      double p = Math.exp(logP.get(i));
      sum += p > 0 ? p * (logP.get(i) - logQ.get(i)) : 0;
    }
    return Math.max(0, sum);
  }

  /**
   * Total variation between p and q on one choice: the most by which the probabilities of any event
   * can differ.
   *
   * <pre>{@code TV(p, q) = 1/2 * sum over i of |p_i - q_i|}</pre>
   *
   * <p>In [0, 1], symmetric, at most the root of half the divergence (Pinsker).
   *
   * <p>Not tested: it is exact only over all options, and an estimate from samples of two equal
   * models is above 0. Tested in its place: {@code Readings.closeness}, whose mean is 1 less this
   * and which takes one option per probe.
   *
   * @param logP natural logarithms of p over all options, -infinity for 0; p sums to 1
   * @param logQ those of q, in the same order
   * @throws IllegalArgumentException if the sizes differ or one is no distribution
   */
  public static double totalVariation(List<Double> logP, List<Double> logQ) {
    distributions(logP, logQ);
    double sum = 0;
    for (int i = 0; i < logP.size(); i++) {
      sum += Math.abs(Math.exp(logP.get(i)) - Math.exp(logQ.get(i)));
    }
    return Math.min(1, sum / 2);
  }

  private static void distributions(List<Double> logP, List<Double> logQ) {
    sameSize("logP", logP, "logQ", logQ);
    for (List<Double> logs : List.of(logP, logQ)) {
      double sum = logs.stream().mapToDouble(Math::exp).sum();
      if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
        throw new IllegalArgumentException(
            "The probabilities of "
                + logs.size()
                + " options sum to ("
                + sum
                + "), not to 1.\nMaybe some options are missing: give all, or one for the rest.");
      }
    }
  }

  private static void sameSize(String one, List<?> ones, String other, List<?> others) {
    if (ones.size() != others.size()) {
      throw new IllegalArgumentException(
          one + " (" + ones.size() + ") and " + other + " (" + others.size() + ") differ in size.");
    }
  }
}
