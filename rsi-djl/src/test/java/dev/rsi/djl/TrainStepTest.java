package dev.rsi.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.spi.AdamW;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.TrainStep;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TrainStepTest {
  private static final AdamW ADAM_W = new AdamW(0.9, 0.98, 1e-8, 0.01, 1);

  static Stream<Function<DecoderModel, TrainStep>> implementations() {
    return Stream.of(Models::script, Models::ndArray);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void should_apply_adam_w_as_pytorch_defines_it(Function<DecoderModel, TrainStep> make) {
    DecoderModel model = Models.loud(PositionScheme.COUPLED, 1, 5);
    int n = model.weights().length;
    double[] p = new double[n];
    double[] m = new double[n];
    double[] v = new double[n];
    for (int i = 0; i < n; i++) {
      p[i] = model.weights()[i];
    }
    try (TrainStep step = make.apply(model)) {
      for (int t = 1; t <= 5; t++) {
        List<Batch> batches = Models.batches(model.config(), 16, 2, t);
        float[] g = step.gradient(batches);
        double learningRate = 0.01 * t;
        assertThat(step.step(batches, ADAM_W, learningRate, t).applied()).isTrue();
        double norm = 0;
        for (float value : g) {
          norm += (double) value * value;
        }
        double clip = Math.min(1, 1 / (Math.sqrt(norm) + 1e-6));
        for (int i = 0; i < n; i++) {
          double c = g[i] * clip;
          m[i] = 0.9 * m[i] + 0.1 * c;
          v[i] = 0.98 * v[i] + 0.02 * c * c;
          double root = Math.sqrt(v[i]) / Math.sqrt(1 - Math.pow(0.98, t)) + 1e-8;
          p[i] -= learningRate * 0.01 * p[i];
          p[i] -= learningRate / (1 - Math.pow(0.9, t)) * m[i] / root;
        }
        assertThat(largestDifference(step.firstMoment(), m)).isLessThan(1e-6);
        assertThat(largestDifference(step.secondMoment(), v)).isLessThan(1e-6);
        assertThat(largestDifference(step.weights(), p)).isLessThan(1e-5);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(PositionScheme.class)
  void should_reach_the_same_weights_in_both_implementations(PositionScheme scheme) {
    DecoderModel model = Models.loud(scheme, 2, 5);
    try (TrainStep script = Models.script(model);
        TrainStep ndArray = Models.ndArray(model)) {
      for (int t = 1; t <= 3; t++) {
        List<Batch> batches = Models.batches(model.config(), 32, 2, t);
        TrainStep.Result one = script.step(batches, ADAM_W, 1e-3, t);
        TrainStep.Result other = ndArray.step(batches, ADAM_W, 1e-3, t);
        assertThat(one.loss()).isCloseTo(other.loss(), within(1e-4));
        assertThat(one.gradientNorm()).isCloseTo(other.gradientNorm(), within(1e-3));
      }
      float[] weights = script.weights();
      double[] others = new double[weights.length];
      for (int i = 0; i < others.length; i++) {
        others[i] = ndArray.weights()[i];
      }
      assertThat(largestDifference(weights, others)).isLessThan(5e-4);
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void should_change_nothing_when_the_gradient_is_not_finite(
      Function<DecoderModel, TrainStep> make) {
    DecoderModel model = Models.loud(PositionScheme.COUPLED, 1, 5);
    float[] weights = model.weights().clone();
    weights[model.config().parameters().get(4).offset()] = Float.NaN;
    DecoderModel broken = new DecoderModel(model.config(), model.vocabulary(), weights, null);
    try (TrainStep step = make.apply(broken)) {
      TrainStep.Result result = step.step(Models.batches(model.config(), 8, 1, 1), ADAM_W, 0.01, 1);
      assertThat(result.applied()).isFalse();
      assertThat(step.weights()).isEqualTo(weights);
      assertThat(step.firstMoment()).containsOnly(0);
      assertThat(step.secondMoment()).containsOnly(0);
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void should_hold_no_more_native_arrays_after_many_steps(Function<DecoderModel, TrainStep> make) {
    DecoderModel model = Models.loud(PositionScheme.COUPLED, 1, 5);
    try (TrainStep step = make.apply(model)) {
      List<Batch> batches = Models.batches(model.config(), 4, 1, 1);
      step.step(batches, ADAM_W, 1e-3, 1);
      int held = step.held();
      for (int t = 2; t <= 300; t++) {
        step.step(batches, ADAM_W, 1e-3, t);
      }
      assertThat(step.held()).isEqualTo(held).isLessThanOrEqualTo(5);
    }
  }

  @Test
  void should_learn_a_batch_by_heart() {
    DecoderModel model =
        DecoderModel.random(Models.config(PositionScheme.COUPLED, 1), Models.VOCABULARY, 1);
    List<Batch> batches = Models.batches(model.config(), 8, 1, 1);
    try (TrainStep step = Models.script(model)) {
      double first = step.step(batches, ADAM_W, 0.01, 1).loss();
      double last = first;
      for (int t = 2; t <= 200; t++) {
        last = step.step(batches, ADAM_W, 0.01, t).loss();
      }
      assertThat(first).isGreaterThan(2);
      assertThat(last).isLessThan(0.1);
    }
  }

  private static double largestDifference(float[] found, double[] expected) {
    double largest = 0;
    for (int i = 0; i < found.length; i++) {
      largest = Math.max(largest, Math.abs(found[i] - expected[i]));
    }
    return largest;
  }
}
