package dev.rsi.testkit.lm;

import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Example;
import dev.rsi.lm.spi.Positions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A model, answers to be scored, and losses with their gradients, as TRL 1.13.0 computed them in
 * double precision: benchmarks/peers/trl_losses.py.
 */
final class TrlVectors {
  private final JsonNode json;
  private final DecoderModel model;

  private TrlVectors(JsonNode json) {
    this.json = json;
    JsonNode shape = json.get("model");
    CharVocabulary vocabulary =
        CharVocabulary.of(shape.get("alphabet").asString(), shape.get("end").asString().charAt(0));
    DecoderConfig config =
        DecoderConfig.builder(vocabulary)
            .hiddenSize(shape.get("width").asInt())
            .layers(shape.get("layers").asInt())
            .heads(shape.get("heads").asInt())
            .feedForwardSize(shape.get("inner").asInt())
            .positions(PositionScheme.NOPE, 16)
            .build();
    model = new DecoderModel(config, vocabulary, floats(shape.get("weights")), null);
  }

  static TrlVectors read() {
    try (InputStream stream =
        Objects.requireNonNull(TrlVectors.class.getResourceAsStream("trl-1.13.0.json"))) {
      return new TrlVectors(JsonMapper.shared().readTree(stream));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A loss's gradient.
   *
   * @param loss its family and name
   * @param byToken by every answer token's log-probability
   * @param byWeight by every weight
   */
  @SuppressWarnings("ArrayRecordComponent") // read at once, never compared
  record Gradient(String loss, JsonNode byToken, double[] byWeight) {}

  DecoderModel model() {
    return model;
  }

  List<Gradient> gradients() {
    List<Gradient> gradients = new ArrayList<>();
    for (JsonNode loss : json.get("cases")) {
      if (loss.has("byWeight")) {
        String name = loss.get("family").asString() + ": " + loss.get("name").asString();
        gradients.add(new Gradient(name, loss.get("byToken"), numbers(loss.get("byWeight"))));
      }
    }
    return gradients;
  }

  /** Of each token of an answer. */
  double[] logProbabilities(int answer) {
    return numbers(json.get("now").get(answer));
  }

  /**
   * One batch per answer, since all have shapes of their own.
   *
   * @param slopes by every answer token's log-probability; null for the mean loss
   */
  List<Batch> batches(@Nullable JsonNode slopes) {
    List<Batch> batches = new ArrayList<>();
    for (int i = 0; i < json.get("prompts").size(); i++) {
      Example example =
          new Example(ints(json.get("prompts").get(i)), ints(json.get("answers").get(i)), 1);
      Batch batch = Batch.of(List.of(example), new int[] {0}, Positions.of(model.config()));
      batches.add(slopes == null ? batch : batch.weighed(floats(slopes.get(i))));
    }
    return batches;
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
}
