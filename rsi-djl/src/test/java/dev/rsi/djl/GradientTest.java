package dev.rsi.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Sampler;
import dev.rsi.lm.spi.TrainStep;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GradientTest {

  @ParameterizedTest
  @EnumSource(PositionScheme.class)
  void should_score_as_the_reference_in_double_precision(PositionScheme scheme) {
    DecoderModel model = Models.loud(scheme, 2, 5);
    Batch batch = Models.batches(model.config(), 6, 1, 7).get(0);
    double[] expected = new ReferenceDecoder(model.config(), doubles(model)).score(batch);
    try (Sampler script = Models.scriptSampler(model);
        Sampler ndArray = Models.ndArraySampler(model)) {
      assertThat(script.score(batch)).containsExactly(expected, within(1e-4));
      assertThat(ndArray.score(batch)).containsExactly(expected, within(1e-4));
    }
  }

  @ParameterizedTest
  @EnumSource(PositionScheme.class)
  void should_agree_with_finite_differences_of_the_reference(PositionScheme scheme) {
    DecoderModel model = Models.loud(scheme, 2, 5);
    List<Batch> batches = Models.batches(model.config(), 6, 2, 7);
    double[] weights = doubles(model);
    SavedRandom random = new SavedRandom(3);
    try (TrainStep script = Models.script(model);
        TrainStep ndArray = Models.ndArray(model)) {
      float[] gradient = script.gradient(batches);
      float[] other = ndArray.gradient(batches);
      for (int k = 0; k < 60; k++) {
        int i = random.nextInt(weights.length);
        double kept = weights[i];
        weights[i] = kept + 1e-4;
        double above = loss(model, weights, batches);
        weights[i] = kept - 1e-4;
        double below = loss(model, weights, batches);
        weights[i] = kept;
        double expected = (above - below) / 2e-4;
        assertThat((double) gradient[i]).as("script, %d", i).isCloseTo(expected, within(2e-4));
        assertThat((double) other[i]).as("NDArray, %d", i).isCloseTo(expected, within(2e-4));
      }
    }
  }

  /** Trap: a scalar that the graph reads after its buffer is gone gives a wrong gradient. */
  @Test
  void should_give_the_same_gradient_bit_by_bit_when_the_garbage_is_collected_in_between() {
    DecoderModel model = Models.loud(PositionScheme.COUPLED, 1, 5);
    List<Batch> batches = Models.batches(model.config(), 32, 2, 7);
    try (TrainStep script = Models.script(model);
        TrainStep ndArray = Models.ndArray(model)) {
      for (TrainStep step : List.of(script, ndArray)) {
        float[] first = step.gradient(batches);
        for (int i = 0; i < 100; i++) {
          if (i % 10 == 0) {
            System.gc();
          }
          assertThat(step.gradient(batches)).isEqualTo(first);
        }
      }
    }
  }

  static double loss(DecoderModel model, double[] weights, List<Batch> batches) {
    double total = 0;
    int targets = 0;
    for (Batch batch : batches) {
      for (double score : new ReferenceDecoder(model.config(), weights).score(batch)) {
        total -= score;
      }
      targets += batch.targets().length;
    }
    return total / targets;
  }

  static double[] doubles(DecoderModel model) {
    double[] weights = new double[model.weights().length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = model.weights()[i];
    }
    return weights;
  }
}
