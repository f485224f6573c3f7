package dev.rsi.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetsJsonlTest {
  private static final List<String> HOSTILE =
      List.of(
          "",
          " ",
          "\"",
          "\\",
          "\n\r\t\u0000\u001F",
          "\u2028\u2029",
          "\uD83D\uDE00",
          "\uD800",
          "\uDC00x",
          "\uFEFF",
          "</script>",
          "{\"a\": 1}",
          "ä\u0308\u202E");

  @TempDir Path home;

  private Path file(String content) throws IOException {
    return Files.writeString(home.resolve("data.jsonl"), content);
  }

  private static List<Map<String, Object>> read(Path file) {
    return Datasets.readJsonl(file, Datasets.Line::fields);
  }

  private static Object value(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 8 : 10)) {
      case 0 -> random.nextLong();
      case 1 -> BigInteger.valueOf(random.nextLong()).multiply(BigInteger.TEN.pow(20)).setBit(70);
      case 2 -> new BigDecimal(new BigInteger(80, random), random.nextInt(40) - 20);
      case 3 -> random.nextBoolean();
      case 4 -> new BigDecimal(random.nextInt());
      case 8 -> {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(random.nextInt(5) == 0 ? null : value(random, depth - 1));
        }
        yield list;
      }
      case 9 -> fields(random, depth - 1);
      default -> HOSTILE.get(random.nextInt(HOSTILE.size()));
    };
  }

  private static Map<String, Object> fields(Random random, int depth) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      String name = HOSTILE.get(random.nextInt(7));
      fields.put(name, random.nextInt(9) == 0 ? null : value(random, depth));
    }
    return fields;
  }

  @Test
  void should_read_back_whatever_it_wrote() {
    long seed = Long.getLong("rsi.seed", System.nanoTime());
    Random random = new Random(seed);
    Path file = home.resolve("data.jsonl");
    for (int time = 0; time < 200; time++) {
      List<Map<String, Object>> items =
          Stream.generate(() -> fields(random, 3)).limit(random.nextInt(20)).toList();
      Datasets.writeJsonl(file, items, item -> item);
      assertThat(read(file)).as("repeat with -Drsi.seed=%d", seed).isEqualTo(items);
    }
  }

  @Test
  void should_read_lines_as_they_come() throws IOException {
    Path file = file("\uFEFF{\"a\": 1}\r\n\n   \r\n{\"a\": 2, \"other\": [{}]}\n{\"a\":3}");
    assertThat(Datasets.readJsonl(file, line -> line.number() + ":" + line.integer("a")))
        .containsExactly("1:1", "4:2", "5:3");
    assertThat(read(file(""))).isEmpty();
    assertThat(read(file("\uFEFF"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[{\"a\": 1}]|JSON array",
        "{\"a\": 1|no JSON object",
        "{\"a\": 1} {\"a\": 2}|more text follows",
        "{\"a\": 1}}|no JSON object",
        "{\"a\": 1, \"a\": 2}|field (a) is there twice",
        "{\"b\": {\"a\": 1, \"a\": 2}}|field (a) is there twice",
        "{'a': 1}|no JSON object",
        "{\"a\": NaN}|no JSON object",
        "{\"a\": 01}|no JSON object",
        "text|no JSON object",
        "\"text\"|no JSON object",
        "null|no JSON object",
        "{\"a\": \"x|no JSON object",
      })
  void should_name_file_line_and_fault(String line, String fault) throws IOException {
    Path file = file("{\"a\": 1}\n\n" + line + "\n{\"a\": 1}\n");
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("data.jsonl), line (3)")
        .hasMessageContaining(fault);
  }

  @ParameterizedTest
  @ValueSource(strings = {"C3", "FF", "ED A0 80", "C0 AF", "F8 88 80 80 80"})
  void should_refuse_what_is_not_utf_8(String bytes) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes("{\"a\": 1}\n{\"a\": \"".getBytes(StandardCharsets.UTF_8));
    for (String each : bytes.split(" ")) {
      content.write(Integer.parseInt(each, 16));
    }
    content.writeBytes("\"}\n".getBytes(StandardCharsets.UTF_8));
    Path file = Files.write(home.resolve("data.jsonl"), content.toByteArray());
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("line (2) is not UTF-8");
  }

  @Test
  void should_bound_a_line() throws IOException {
    Path file = home.resolve("data.jsonl");
    try (OutputStream out = Files.newOutputStream(file)) {
      byte[] blanks = new byte[1 << 20];
      Arrays.fill(blanks, (byte) 'x');
      for (int i = 0; i < 17; i++) {
        out.write(blanks);
      }
    }
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("line (1) has more than (16777216) bytes");
    assertThatThrownBy(() -> read(file("{\"a\":" + "[".repeat(100_000))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("line (1)");
  }

  @Test
  void should_refuse_fields_of_another_kind_by_name() throws IOException {
    Path file =
        file("{\"text\": \"t\", \"n\": 1.5, \"list\": [\"a\", 1], \"none\": null, \"h\": 1e999}");
    Datasets.Line line = Datasets.readJsonl(file, each -> each).get(0);
    assertThat(line.text("text")).isEqualTo("t");
    assertThat(line.number("n")).isEqualTo(1.5);
    assertThat(line.has("text")).isTrue();
    assertThat(line.has("none")).isFalse();
    assertThatThrownBy(() -> line.text("missing"))
        .hasMessageContaining("line (1) has no field (missing)")
        .hasMessageContaining("[text, n, list, none, h]");
    assertThatThrownBy(() -> line.text("none")).hasMessageContaining("no field (none)");
    assertThatThrownBy(() -> line.integer("n")).hasMessageContaining("(1.5) as field (n)");
    assertThatThrownBy(() -> line.flag("text")).hasMessageContaining("true or false");
    assertThatThrownBy(() -> line.texts("list")).hasMessageContaining("(1) as field (list)");
    assertThatThrownBy(() -> line.number("h")).hasMessageContaining("range of double");
    assertThatThrownBy(() -> Datasets.readJsonl(file, each -> Integer.valueOf(each.text("text"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("line (1) was not taken: For input string");
  }

  @Test
  void should_leave_the_old_file_where_a_new_one_cannot_be_written() throws IOException {
    Path file = file("{\"a\":1}\n");
    Map<String, Object> bad = new HashMap<>(Map.of("list", List.of(1, Double.NaN)));
    assertThatThrownBy(() -> Datasets.writeJsonl(file, List.of(Map.of("a", 1), bad), item -> item))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Item (1)")
        .hasMessageContaining("NaN");
    assertThatThrownBy(
            () -> Datasets.writeJsonl(file, List.of(Map.of("a", new Object())), item -> item))
        .hasMessageContaining("java.lang.Object");
    assertThat(file).hasContent("{\"a\":1}\n");
    try (Stream<Path> files = Files.list(home)) {
      assertThat(files).containsExactly(file);
    }
    assertThatThrownBy(() -> read(home.resolve("none")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("none");
    assertThatThrownBy(
            () -> Datasets.writeJsonl(home.resolve("no/such"), List.<Map<String, ?>>of(), i -> i))
        .isInstanceOf(UncheckedIOException.class);
  }
}
