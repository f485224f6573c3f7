package dev.rsi.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.Device;
import dev.rsi.lm.Parameter;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.spi.AdamW;
import dev.rsi.lm.spi.Adapters;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.TrainStep;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AdaptersTest {
  private static final AdamW ADAM_W = new AdamW(0.9, 0.98, 1e-8, 0.01, 1);

  private static TrainStep step(DecoderModel base, Adapters adapters) {
    TrainerState fresh = TrainerState.fresh(adapters.parameterCount(), 1);
    return new ScriptTrainStep(DjlRuntime.open(Device.cpu()), base, adapters, fresh);
  }

  @ParameterizedTest
  @EnumSource(PositionScheme.class)
  void should_agree_with_finite_differences_of_the_reference(PositionScheme scheme) {
    DecoderModel model = Models.loud(scheme, 2, 5);
    Adapters adapters = new Adapters(model.config(), 3, 6, 1);
    List<Batch> batches = Models.batches(model.config(), 6, 2, 7);
    try (TrainStep step = step(model, adapters)) {
      // Away from the start, where one half of every gradient is 0.
      for (int t = 1; t <= 5; t++) {
        step.step(batches, ADAM_W, 0.05, t);
      }
      float[] found = step.gradient(batches);
      double[] at = new double[found.length];
      float[] reached = step.weights();
      for (int i = 0; i < at.length; i++) {
        at[i] = reached[i];
      }
      SavedRandom random = new SavedRandom(3);
      double difference = 0;
      double norm = 0;
      for (int k = 0; k < 80; k++) {
        int i = random.nextInt(at.length);
        double kept = at[i];
        at[i] = kept + 1e-4;
        double above = GradientTest.loss(model, merged(model, adapters, at), batches);
        at[i] = kept - 1e-4;
        double below = GradientTest.loss(model, merged(model, adapters, at), batches);
        at[i] = kept;
        double expected = (above - below) / 2e-4;
        difference += (found[i] - expected) * (found[i] - expected);
        norm += expected * expected;
      }
      double worst = Math.sqrt(difference / norm);
      System.out.println("relative error of adapters' gradients, " + scheme + ": " + worst);
      assertThat(worst).isLessThan(0.002);
    }
  }

  @ParameterizedTest
  @EnumSource(PositionScheme.class)
  void should_score_as_the_model_that_they_are_merged_into(PositionScheme scheme) {
    DecoderModel model = Models.loud(scheme, 2, 5);
    Adapters adapters = new Adapters(model.config(), 4, 8, 1);
    List<Batch> batches = Models.batches(model.config(), 8, 2, 7);
    try (TrainStep step = step(model, adapters)) {
      same(step.logProbabilities(batches), model, batches);
      for (int t = 1; t <= 10; t++) {
        assertThat(step.step(batches, ADAM_W, 0.02, t).applied()).isTrue();
      }
      float[] merged = adapters.merged(model.weights(), step.weights());
      same(
          step.logProbabilities(batches),
          new DecoderModel(model.config(), model.vocabulary(), merged, null),
          batches);
      assertThat(step.firstMoment()).hasSize(adapters.parameterCount());
      assertThat(step.secondMoment()).hasSize(adapters.parameterCount());
    }
  }

  private static void same(List<float[]> found, DecoderModel model, List<Batch> batches) {
    try (TrainStep whole = Models.script(model)) {
      List<float[]> expected = whole.logProbabilities(batches);
      for (int b = 0; b < found.size(); b++) {
        assertThat(found.get(b)).containsExactly(expected.get(b), within(1e-4f));
      }
    }
  }

  /** In double precision. */
  private static double[] merged(DecoderModel model, Adapters adapters, double[] trained) {
    double[] weights = GradientTest.doubles(model);
    List<Parameter> table = adapters.parameters();
    for (Parameter matrix : model.config().parameters()) {
      for (int p = 0; p < table.size(); p += 2) {
        if (table.get(p).name().equals(Adapters.down(matrix.name()))) {
          int rank = table.get(p).shape().get(0);
          int inputs = matrix.shape().get(1);
          for (int k = 0; k < matrix.size(); k++) {
            for (int r = 0; r < rank; r++) {
              weights[matrix.offset() + k] +=
                  adapters.scale()
                      * trained[table.get(p + 1).offset() + k / inputs * rank + r]
                      * trained[table.get(p).offset() + r * inputs + k % inputs];
            }
          }
        }
      }
    }
    return weights;
  }
}
