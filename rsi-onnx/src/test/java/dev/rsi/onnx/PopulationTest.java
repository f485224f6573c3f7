package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.Device;
import dev.rsi.lm.Parameter;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Sampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PopulationTest {
  private static final long SEED = 20_261_125;

  private static Population population(DecoderConfig config, int pairs, int rank) {
    Population.Fitness fitness = Population.Fitness.LOG_PROBABILITY;
    return rank == 0
        ? new FullPopulation(Device.cpu(), config, pairs, fitness)
        : new LowRankPopulation(Device.cpu(), config, pairs, rank, fitness);
  }

  @ParameterizedTest
  @CsvSource({
    "COUPLED, 1, 8, 1",
    "COUPLED, 2, 5, 3",
    "NOPE, 2, 8, 2",
    "ROPE, 2, 6, 1",
    "ROPE, 1, 8, 0",
    "COUPLED, 2, 8, 0"
  })
  void should_try_each_member_as_a_model_of_its_weights_would(
      PositionScheme scheme, int layers, int headSize, int rank) {
    DecoderModel model = Models.loud(Models.config(scheme, layers, headSize), 5);
    Batch batch = Models.batches(model.config(), 5, 1, 7).get(0);
    int pairs = 3;
    try (Population population = population(model.config(), pairs, rank)) {
      double[] fitness = population.fitness(model.weights(), batch, 0.1, SEED);
      assertThat(fitness).hasSize(2 * pairs);
      for (int member = 0; member < fitness.length; member++) {
        double[] only = new double[pairs];
        only[member % pairs] = member < pairs ? 1 : -1;
        float[] weights = population.combine(only);
        for (int i = 0; i < weights.length; i++) {
          weights[i] += model.weights()[i];
        }
        assertThat(fitness[member])
            .as("member %d", member)
            .isCloseTo(meanScore(model.config(), weights, batch), within(1e-5));
      }
      assertThat(Arrays.stream(fitness).distinct().count()).isEqualTo(fitness.length);
    }
  }

  private static double meanScore(DecoderConfig config, float[] weights, Batch batch) {
    try (Sampler sampler = new OnnxSampler(Device.cpu(), config, weights)) {
      return Arrays.stream(sampler.score(batch)).sum() / batch.targets().length;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4})
  void should_move_weights_by_one_deviation_of_both_signs(int rank) {
    DecoderConfig config = Models.config(PositionScheme.COUPLED, 1, 8);
    Set<String> moved = new HashSet<>();
    double squares = 0;
    double sum = 0;
    int count = 0;
    try (Population population = population(config, 1, rank)) {
      population.fitness(
          new float[config.parameterCount()], Models.batches(config, 1, 1, 7).get(0), 0.5, SEED);
      float[] step = population.combine(new double[] {1});
      for (Parameter parameter : config.parameters()) {
        for (int i = parameter.offset(); i < parameter.offset() + parameter.size(); i++) {
          if (step[i] != 0) {
            moved.add(parameter.name());
          }
        }
        if (moved.contains(parameter.name())) {
          for (int i = parameter.offset(); i < parameter.offset() + parameter.size(); i++) {
            squares += step[i] * step[i];
            sum += step[i];
            count++;
          }
        }
      }
    }
    assertThat(Math.sqrt(squares / count)).isCloseTo(0.5, within(0.05));
    assertThat(sum / count).isCloseTo(0, within(0.1));
    assertThat(moved)
        .hasSize(rank == 0 ? config.parameters().size() : 5)
        .contains("head.weight", "layers.0.attention.qkv.weight");
  }

  /** The expectation of the estimate on a quadratic function is its gradient, at any sigma. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void should_estimate_the_gradient_of_a_quadratic_without_bias(int rank) {
    DecoderConfig config = Models.config(PositionScheme.NOPE, 1, 2);
    int n = config.parameterCount();
    int pairs = 64;
    SavedRandom random = new SavedRandom(SEED);
    double[] slope = new double[n];
    double[] curve = new double[n];
    Arrays.setAll(slope, i -> random.nextGaussian());
    Arrays.setAll(curve, i -> random.nextGaussian());
    boolean[] moved = new boolean[n];
    PopulationGraphs.matrices(config)
        .forEach(
            matrix -> Arrays.fill(moved, matrix.offset(), matrix.offset() + matrix.size(), true));
    double[] mean = new double[n];
    List<Double> errors = new ArrayList<>();
    int calls = 0;
    try (Population population = population(config, pairs, rank)) {
      for (int wanted : new int[] {1, 16, 256}) {
        for (; calls < wanted; calls++) {
          float[] estimate = estimate(population, config, slope, curve, pairs, random.nextLong());
          for (int i = 0; i < n; i++) {
            mean[i] += estimate[i];
          }
        }
        double off = 0;
        double all = 0;
        for (int i = 0; i < n; i++) {
          if (rank == 0 || moved[i]) {
            off += (mean[i] / calls - slope[i]) * (mean[i] / calls - slope[i]);
            all += slope[i] * slope[i];
          } else {
            assertThat(mean[i]).isZero();
          }
        }
        // Independent directions: the mean square of the error is that of the gradient, times
        // the number of parameters, over the number of directions.
        errors.add(Math.sqrt(off / all));
      }
    }
    System.out.println("rank " + rank + ", relative error of 64, 1024, 16384 pairs: " + errors);
    int free =
        rank == 0 ? n : PopulationGraphs.matrices(config).stream().mapToInt(Parameter::size).sum();
    for (int i = 0; i < errors.size(); i++) {
      double expected = Math.sqrt(free / (64 * Math.pow(16, i)));
      assertThat(errors.get(i)).as("seed %d", SEED).isBetween(0.5 * expected, 2 * expected);
    }
  }

  /** Of f(x) = slope x + curve x^2 / 2 at 0, where the gradient is the slope. */
  private static float[] estimate(
      Population population,
      DecoderConfig config,
      double[] slope,
      double[] curve,
      int pairs,
      long seed) {
    double sigma = 0.7;
    Batch batch = Models.batches(config, 1, 1, 7).get(0);
    population.fitness(new float[config.parameterCount()], batch, sigma, seed);
    double[] factors = new double[pairs];
    for (int pair = 0; pair < pairs; pair++) {
      double[] only = new double[pairs];
      only[pair] = 1;
      float[] step = population.combine(only);
      double up = 0;
      double down = 0;
      for (int i = 0; i < step.length; i++) {
        up += slope[i] * step[i] + curve[i] * step[i] * step[i] / 2;
        down += -slope[i] * step[i] + curve[i] * step[i] * step[i] / 2;
      }
      factors[pair] = Evolution.factor(up - down, sigma, pairs);
    }
    return population.combine(factors);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void should_come_closer_to_the_gradient_with_more_pairs(int rank) {
    DecoderModel model = Models.loud(Models.config(PositionScheme.COUPLED, 1, 4), 5);
    Batch batch = Models.batches(model.config(), 4, 1, 7).get(0);
    float[] truth;
    try (OnnxTrainStep step =
        new OnnxTrainStep(
            Device.cpu(),
            model.config(),
            model.weights(),
            TrainerState.fresh(model.config().parameterCount(), 1))) {
      truth = step.gradient(List.of(batch));
    }
    boolean[] moved = new boolean[truth.length];
    Arrays.fill(moved, rank == 0);
    PopulationGraphs.matrices(model.config())
        .forEach(
            matrix -> Arrays.fill(moved, matrix.offset(), matrix.offset() + matrix.size(), true));
    int free = 0;
    for (int i = 0; i < truth.length; i++) {
      truth[i] = moved[i] ? -truth[i] : 0;
      free += moved[i] ? 1 : 0;
    }
    List<Double> cosines = new ArrayList<>();
    for (int pairs : new int[] {16, 128, 1024}) {
      try (Population population = population(model.config(), pairs, rank)) {
        double[] fitness = population.fitness(model.weights(), batch, 1e-3, SEED);
        double[] factors = new double[pairs];
        for (int i = 0; i < pairs; i++) {
          factors[i] = Evolution.factor(fitness[i] - fitness[i + pairs], 1e-3, pairs);
        }
        double cosine = cosine(population.combine(factors), truth);
        cosines.add(cosine);
        // The part of the gradient that lies in the span of so many random directions.
        double expected = Math.sqrt(pairs / (double) (pairs + free));
        assertThat(cosine).as("%d pairs, seed %d", pairs, SEED).isCloseTo(expected, within(0.12));
      }
    }
    System.out.println("rank " + rank + ", cosine of 16, 128, 1024 pairs: " + cosines);
    assertThat(cosines).isSorted();
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double left = 0;
    double right = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      left += (double) a[i] * a[i];
      right += (double) b[i] * b[i];
    }
    return product / Math.sqrt(left * right);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void should_count_right_tokens(int rank) {
    DecoderModel model = Models.loud(Models.config(PositionScheme.NOPE, 1, 8), 5);
    Batch batch = Models.batches(model.config(), 40, 1, 7).get(0);
    Population.Fitness kind = Population.Fitness.RIGHT_TOKENS;
    try (Population population =
        rank == 0
            ? new FullPopulation(Device.cpu(), model.config(), 8, kind)
            : new LowRankPopulation(Device.cpu(), model.config(), 8, rank, kind)) {
      double[] fitness = population.fitness(model.weights(), batch, 0.1, SEED);
      for (double each : fitness) {
        double right = each * batch.targets().length;
        assertThat(right).isCloseTo(Math.rint(right), within(1e-3));
        assertThat(each).isBetween(0.0, 1.0);
      }
      assertThat(Arrays.stream(fitness).distinct().count()).isGreaterThan(1);
    }
  }

  @Test
  void should_refuse_more_noise_than_fits_a_buffer() {
    DecoderConfig config = Models.config(PositionScheme.NOPE, 4, 64);
    assertThatThrownBy(() -> population(config, 4096, 64).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("8192 members", "Maybe lower the pairs or the rank");
  }

  @Test
  void should_draw_the_same_members_of_the_same_seed() {
    DecoderModel model = Models.loud(Models.config(PositionScheme.COUPLED, 1, 8), 5);
    Batch batch = Models.batches(model.config(), 5, 1, 7).get(0);
    for (int rank : new int[] {0, 1}) {
      try (Population population = population(model.config(), 4, rank)) {
        double[] first = population.fitness(model.weights(), batch, 0.1, 1);
        assertThat(population.fitness(model.weights(), batch, 0.1, 2)).isNotEqualTo(first);
        assertThat(population.fitness(model.weights(), batch, 0.1, 1)).isEqualTo(first);
      }
    }
  }
}
