package dev.rsi.lm.token;

import dev.rsi.lm.internal.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.JsonParser;

/** Tokenizers beside what the reference makes of lines: benchmarks/peers/tokenizer_ids.py. */
final class Fixtures {
  static final List<String> NAMES =
      List.of(
          "bytes-deepseek",
          "bytes-gpt2",
          "bytes-gpt4o",
          "bytes-llama3",
          "bytes-prefix",
          "bytes-qwen",
          "bytes-smollm",
          "pieces-gemma",
          "pieces-llama2",
          "pieces-metaspace",
          "pieces-mistral");

  private Fixtures() {}

  static Path file(String name) {
    try {
      return Path.of(Objects.requireNonNull(Fixtures.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  static BpeTokenizer read(String name) {
    return BpeTokenizer.read(file(name + ".json"));
  }

  static String text(String name) throws IOException {
    return Files.readString(file(name + ".json"), StandardCharsets.UTF_8);
  }

  /** How many of the lines differ from the reference. */
  static Judged judged(BpeTokenizer tokenizer, Path ids) throws IOException {
    Map<?, ?> wanted;
    try (InputStream in = Files.newInputStream(ids);
        JsonParser parser = Json.parser(in, Long.MAX_VALUE)) {
      parser.nextToken();
      wanted = (Map<?, ?>) Json.value(parser);
    }
    List<?> lines = (List<?>) wanted.get("lines");
    int encoded = 0;
    int decoded = 0;
    for (int i = 0; i < lines.size(); i++) {
      String line = (String) lines.get(i);
      int[] steering = numbers(wanted, "steering", i);
      boolean same =
          java.util.Arrays.equals(tokenizer.encode(line), numbers(wanted, "plain", i))
              && java.util.Arrays.equals(tokenizer.encode(line, true), steering);
      encoded += same ? 0 : 1;
      same =
          tokenizer.decode(steering).equals(((List<?>) wanted.get("text")).get(i))
              && tokenizer.decode(steering, true).equals(((List<?>) wanted.get("whole")).get(i))
              && tokenizer
                  .decode(numbers(wanted, "noise", i), true)
                  .equals(((List<?>) wanted.get("noise_text")).get(i));
      decoded += same ? 0 : 1;
    }
    List<?> around = (List<?>) wanted.get("around");
    boolean sameAround =
        around.size() == tokenizer.before().length + tokenizer.after().length
            && around.subList(0, tokenizer.before().length).equals(list(tokenizer.before()));
    return new Judged(lines.size(), encoded, decoded, sameAround);
  }

  record Judged(int lines, int encoded, int decoded, boolean around) {}

  private static List<Long> list(int[] ids) {
    return java.util.Arrays.stream(ids).mapToObj(id -> (long) id).toList();
  }

  private static int[] numbers(Map<?, ?> wanted, String name, int line) {
    List<?> ids = (List<?>) ((List<?>) wanted.get(name)).get(line);
    return ids.stream().mapToInt(id -> (int) (long) (Long) id).toArray();
  }
}
