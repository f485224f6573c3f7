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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A model, answers to be scored, and losses with their gradients, as TRL 1.13.0 computed them in
 * double precision: benchmarks/peers/trl_losses.py.
 */
final class TrlVectors {
  private final Map<?, ?> json;
  private final DecoderModel model;

  private TrlVectors(Map<?, ?> json) {
    this.json = json;
    Map<?, ?> shape = (Map<?, ?>) of(json, "model");
    CharVocabulary vocabulary =
        CharVocabulary.of((String) of(shape, "alphabet"), ((String) of(shape, "end")).charAt(0));
    DecoderConfig config =
        DecoderConfig.builder(vocabulary)
            .hiddenSize(integer(shape, "width"))
            .layers(integer(shape, "layers"))
            .heads(integer(shape, "heads"))
            .feedForwardSize(integer(shape, "inner"))
            .positions(PositionScheme.NOPE, 16)
            .build();
    model = new DecoderModel(config, vocabulary, floats(of(shape, "weights")), null);
  }

  static TrlVectors read() {
    try (InputStream stream =
        Objects.requireNonNull(TrlVectors.class.getResourceAsStream("trl-1.13.0.json"))) {
      try (JsonParser parser =
          new JsonFactory().createParser(ObjectReadContext.empty(), stream.readAllBytes())) {
        parser.nextToken();
        return new TrlVectors((Map<?, ?>) value(parser));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A value of this file, which has objects, lists, texts and numbers, and truths nobody reads. */
  private static Object value(JsonParser parser) {
    switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> values = new HashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          values.put(name, value(parser));
        }
        return values;
      }
      case START_ARRAY -> {
        List<Object> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          values.add(value(parser));
        }
        return values;
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
        return parser.getDoubleValue();
      }
      default -> {
        return parser.getString();
      }
    }
  }

  private static Object of(Object object, String name) {
    return Objects.requireNonNull(((Map<?, ?>) object).get(name), name);
  }

  private static Object of(Object list, int place) {
    return ((List<?>) list).get(place);
  }

  private static int integer(Object object, String name) {
    return ((Double) of(object, name)).intValue();
  }

  /**
   * A loss's gradient.
   *
   * @param loss its family and name
   * @param byToken by every answer token's log-probability
   * @param byWeight by every weight
   */
  @SuppressWarnings("ArrayRecordComponent") // read at once, never compared
  record Gradient(String loss, Object byToken, double[] byWeight) {}

  DecoderModel model() {
    return model;
  }

  List<Gradient> gradients() {
    List<Gradient> gradients = new ArrayList<>();
    for (Object loss : (List<?>) of(json, "cases")) {
      if (((Map<?, ?>) loss).containsKey("byWeight")) {
        String name = of(loss, "family") + ": " + of(loss, "name");
        gradients.add(new Gradient(name, of(loss, "byToken"), numbers(of(loss, "byWeight"))));
      }
    }
    return gradients;
  }

  /** Of each token of an answer. */
  double[] logProbabilities(int answer) {
    return numbers(of(of(json, "now"), answer));
  }

  /**
   * One batch per answer, since all have shapes of their own.
   *
   * @param slopes by every answer token's log-probability; null for the mean loss
   */
  List<Batch> batches(@Nullable Object slopes) {
    List<Batch> batches = new ArrayList<>();
    for (int i = 0; i < ((List<?>) of(json, "prompts")).size(); i++) {
      Example example =
          new Example(ints(of(of(json, "prompts"), i)), ints(of(of(json, "answers"), i)), 1);
      Batch batch = Batch.of(List.of(example), new int[] {0}, Positions.of(model.config()));
      batches.add(slopes == null ? batch : batch.weighed(floats(of(slopes, i))));
    }
    return batches;
  }

  private static double[] numbers(Object list) {
    return ((List<?>) list).stream().mapToDouble(number -> (Double) number).toArray();
  }

  private static int[] ints(Object list) {
    return ((List<?>) list).stream().mapToInt(number -> ((Double) number).intValue()).toArray();
  }

  private static float[] floats(Object list) {
    double[] numbers = numbers(list);
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }
}
