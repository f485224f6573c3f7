package dev.rsi.lm.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.ModelDirectory;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

class JsonTest {
  /** What wrote and read the files of models before. */
  private static final JsonMapper PEER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private static final JsonMapper PEER_OF_LINES = JsonMapper.shared();

  @Test
  void should_write_and_read_as_the_mapper_of_jackson_does() throws Exception {
    long seed = 20261201;
    Random random = new Random(seed);
    for (int i = 0; i < 1000; i++) {
      Map<String, Object> value = object(random, 4);
      String indented = Json.write(value);
      String line = Json.line(value);
      assertThat(indented)
          .as("seed %d, value %d", seed, i)
          .isEqualTo(PEER.writeValueAsString(PEER.readTree(line)) + "\n");
      assertThat(line)
          .as("seed %d, value %d", seed, i)
          .isEqualTo(PEER_OF_LINES.writeValueAsString(PEER_OF_LINES.readTree(line)));
      assertThat(Json.read(indented)).as("seed %d, value %d", seed, i).isEqualTo(value);
    }
  }

  @Test
  void should_write_the_files_of_a_model_as_the_mapper_of_jackson_does(@TempDir Path directory)
      throws IOException {
    CharVocabulary vocabulary = CharVocabulary.of("0123456789+= \"\\/\u00e4\u2028", '\n');
    DecoderConfig config = DecoderConfig.builder(vocabulary).hiddenSize(8).build();
    float[] weights = new float[config.parameterCount()];
    ModelDirectory.write(directory, new DecoderModel(config, vocabulary, weights, null));
    for (String name : List.of("config.json", "tokenizer.json")) {
      String text = Files.readString(directory.resolve(name));
      assertThat(text).isEqualTo(PEER.writeValueAsString(PEER.readTree(text)) + "\n");
    }
    assertThat(ModelDirectory.read(directory).vocabulary()).isEqualTo(vocabulary);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{} {}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":",
        "[1,]",
        "{'a':1}",
        "NaN",
        "01",
        "{\"a\":1}x"
      })
  void should_refuse_what_is_no_json(String text) {
    assertThatThrownBy(() -> Json.read(text))
        .isInstanceOfAny(IOException.class, JacksonException.class);
  }

  @Test
  void should_stop_at_what_no_file_of_a_model_has() {
    assertThatThrownBy(() -> Json.read("[".repeat(65) + "]".repeat(65)))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("64");
    assertThatThrownBy(() -> Json.read("{\"" + "a".repeat(5000) + "\":1}"))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("4096");
    assertThatThrownBy(() -> Json.read("9".repeat(101)))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("100");
    assertThatThrownBy(() -> Json.read("[" + "1,".repeat(2_000_000) + "1]"))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("2000000");
  }

  private static Map<String, Object> object(Random random, int depth) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      values.put(text(random), value(random, depth - 1));
    }
    return values;
  }

  private static Object value(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> text(random);
      case 1 -> random.nextLong() >> random.nextInt(64);
      case 2 -> new BigInteger(80, random).setBit(80);
      case 3 -> (random.nextInt(2000) - 1000) / Math.pow(10, random.nextInt(30) - 10);
      case 4 -> random.nextBoolean();
      case 5 -> Json.Null.NULL;
      case 6 -> object(random, depth);
      default -> {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(value(random, depth - 1));
        }
        yield list;
      }
    };
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i >= 0; i--) {
      int c = "ab\"\\/\n\t\0\u007f\u00e4\u2028\ue000".charAt(random.nextInt(12));
      text.appendCodePoint(random.nextInt(20) == 0 ? 0x1F600 : c);
    }
    return text.toString();
  }
}
