package dev.rsi.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Positions;
import dev.rsi.lm.spi.Sampler;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

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
    try (Sampler script = Models.scriptSampler(model);
        Sampler ndArray = Models.ndArraySampler(model)) {
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

  static Stream<Function<DecoderModel, Sampler>> implementations() {
    return Stream.of(Models::scriptSampler, Models::ndArraySampler);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void should_hold_no_more_native_arrays_after_many_calls(Function<DecoderModel, Sampler> make) {
    DecoderModel model = Models.loud(PositionScheme.COUPLED, 2, 5);
    Batch batch = Models.batches(model.config(), 6, 1, 7).get(0);
    try (Sampler sampler = make.apply(model)) {
      double[] first = sampler.score(batch);
      int held = sampler.held();
      for (int i = 0; i < 100; i++) {
        assertThat(sampler.score(batch)).isEqualTo(first);
      }
      sampler.sample(prompts(model, 3, 2), 1, Models.VOCABULARY.end());
      assertThat(sampler.held()).isEqualTo(held).isLessThanOrEqualTo(3);
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void should_hold_no_more_native_arrays_after_a_call_that_failed(
      Function<DecoderModel, Sampler> make) {
    DecoderModel small = Models.loud(PositionScheme.COUPLED, 1, 5);
    Batch sound = Models.batches(small.config(), 6, 1, 7).get(0);
    DecoderConfig wide =
        DecoderConfig.builder(Models.VOCABULARY).positions(PositionScheme.COUPLED, 4096).build();
    Batch foreign = Models.batches(wide, 6, 1, 7).get(0);
    try (Sampler sampler = make.apply(small)) {
      double[] first = sampler.score(sound);
      int held = sampler.held();
      for (int i = 0; i < 10; i++) {
        assertThatThrownBy(() -> sampler.score(foreign)).isInstanceOf(RuntimeException.class);
      }
      assertThat(sampler.held()).isEqualTo(held);
      assertThat(sampler.score(sound)).isEqualTo(first);
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
