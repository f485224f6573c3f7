package dev.rsi.djl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.Device;
import dev.rsi.lm.PositionScheme;
import dev.rsi.lm.Positions;
import dev.rsi.lm.Sampler;
import dev.rsi.lm.SavedRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplerTest {

  @ParameterizedTest
  @CsvSource({
    "COUPLED, 1, 0",
    "COUPLED, 2, 0.8",
    "NOPE, 2, 0",
    "NOPE, 1, 1.5",
    "ROPE, 2, 0",
    "ROPE, 1, 1"
  })
  void should_draw_the_same_tokens_in_both_implementations(
      PositionScheme scheme, int layers, double temperature) {
    DecoderModel model = Models.loud(scheme, layers, 5);
    Sampler.Prompts prompts = prompts(model, 9, 5);
    int end = Models.VOCABULARY.end();
    try (Sampler script =
            new ScriptSampler(DjlRuntime.open(Device.cpu()), model.config(), model.weights());
        Sampler ndArray =
            new NdArraySampler(DjlRuntime.open(Device.cpu()), model.config(), model.weights())) {
      long[] one = script.sample(prompts, temperature, end);
      long[] other = ndArray.sample(prompts, temperature, end);
      for (int row = 0; row < prompts.rows(); row++) {
        for (int i = 0; i < prompts.newTokens(); i++) {
          int at = row * prompts.newTokens() + i;
          assertThat(one[at]).as("row %d, token %d", row, i).isEqualTo(other[at]);
          if (one[at] == end) {
            break;
          }
        }
      }
    }
  }

  private static Sampler.Prompts prompts(DecoderModel model, int rows, int newTokens) {
    SavedRandom random = new SavedRandom(11);
    int length = 8;
    long[] ids = new long[rows * length];
    long[] given = new long[rows * length];
    long[] added = new long[rows * newTokens];
    double[] uniform = new double[rows * newTokens];
    Positions positions = Positions.of(model.config());
    for (int row = 0; row < rows; row++) {
      int[] tokens = Models.VOCABULARY.encode(Addition.CODEC.writeTask(Addition.draw(3, random)));
      int offset = random.nextInt(positions.offsets(tokens, length, newTokens));
      positions.fill(tokens, length, length, offset, given, row * length);
      for (int i = 0; i < length; i++) {
        ids[row * length + i] = tokens[i];
      }
      for (int i = 0; i < newTokens; i++) {
        added[row * newTokens + i] = positions.added(length, offset, i + 1);
        uniform[row * newTokens + i] = random.nextDouble();
      }
    }
    return new Sampler.Prompts(rows, length, newTokens, ids, given, added, uniform);
  }
}
