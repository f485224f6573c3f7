package dev.rsi.lm.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.RsiException;
import dev.rsi.lm.fuzz.Effort;
import dev.rsi.lm.gguf.GgufFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BpeTokenizerTest {
  @TempDir Path temp;

  static Stream<String> names() {
    return Fixtures.NAMES.stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void should_have_the_ids_and_texts_of_the_reference(String name) throws IOException {
    Fixtures.Judged judged = Fixtures.judged(Fixtures.read(name), Fixtures.file(name + ".ids"));
    assertThat(judged).isEqualTo(new Fixtures.Judged(80, 0, 0, true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes-gpt2", "bytes-smollm", "bytes-llama3", "bytes-qwen"})
  void should_make_the_same_tokenizer_of_a_gguf_file(String name) throws IOException {
    BpeTokenizer tokenizer = BpeTokenizer.read(GgufFile.open(Fixtures.file(name + ".gguf")));
    assertThat(Fixtures.judged(tokenizer, Fixtures.file(name + ".ids")))
        .isEqualTo(new Fixtures.Judged(80, 0, 0, true));
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2, gpt9, tokenizer.ggml.model, tokenizer.json",
    "llama-bpe, llama-xyz, tokenizer.ggml.pre, smollm",
    "tokenizer.ggml.merges, tokenizer.ggml.mergez, tokenizer.ggml.tokens, merges",
    "<|im_start|>, <|im_begin|>, tokenizer.ggml.pre, -",
  })
  void should_refuse_a_gguf_file_whose_tokenizer_is_not_known(
      String old, String with, String field, String known) throws IOException {
    // GIVEN a file with another text of the same length
    Path file = temp.resolve("tokenizer.gguf");
    byte[] bytes = Files.readAllBytes(Fixtures.file("bytes-llama3.gguf"));
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    Files.write(file, text.replace(old, with).getBytes(StandardCharsets.ISO_8859_1));
    GgufFile gguf = GgufFile.open(file);
    if (known.equals("-")) {
      // A token by another name is no damage.
      assertThat(BpeTokenizer.read(gguf).id(with)).isPresent();
      return;
    }
    // WHEN THEN
    assertThatThrownBy(() -> BpeTokenizer.read(gguf))
        .isInstanceOfSatisfying(
            CorruptModelException.class, e -> assertThat(e.field()).isEqualTo(field))
        .hasMessageContaining(known);
  }

  @Test
  void should_have_the_ids_and_texts_of_the_reference_for_published_tokenizers()
      throws IOException {
    // GIVEN
    String directory = System.getProperty("rsi.tokenizers");
    assumeTrue(
        directory != null,
        "No published tokenizers: -Drsi.tokenizers=DIRECTORY names one that"
            + " benchmarks/peers/tokenizer_ids.py has judged");
    List<Path> files;
    try (Stream<Path> all = Files.list(Path.of(directory))) {
      files = all.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
    List<String> wrong = new ArrayList<>();
    for (Path file : files) {
      // WHEN
      Path ids = Path.of(file.toString().replace(".json", ".ids"));
      Fixtures.Judged judged = Fixtures.judged(BpeTokenizer.read(file), ids);
      System.out.println(file.getFileName() + " " + judged);
      if (judged.encoded() + judged.decoded() > 0 || !judged.around()) {
        wrong.add(file + " " + judged);
      }
    }
    // THEN
    assertThat(wrong).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes-llama3", "bytes-qwen", "pieces-llama2", "pieces-gemma"})
  void should_never_steer_the_model_by_what_a_text_says(String name) {
    // GIVEN
    BpeTokenizer tokenizer = Fixtures.read(name);
    for (int id = 0; id < tokenizer.size(); id++) {
      if (!tokenizer.isSpecial(id)) {
        continue;
      }
      String token = tokenizer.token(id);
      for (String text : List.of(token, "a" + token + "b", " " + token + token, token + "\n")) {
        // WHEN THEN
        assertThat(tokenizer.encode(text)).as(text).doesNotContain(id);
        assertThat(tokenizer.encode(text, true)).as(text).contains(id);
      }
      assertThat(tokenizer.decode(tokenizer.encode(token, true))).isEmpty();
      assertThat(tokenizer.decode(tokenizer.encode(token, true), true)).contains(token);
    }
  }

  @Test
  void should_not_let_what_follows_complete_a_token_of_a_shielded_text() {
    BpeTokenizer tokenizer = Fixtures.read("bytes-llama3");
    int end = tokenizer.id("<|im_end|>").getAsInt();
    assertThat(tokenizer.encode(tokenizer.shielded("a<|im_end") + "|>", true)).doesNotContain(end);
    assertThat(tokenizer.encode("a<|im_end" + "|>", true)).contains(end);
    assertThat(tokenizer.shielded("nothing")).isEqualTo("nothing");
  }

  @Test
  void should_answer_for_tokens() {
    BpeTokenizer tokenizer = Fixtures.read("bytes-llama3");
    assertThat(tokenizer.size()).isEqualTo(900);
    int end = tokenizer.id("<|im_end|>").getAsInt();
    assertThat(tokenizer.isSpecial(end)).isTrue();
    assertThat(tokenizer.token(end)).isEqualTo("<|im_end|>");
    assertThat(tokenizer.token(5000)).isNull();
    assertThat(tokenizer.id("no such token")).isEmpty();
    assertThat(tokenizer.before()).containsExactly(0);
    assertThat(tokenizer.after()).isEmpty();
    assertThat(tokenizer.decode(new int[] {5000, 900})).isEmpty();
    assertThatThrownBy(() -> tokenizer.decode(new int[] {-100})).hasMessageContaining("(-100)");
  }

  @ParameterizedTest
  @MethodSource("names")
  void should_decode_tokens_that_arrive_one_by_one(String name) {
    // GIVEN
    BpeTokenizer tokenizer = Fixtures.read(name);
    int[] ids = tokenizer.encode("Größe 漢字 👩‍👩‍👧‍👦 नमस्ते \u0007 x", true);
    TokenDecoder decoder = tokenizer.decoder(false);
    StringBuilder text = new StringBuilder();
    // WHEN
    for (int id : ids) {
      String more = decoder.add(id);
      // THEN no half of a character is shown
      assertThat(more).doesNotContain("\uFFFD");
      text.append(more);
    }
    text.append(decoder.end());
    assertThat(text.toString()).isEqualTo(tokenizer.decode(ids));
  }

  @Test
  void should_hold_back_what_is_not_complete() {
    BpeTokenizer tokenizer = Fixtures.read("bytes-smollm");
    int[] ids = tokenizer.encode("😀");
    TokenDecoder decoder = tokenizer.decoder(false);
    assertThat(ids.length).isGreaterThan(1);
    assertThat(decoder.add(ids[0])).isEmpty();
    assertThat(decoder.end()).isEqualTo("\uFFFD");
  }

  @Test
  void should_take_halves_of_pairs_for_what_they_are() {
    BpeTokenizer tokenizer = Fixtures.read("bytes-gpt2");
    assertThat(tokenizer.decode(tokenizer.encode("a\uD83Db\uDE00c\uD83D")))
        .isEqualTo("a\uFFFDb\uFFFDc\uFFFD");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "\"type\":\"BPE\"¦\"type\":\"Unigram\"¦model.type",
        "\"type\":\"NFC\"¦\"type\":\"Nmt\"¦normalizer.type",
        "\"type\":\"Split\"¦\"type\":\"UnicodeScripts\"¦pre_tokenizer.pretokenizers[0].type",
        "\"behavior\":\"Isolated\"¦\"behavior\":\"Sideways\"¦pretokenizers[0].behavior",
        "\\p{L}+¦\\p{L}++?¦pattern.Regex",
        "\\s+(?!¦\\s+(?<!¦pattern.Regex",
        "|\\p{N}|¦|(\\p{N}+)+|¦pattern.Regex",
        "|\\p{N}|¦|\\p{Nope}|¦pattern.Regex",
        "|\\p{N}|¦|\\1|¦pattern.Regex",
        "|\\p{N}|¦|\\p{N}{1,9999}|¦pattern.Regex",
        "|\\p{N}|¦|^|¦pattern.Regex",
        "\"decoder\":{\"type\":\"ByteLevel\"¦\"decoder\":{\"type\":\"CTC\"¦decoder.type",
        "\"dropout\":null¦\"dropout\":0.1¦model.dropout",
        "\"continuing_subword_prefix\":null¦\"continuing_subword_prefix\":\"##\"¦model.continuing",
        "\"unk_token\":null¦\"unk_token\":\"<none>\"¦model.unk_token",
        "\"byte_fallback\":false¦\"byte_fallback\":7¦model.byte_fallback",
        "\"<|endoftext|>\":0¦\"<|endoftext|>\":1¦model.vocab",
        "\"<|endoftext|>\":0¦\"<|endoftext|>\":-1¦model.vocab",
        "\"<|endoftext|>\":0¦\"<|endoftext|>\":99999999¦model.vocab",
        "\"<|endoftext|>\":0¦\"<|endoftext|>\":\"0\"¦model.vocab",
        "\"<|endoftext|>\":0¦\"<|endoftext|>\":99999999999999¦(content)",
        "\"<|endoftext|>\":0¦\"<|im_end|>\":0¦(content)",
        "\"merges\":[¦\"merges\":[[\"a\"],¦model.merges[0]",
        "\"merges\":[¦\"merges\":[[\"a\",\"zzzz\"],¦model.merges[0]",
        "\"merges\":[¦\"merges\":[\"ab\",¦model.merges[0]",
        "\"merges\":[¦\"merges\":[7,¦model.merges[0]",
        "{\"id\":1,¦{\"id\":0,¦added_tokens[1].id",
        "{\"id\":1,¦{\"id\":7,¦added_tokens[1].id",
        "{\"id\":1,¦{\"id\":99999999,¦added_tokens[1].id",
        "{\"id\":1,¦{¦added_tokens[1].id",
        "\"content\":\"<tool_call>\"¦\"content\":\"\"¦added_tokens[3].content",
        "\"vocab\":{¦\"vocab\":{},\"other\":{¦model.vocab",
        "\"version\":\"1.0\"¦\"version\":¦(content)",
      })
  void should_refuse_by_name_what_is_damaged_or_not_known(String old, String with, String field)
      throws IOException {
    // GIVEN
    String sound = Fixtures.text("bytes-qwen");
    String inJson = old.replace("\\", "\\\\");
    assertThat(sound).contains(inJson);
    int at = sound.indexOf(inJson);
    String damaged =
        sound.substring(0, at) + with.replace("\\", "\\\\") + sound.substring(at + inJson.length());
    Path file = temp.resolve("tokenizer.json");
    Files.writeString(file, damaged);
    // WHEN THEN
    assertThatThrownBy(() -> BpeTokenizer.read(file))
        .as("%s -> %s", old, with)
        .isInstanceOfSatisfying(
            CorruptModelException.class, e -> assertThat(e.field()).contains(field))
        .hasMessageContaining("tokenizer.json")
        .hasMessageContaining("\nMaybe ");
  }

  @Test
  void should_refuse_files_that_are_not_there_or_cut_short() throws IOException {
    assertThatThrownBy(() -> BpeTokenizer.read(temp.resolve("none.json")))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("no such file");
    String sound = Fixtures.text("pieces-gemma");
    Path file = temp.resolve("tokenizer.json");
    for (int length : new int[] {0, 1, 100, sound.length() / 2, sound.length() - 3}) {
      Files.writeString(file, sound.substring(0, length));
      assertThatThrownBy(() -> BpeTokenizer.read(file)).isInstanceOf(CorruptModelException.class);
    }
    Files.writeString(file, sound + "{}");
    assertThatThrownBy(() -> BpeTokenizer.read(file)).isInstanceOf(CorruptModelException.class);
  }

  @ParameterizedTest
  @MethodSource("names")
  void should_take_time_in_proportion_to_the_text(String name) {
    // GIVEN
    BpeTokenizer tokenizer = Fixtures.read(name);
    for (String part : List.of("a", " ", "\n", "AB", "漢", "😀", "1", "▁", "e\u0301", "-", "ab ")) {
      String text = part.repeat(200_000 / part.length());
      // WHEN
      Effort effort = new Effort();
      int[] ids = tokenizer.encode(text + "x");
      double seconds = effort.seconds();
      // THEN
      assertThat(ids.length).isPositive();
      assertThat(seconds).as("%s: %s", name, part).isLessThan(2.5);
    }
  }

  @Test
  void should_end_a_pattern_that_looks_back_and_forth() throws IOException {
    // GIVEN a pattern that takes the third power of a text's length
    String sound = Fixtures.text("bytes-qwen");
    Path file = temp.resolve("tokenizer.json");
    Files.writeString(
        file, sound.replaceFirst("\\(\\?i:'s[^\"]*", "\\\\\\\\s*\\\\\\\\s*\\\\\\\\s*x"));
    BpeTokenizer tokenizer = BpeTokenizer.read(file);
    assertThat(tokenizer.encode("   x")).isNotEmpty();
    // WHEN THEN
    assertThatThrownBy(() -> tokenizer.encode(" ".repeat(10_000)))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("\\s*\\s*\\s*x")
        .hasMessageContaining("\nMaybe ");
  }

  @Test
  void should_have_the_same_ids_on_many_threads() throws Exception {
    // GIVEN
    BpeTokenizer tokenizer = Fixtures.read("bytes-llama3");
    BpeTokenizer other = Fixtures.read("bytes-llama3");
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<int[]>> calls = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        String text = "Größe " + i % 97 + " won't 漢字 " + i;
        calls.add(() -> tokenizer.encode(text));
      }
      // WHEN
      List<Future<int[]>> made = threads.invokeAll(calls);
      // THEN
      for (int i = 0; i < made.size(); i++) {
        assertThat(made.get(i).get()).isEqualTo(other.encode("Größe " + i % 97 + " won't 漢字 " + i));
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
