package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.spi.AdamW;
import dev.rsi.lm.spi.Adapters;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.TrainStep;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Bugs planted in a sound step, each of which a test of the contract finds. */
class BrokenTrainStepTest {

  @ParameterizedTest
  @CsvSource({
    "Backwards, should_agree_with_finite_differences_of_the_reference",
    "Backwards, should_agree_with_finite_differences_by_adapters",
    "Scaled, should_give_the_gradient_of_trl_by_every_weight",
    "Drifting, should_give_the_same_gradient_bit_by_bit_whatever_ran_before",
    "Inexact, should_give_every_token_the_log_probability_of_trl",
    "Frozen, should_score_with_adapters_as_the_model_that_they_are_merged_into",
    "WithoutDecay, should_apply_adam_w_as_pytorch_defines_it",
    "Boasting, should_tell_the_loss_of_the_weights_that_it_began_with",
    "Boasting, should_change_nothing_when_the_gradient_is_not_finite",
    "Boasting, should_give_up_when_no_gradient_is_finite",
    "Leaking, should_hold_no_more_native_memory_after_many_steps",
    "Frozen, should_learn_a_batch_by_heart",
    "Forgetful, should_reach_the_same_bits_when_stopped_saved_and_gone_on"
  })
  void should_be_found(String bug, String test) {
    Events events =
        EngineTestKit.engine("junit-jupiter")
            .selectors(selectMethod(BrokenTrainStepTest.class.getName() + "$" + bug + "#" + test))
            .execute()
            .testEvents();
    assertThat(events.started().count()).isEqualTo(1);
    assertThat(events.failed().count()).isEqualTo(1);
  }

  static class Backwards extends OfBroken {
    Backwards() {
      super(
          sound ->
              new Wrapped(sound) {
                @Override
                public float[] gradient(List<Batch> batches) {
                  return scaled(super.gradient(batches), -1);
                }
              });
    }
  }

  static class Scaled extends OfBroken {
    Scaled() {
      super(
          sound ->
              new Wrapped(sound) {
                @Override
                public float[] gradient(List<Batch> batches) {
                  return scaled(super.gradient(batches), 1.0001f);
                }
              });
    }
  }

  static class Drifting extends OfBroken {
    Drifting() {
      super(
          sound ->
              new Wrapped(sound) {
                private int calls;

                @Override
                public float[] gradient(List<Batch> batches) {
                  calls++;
                  return scaled(super.gradient(batches), calls < 50 ? 1 : 1.00001f);
                }
              });
    }
  }

  static class Inexact extends OfBroken {
    Inexact() {
      super(
          sound ->
              new Wrapped(sound) {
                @Override
                public List<float[]> logProbabilities(List<Batch> batches) {
                  return super.logProbabilities(batches).stream()
                      .map(scores -> scaled(scores, 1.0001f))
                      .toList();
                }
              });
    }
  }

  static class WithoutDecay extends OfBroken {
    WithoutDecay() {
      super(
          sound ->
              new Wrapped(sound) {
                @Override
                public Result step(List<Batch> batches, AdamW adamW, double learningRate, long t) {
                  AdamW other =
                      new AdamW(adamW.beta1(), adamW.beta2(), adamW.epsilon(), 0, adamW.clipNorm());
                  return super.step(batches, other, learningRate, t);
                }
              });
    }
  }

  static class Boasting extends OfBroken {
    Boasting() {
      super(
          sound ->
              new Wrapped(sound) {
                @Override
                public Result step(List<Batch> batches, AdamW adamW, double learningRate, long t) {
                  Result result = super.step(batches, adamW, learningRate, t);
                  return new Result(0.9 * result.loss(), result.gradientNorm(), true);
                }
              });
    }
  }

  static class Leaking extends OfBroken {
    Leaking() {
      super(
          sound ->
              new Wrapped(sound) {
                private int leaked;

                @Override
                public Result step(List<Batch> batches, AdamW adamW, double learningRate, long t) {
                  leaked++;
                  return super.step(batches, adamW, learningRate, t);
                }

                @Override
                public int held() {
                  return super.held() + leaked;
                }
              });
    }
  }

  static class Frozen extends OfBroken {
    Frozen() {
      super(
          sound ->
              new Wrapped(sound) {
                @Override
                public Result step(List<Batch> batches, AdamW adamW, double learningRate, long t) {
                  return super.step(batches, adamW, 0, t);
                }
              });
    }
  }

  static class Forgetful extends OfBroken {
    Forgetful() {
      super(
          sound ->
              new Wrapped(sound) {
                @Override
                public float[] firstMoment() {
                  return scaled(super.firstMoment(), 0);
                }
              });
    }
  }

  private static float[] scaled(float[] numbers, float factor) {
    float[] scaled = numbers.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= factor;
    }
    return scaled;
  }

  abstract static class OfBroken extends OnnxTrainStepContractTest {
    private final UnaryOperator<TrainStep> bug;

    OfBroken(UnaryOperator<TrainStep> bug) {
      this.bug = bug;
    }

    @Override
    protected TrainStep open(DecoderModel model, @Nullable Adapters adapters, TrainerState start) {
      return bug.apply(super.open(model, adapters, start));
    }
  }

  private static class Wrapped implements TrainStep {
    private final TrainStep sound;

    Wrapped(TrainStep sound) {
      this.sound = sound;
    }

    @Override
    public Result step(List<Batch> batches, AdamW adamW, double learningRate, long t) {
      return sound.step(batches, adamW, learningRate, t);
    }

    @Override
    public float[] gradient(List<Batch> batches) {
      return sound.gradient(batches);
    }

    @Override
    public List<float[]> logProbabilities(List<Batch> batches) {
      return sound.logProbabilities(batches);
    }

    @Override
    public float[] weights() {
      return sound.weights();
    }

    @Override
    public float[] firstMoment() {
      return sound.firstMoment();
    }

    @Override
    public float[] secondMoment() {
      return sound.secondMoment();
    }

    @Override
    public int held() {
      return sound.held();
    }

    @Override
    public void close() {
      sound.close();
    }
  }
}
