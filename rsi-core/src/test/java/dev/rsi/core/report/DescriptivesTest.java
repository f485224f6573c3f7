package dev.rsi.core.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.core.probe.Readings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class DescriptivesTest {
  private static final ToDoubleBiFunction<String, String> EQUAL = (a, b) -> a.equals(b) ? 1 : 0;

  @Example
  void should_compute_the_calibration_error_by_hand() {
    // Two bins: 0.2 and 0.4 with one right, gap 0.4; 0.6, 0.9 and 1 with two right, gap 0.5.
    List<Double> confidences = List.of(0.2, 0.4, 0.6, 0.9, 1.0);
    List<Boolean> right = List.of(true, false, false, true, true);
    assertThat(Descriptives.calibrationError(confidences, right, 2))
        .isCloseTo((0.4 + 0.5) / 5, within(1e-12));
    assertThat(Descriptives.calibrationError(confidences, right, 1))
        .isCloseTo(0.1 / 5, within(1e-12));
    // Of 15 bins each of the five has its own: 0.8 + 0.4 + 0.6 + 0.1 + 0.
    assertThat(Descriptives.calibrationError(confidences, right)).isCloseTo(1.9 / 5, within(1e-12));
  }

  @Example
  void should_put_the_edge_of_two_bins_into_the_lower() {
    // 0.5 and 0.25 share the lower of two bins, where their gaps cancel.
    assertThat(
            Descriptives.calibrationError(List.of(0.5, 0.5, 0.0), List.of(true, false, false), 2))
        .isEqualTo(0);
    assertThat(Descriptives.calibrationError(List.of(0.5, 0.75), List.of(true, false), 2))
        .isCloseTo(1.25 / 2, within(1e-12));
  }

  @Property
  void calibration_error_is_a_share_and_is_least_with_one_bin(
      @ForAll @Size(min = 1, max = 60) List<@DoubleRange(min = 0, max = 1) Double> confidences,
      @ForAll Random random,
      @ForAll @IntRange(min = 1, max = 30) int bins) {
    List<Boolean> right = confidences.stream().map(c -> random.nextBoolean()).toList();
    double error = Descriptives.calibrationError(confidences, right, bins);
    double overall = Descriptives.calibrationError(confidences, right, 1);
    assertThat(error).isBetween(0.0, 1.0).isGreaterThanOrEqualTo(overall - 1e-12);
    assertThat(overall)
        .isCloseTo(
            Math.abs(
                right.stream().mapToDouble(r -> r ? 1 : 0).average().orElseThrow()
                    - confidences.stream().mapToDouble(c -> c).average().orElseThrow()),
            within(1e-9));
  }

  /** Why it is not tested: a perfectly calibrated model's error depends on how many answers. */
  @Example
  void calibration_error_of_a_calibrated_model_shrinks_with_the_sample() {
    Random random = new Random(1);
    double[] means = new double[2];
    int[] sizes = {50, 5000};
    for (int k = 0; k < 2; k++) {
      for (int run = 0; run < 20; run++) {
        List<Double> confidences = random.doubles(sizes[k]).boxed().toList();
        List<Boolean> right = confidences.stream().map(c -> random.nextDouble() < c).toList();
        means[k] += Descriptives.calibrationError(confidences, right) / 20;
      }
    }
    assertThat(means[0]).isGreaterThan(0.1);
    assertThat(means[1]).isLessThan(0.03);
  }

  @Example
  void should_count_different_runs() {
    List<String> answers = List.of("abab", "ab", "");
    assertThat(Descriptives.distinctCharacters(answers, 1)).isCloseTo(2 / 6.0, within(1e-12));
    assertThat(Descriptives.distinctCharacters(answers, 2)).isCloseTo(2 / 4.0, within(1e-12));
    assertThat(Descriptives.distinctCharacters(answers, 3)).isEqualTo(1);
    assertThat(Descriptives.distinctCharacters(answers, 5)).isNaN();
    assertThat(Descriptives.distinctCharacters(List.of("\ud83d\ude00\ud83d\ude01"), 1))
        .as("two characters outside the basic plane")
        .isEqualTo(1);
    assertThat(Descriptives.distinctTokens(List.of(List.of("to", "be"), List.of("to", "do")), 1))
        .isEqualTo(0.75);
  }

  @Property
  void distinct_falls_when_answers_are_repeated(
      @ForAll @Size(min = 1, max = 20) List<String> answers,
      @ForAll @IntRange(min = 1, max = 3) int n) {
    double once = Descriptives.distinctCharacters(answers, n);
    Assume.that(!Double.isNaN(once));
    List<String> twice = new ArrayList<>(answers);
    twice.addAll(answers);
    assertThat(once).isPositive().isLessThanOrEqualTo(1);
    assertThat(Descriptives.distinctCharacters(twice, n)).isCloseTo(once / 2, within(1e-12));
  }

  @Example
  void should_compute_the_vendi_scores_by_hand() {
    // Similarity s of two: eigenvalues of K / 2 are (1 + s) / 2 and (1 - s) / 2.
    ToDoubleBiFunction<Integer, Integer> half = (a, b) -> a.equals(b) ? 1 : 0.5;
    assertThat(Descriptives.vendi(List.of(1, 2), half))
        .isCloseTo(Math.exp(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25)), within(1e-12));
    assertThat(Descriptives.vendiOfOrder2(List.of(1, 2), half))
        .isCloseTo(1 / (0.75 * 0.75 + 0.25 * 0.25), within(1e-12));
    assertThat(Descriptives.vendi(List.of("a"), EQUAL)).isEqualTo(1);
  }

  @Property(tries = 100)
  void vendi_counts_equal_groups(
      @ForAll @IntRange(min = 1, max = 8) int groups,
      @ForAll @IntRange(min = 1, max = 5) int each) {
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < groups * each; i++) {
      answers.add("answer " + i % groups);
    }
    assertThat(Descriptives.vendi(answers, EQUAL)).isCloseTo(groups, within(1e-9));
    assertThat(Descriptives.vendiOfOrder2(answers, EQUAL)).isCloseTo(groups, within(1e-9));
  }

  @Property(tries = 100)
  void vendi_lies_between_one_and_the_number_of_answers(
      @ForAll @IntRange(min = 1, max = 25) int n,
      @ForAll @IntRange(min = 1, max = 6) int dimensions,
      @ForAll Random random) {
    List<double[]> answers =
        IntStream.range(0, n).mapToObj(i -> direction(dimensions, random)).toList();
    double first = Descriptives.vendi(answers, DescriptivesTest::cosine);
    double second = Descriptives.vendiOfOrder2(answers, DescriptivesTest::cosine);
    assertThat(first).isBetween(1 - 1e-9, Math.min(n, dimensions) + 1e-6);
    assertThat(second).isBetween(1 - 1e-9, first + 1e-9);
    List<double[]> twice = new ArrayList<>(answers);
    twice.addAll(answers);
    Collections.shuffle(twice, random);
    assertThat(Descriptives.vendi(twice, DescriptivesTest::cosine))
        .as("copies and order change nothing")
        .isCloseTo(first, within(1e-6));
  }

  @Property(tries = 100)
  void eigenvalues_are_those_that_the_matrix_was_made_of(
      @ForAll @IntRange(min = 1, max = 20) int n, @ForAll Random random) {
    double[] expected = random.doubles(n, -3, 3).toArray();
    double[][] matrix = new double[n][n];
    for (int i = 0; i < n; i++) {
      matrix[i][i] = expected[i];
    }
    // Reflections at random hyperplanes: H A H with H = 1 - 2 u u'.
    for (int k = 0; k < 3; k++) {
      double[] u = direction(n, random);
      matrix = reflected(transposed(reflected(matrix, u)), u);
    }
    double[] found = SymmetricEigenvalues.of(matrix);
    Arrays.sort(found);
    Arrays.sort(expected);
    assertThat(found).containsExactly(expected, within(1e-10));
  }

  @Example
  void should_compute_divergence_and_variation_by_hand() {
    List<Double> p = logs(0.5, 0.25, 0.25, 0);
    List<Double> q = logs(0.25, 0.5, 0.125, 0.125);
    double expected = 0.5 * Math.log(2) - 0.25 * Math.log(2) + 0.25 * Math.log(2);
    assertThat(Descriptives.klDivergence(p, q)).isCloseTo(expected, within(1e-12));
    assertThat(Descriptives.klDivergence(q, p)).isInfinite().isPositive();
    assertThat(Descriptives.totalVariation(p, q)).isCloseTo(0.375, within(1e-12));
    assertThat(Descriptives.totalVariation(logs(1, 0), logs(0, 1))).isEqualTo(1);
  }

  @Property
  void divergence_bounds_variation(
      @ForAll("distribution") List<Double> p, @ForAll("distribution") List<Double> q) {
    double divergence = Descriptives.klDivergence(p, q);
    double variation = Descriptives.totalVariation(p, q);
    assertThat(divergence).isGreaterThanOrEqualTo(0);
    assertThat(variation)
        .isBetween(0.0, 1.0)
        .isLessThanOrEqualTo(Math.sqrt(divergence / 2) + 1e-9)
        .isCloseTo(Descriptives.totalVariation(q, p), within(1e-12));
    assertThat(Descriptives.klDivergence(p, p)).isZero();
    assertThat(Descriptives.totalVariation(p, p)).isZero();
  }

  /** What the gate tests in its place has the variation for its mean. */
  @Property
  void closeness_has_one_less_the_variation_for_its_mean(
      @ForAll("distribution") List<Double> p, @ForAll("distribution") List<Double> q) {
    double mean = 0;
    for (int i = 0; i < p.size(); i++) {
      double drawn = (Math.exp(p.get(i)) + Math.exp(q.get(i))) / 2;
      mean += drawn * Readings.closeness(p.get(i), q.get(i));
    }
    assertThat(1 - mean).isCloseTo(Descriptives.totalVariation(p, q), within(1e-9));
  }

  @Example
  void should_refuse_what_has_no_meaning() {
    refused(() -> Descriptives.calibrationError(List.of(0.5), List.of()), "(1) and right (0)");
    refused(() -> Descriptives.calibrationError(List.of(1.5), List.of(true)), "confidence (1.5)");
    refused(
        () -> Descriptives.calibrationError(List.of(Double.NaN), List.of(true)),
        "confidence (NaN)");
    refused(() -> Descriptives.calibrationError(List.of(), List.of(), 0), "bins (0)");
    assertThat(Descriptives.calibrationError(List.of(), List.of())).isNaN();
    refused(() -> Descriptives.distinctCharacters(List.of("a"), 0), "n (0)");
    refused(() -> Descriptives.vendi(List.of(), EQUAL), "no answers");
    refused(() -> Descriptives.vendi(List.of("a", "b"), (a, b) -> 2), "similarity (2.0)");
    refused(() -> Descriptives.vendi(List.of("a", "b"), (a, b) -> 0.5), "similarity (0.5)");
    refused(
        () -> Descriptives.vendiOfOrder2(List.of("a"), (a, b) -> Double.NaN), "similarity (NaN)");
    // Two pairs of equals and one that differs: no angles between three directions are so.
    refused(
        () -> Descriptives.vendi(List.of(0, 1, 2), (a, b) -> Math.abs(a - b) == 2 ? -1 : 1),
        "negative eigenvalue");
    refused(() -> Descriptives.klDivergence(logs(1), logs(0.5, 0.5)), "differ in size");
    refused(() -> Descriptives.klDivergence(logs(0.5, 0.4), logs(0.5, 0.5)), "not to 1");
    refused(
        () -> Descriptives.totalVariation(List.of(Double.NaN), logs(1)), "sum to (NaN), not to 1");
    refused(() -> Descriptives.totalVariation(List.of(), List.of()), "0 options sum to (0.0)");
  }

  @Provide
  Arbitrary<List<Double>> distribution() {
    return Arbitraries.doubles()
        .between(0, 1)
        .list()
        .ofSize(5)
        .map(
            weights -> {
              double[] shares = weights.stream().mapToDouble(w -> w + 1e-6).toArray();
              double sum = Arrays.stream(shares).sum();
              return Arrays.stream(shares).mapToObj(s -> Math.log(s / sum)).toList();
            });
  }

  private static void refused(Runnable call, String why) {
    assertThatIllegalArgumentException().isThrownBy(call::run).withMessageContaining(why);
  }

  private static List<Double> logs(double... probabilities) {
    return Arrays.stream(probabilities).mapToObj(Math::log).toList();
  }

  private static double[] direction(int dimensions, Random random) {
    double[] vector = new double[dimensions];
    double square = 0;
    for (int i = 0; i < dimensions; i++) {
      vector[i] = random.nextGaussian() + (i == 0 ? 1e-3 : 0);
      square += vector[i] * vector[i];
    }
    for (int i = 0; i < dimensions; i++) {
      vector[i] /= Math.sqrt(square);
    }
    return vector;
  }

  private static double cosine(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double[][] reflected(double[][] matrix, double[] u) {
    double[][] result = new double[u.length][];
    for (int i = 0; i < u.length; i++) {
      double along = cosine(matrix[i], u);
      result[i] = matrix[i].clone();
      for (int j = 0; j < u.length; j++) {
        result[i][j] -= 2 * along * u[j];
      }
    }
    return result;
  }

  private static double[][] transposed(double[][] matrix) {
    double[][] result = new double[matrix.length][matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < matrix.length; j++) {
        result[i][j] = matrix[j][i];
      }
    }
    return result;
  }
}
