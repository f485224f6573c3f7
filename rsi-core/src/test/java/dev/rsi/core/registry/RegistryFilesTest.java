package dev.rsi.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.rsi.api.CorruptModelException;
import dev.rsi.api.RsiException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

class RegistryFilesTest {
  private static final String CHARACTERS = "ab\"\\/\n\u0000\u00e4\u2028\ud83d\ude00\ue000";

  /** What wrote the files of rsi before its own writer did. */
  private static final JsonMapper PEER =
      JsonMapper.builder(JsonFactory.builder().highestNonEscapedChar(0xD7FF).build())
          .addMixIn(Manifest.class, NoPlace.class)
          .build();

  private interface NoPlace {
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Nullable String place();
  }

  private final RegistryFiles files = new RegistryFiles();

  @TempDir private Path directory;

  @Test
  void should_write_and_read_as_the_mapper_of_jackson_did() throws Exception {
    long seed = 20261201;
    Random random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      for (Object value : List.of(manifest(random), live(random), ends(random))) {
        byte[] written = files.write(value);
        assertThat(new String(written, StandardCharsets.UTF_8))
            .as("seed %d, value %d", seed, i)
            .isEqualTo(
                new String(
                    PEER.writerWithDefaultPrettyPrinter().writeValueAsBytes(value),
                    StandardCharsets.UTF_8));
        Path file = Files.write(directory.resolve("some.json"), written);
        assertThat((Object) files.read(file, value.getClass())).isEqualTo(value);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | found nothing",
        "[] | found nothing",
        "null | found nothing",
        "{'format':0} | found 0",
        "{'format':'one'} | found one",
        "{'format':1.5} | found 1.5",
        "{'format':1 | Unexpected end",
        "{'format':1,'store':'s','run':'r','events':1} | (head) is missing",
        "{'format':1,'store':'s','run':'r','events':1,'head':null} | head",
        "{'format':1,'store':'s','run':'r','events':1,'head':'h','more':[]} | (more) is unknown",
        "{'format':1,'store':'s','run':'r','events':1,'head':['h']} | at (head)",
        "{'format':1,'store':'s','run':'r','events':'1','head':'h'} | at (events)",
        "{'format':1,'store':'s','run':'r','events':null,'head':'h'} | at (events)",
        "{'format':1,'store':'s','run':'r','events':1,'events':1,'head':'h'} | twice",
        "{'format':1,'store':'s','run':'r','events':1,'head':'h'} 1 | more text",
      })
  void should_say_what_is_wrong_with_a_file(String text, String why) throws Exception {
    Path file = Files.writeString(directory.resolve("run.json"), text.replace('\'', '"'));
    assertThatExceptionOfType(CorruptModelException.class)
        .isThrownBy(() -> files.read(file, RunFiles.Recorded.class))
        .withMessageContaining("run.json")
        .withMessageContaining(why);
  }

  @Test
  void should_say_that_a_newer_rsi_wrote_a_file() throws Exception {
    Path file = Files.writeString(directory.resolve("run.json"), "{\"new\":{},\"format\":2}");
    assertThatExceptionOfType(RsiException.class)
        .isThrownBy(() -> files.read(file, RunFiles.Recorded.class))
        .withMessageContaining("format (2)")
        .withMessageContaining("newer rsi");
  }

  private static Manifest manifest(Random random) {
    List<Manifest.Entry> entries = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      entries.add(new Manifest.Entry(text(random), random.nextLong(), text(random)));
    }
    Manifest manifest = Manifest.of(provenance(random), entries);
    return random.nextBoolean() ? manifest : manifest.at(text(random));
  }

  private static Provenance provenance(Random random) {
    Map<String, Double> numbers = new TreeMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      // Any bits at all: not a number and the infinities are among them.
      double any = Double.longBitsToDouble(random.nextLong());
      numbers.put(text(random), i == 1 ? any : List.of(Double.NaN, 1.0, -0.0, 2.0e-3, 1e23).get(i));
    }
    return new Provenance(
        random.nextBoolean() ? null : text(random),
        random.nextBoolean() ? null : text(random),
        random.nextInt(10),
        random.nextBoolean() ? null : text(random),
        random.nextLong(),
        random.nextLong(),
        numbers,
        numbers,
        Map.of(text(random), text(random)));
  }

  private static LiveRecord live(Random random) {
    LiveRecord.Driving driving =
        new LiveRecord.Driving(
            text(random),
            text(random),
            text(random),
            random.nextLong(),
            random.nextBoolean() ? null : text(random),
            null);
    return new LiveRecord(
        RegistryFiles.FORMAT,
        Math.abs((long) random.nextInt()),
        text(random),
        List.of(text(random), text(random)),
        null,
        random.nextBoolean() ? null : driving);
  }

  private static Retention.Ends ends(Random random) {
    return new Retention.Ends(
        RegistryFiles.FORMAT, text(random), null, text(random), text(random), null);
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i >= 0; i--) {
      text.appendCodePoint(
          CHARACTERS
              .codePoints()
              .skip(random.nextInt(CHARACTERS.length() - 1))
              .findFirst()
              .getAsInt());
    }
    return text.toString();
  }
}
