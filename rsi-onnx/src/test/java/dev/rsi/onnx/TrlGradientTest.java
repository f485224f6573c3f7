package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.Device;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Example;
import dev.rsi.lm.spi.Positions;
import dev.rsi.lm.spi.TrainStep;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The gradients of a whole decoder's weights against TRL's in float64, for losses of every family:
 * benchmarks/peers/trl_losses.py.
 */
class TrlGradientTest {
  private static final JsonNode VECTORS = read();
  private static final DecoderModel MODEL = model();

  static List<JsonNode> cases() {
    return IntStream.range(0, VECTORS.get("cases").size())
        .mapToObj(VECTORS.get("cases")::get)
        .filter(vector -> vector.has("byWeight"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void should_give_the_gradient_of_trl_by_every_weight(JsonNode vector) {
    double[] expected = numbers(vector.get("byWeight"));
    try (TrainStep step = step()) {
      float[] found = step.gradient(batches(vector.get("byToken")));
      double difference = 0;
      double norm = 0;
      for (int i = 0; i < expected.length; i++) {
        difference += (found[i] - expected[i]) * (found[i] - expected[i]);
        norm += expected[i] * expected[i];
      }
      assertThat(Math.sqrt(difference / norm)).isLessThan(1e-5);
    }
  }

  @Test
  void should_give_every_token_its_log_probability() {
    try (TrainStep step = step()) {
      List<float[]> found = step.logProbabilities(batches(null));
      for (int i = 0; i < found.size(); i++) {
        double[] expected = numbers(VECTORS.get("now").get(i));
        assertThat(found.get(i)).hasSize(expected.length);
        for (int t = 0; t < expected.length; t++) {
          // The runtime's quick norm costs the last two bits: 2.4e-6 was the worst.
          assertThat(Math.abs(found.get(i)[t] - expected[t]))
              .isLessThan(5e-6 * Math.abs(expected[t]));
        }
      }
    }
  }

  private static TrainStep step() {
    int n = MODEL.config().parameterCount();
    return new OnnxTrainStep(
        Device.cpu(), MODEL.config(), MODEL.weights(), TrainerState.fresh(n, 1));
  }

  /** One batch per answer, since all have shapes of their own. */
  private static List<Batch> batches(@Nullable JsonNode slopes) {
    List<Batch> batches = new ArrayList<>();
    for (int i = 0; i < VECTORS.get("prompts").size(); i++) {
      int[] prompt = ints(VECTORS.get("prompts").get(i));
      Example example = new Example(prompt, ints(VECTORS.get("answers").get(i)), 1);
      Batch batch = Batch.of(List.of(example), new int[] {0}, Positions.of(MODEL.config()));
      batches.add(slopes == null ? batch : batch.weighed(floats(slopes.get(i))));
    }
    return batches;
  }

  private static DecoderModel model() {
    JsonNode json = VECTORS.get("model");
    CharVocabulary vocabulary =
        CharVocabulary.of(json.get("alphabet").asString(), json.get("end").asString().charAt(0));
    DecoderConfig config =
        DecoderConfig.builder(vocabulary)
            .hiddenSize(json.get("width").asInt())
            .layers(json.get("layers").asInt())
            .heads(json.get("heads").asInt())
            .feedForwardSize(json.get("inner").asInt())
            .positions(PositionScheme.NOPE, 16)
            .build();
    return new DecoderModel(config, vocabulary, floats(json.get("weights")), null);
  }

  private static double[] numbers(JsonNode node) {
    return IntStream.range(0, node.size()).mapToDouble(i -> node.get(i).asDouble()).toArray();
  }

  private static int[] ints(JsonNode node) {
    return IntStream.range(0, node.size()).map(i -> node.get(i).asInt()).toArray();
  }

  private static float[] floats(JsonNode node) {
    float[] floats = new float[node.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) node.get(i).asDouble();
    }
    return floats;
  }

  private static JsonNode read() {
    String file = "/dev/rsi/lm/trl-1.13.0.json";
    InputStream stream = Objects.requireNonNull(TrlGradientTest.class.getResourceAsStream(file));
    return JsonMapper.shared().readTree(stream);
  }
}
