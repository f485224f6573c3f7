package dev.rsi.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.spi.AdamW;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.TrainStep;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The script against the same step in DJL's public operations. */
class ImplementationsAgreeTest {
  private static final AdamW ADAM_W = new AdamW(0.9, 0.98, 1e-8, 0.01, 1);

  @ParameterizedTest
  @EnumSource(PositionScheme.class)
  void should_reach_the_same_weights(PositionScheme scheme) {
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
      assertThat(script.weights()).containsExactly(ndArray.weights(), within(5e-4f));
    }
  }
}
