package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.RsiException;
import dev.rsi.lm.spi.WordPiece;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrozenEncoderTest {
  @TempDir Path temp;

  /** Ids that Hugging Face's own tokenizers (0.35.1 of DJL's binding) gave for this model. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Where is my parcel?|101 2073 2003 2026 20463 1029 102",
        "I'd like a refund, please!|101 1045 1005 1040 2066 1037 25416 8630 1010 3531 999 102",
        "Crème brûlée — naïve façade|101 13675 21382 7987 9307 2063 1517 15743 8508 102",
        "東京 is 漢字かな交じり|101 1879 1755 2003 1904 100 1651 30193 100 1657 30212 102",
        "ΟΔΟΣ İstanbul|101 1169 29722 29730 29733 9960 102",
        "#hashtag $5 <b>x</b> ~ ` ^|101 1001 23325 15900 1002 1019 1026 1038 1028 1060 1026 1013"
            + " 1038 1028 1066 1036 1034 102",
        "2024-11-25T14:00:00Z|101 16798 2549 1011 2340 1011 2423 2102 16932 1024 4002 1024 4002"
            + " 2480 102",
        "e\u0301\u0323 \uac00\ub098|101 1041 1455 30006 29992 30006 102",
        "🙂 ok 👍🏽|101 100 7929 100 102",
        "''|101 102"
      })
  void should_give_the_token_ids_of_the_models_own_tokenizer(String text, String ids)
      throws IOException {
    try (InputStream in = MiniLm.resource(MiniLm.TOKENIZER)) {
      WordPiece tokenizer = WordPiece.of(Path.of("tokenizer.json"), in.readAllBytes());
      List<String> found = new ArrayList<>();
      for (int id : tokenizer.encode(text)) {
        found.add(String.valueOf(id));
      }
      assertThat(String.join(" ", found)).isEqualTo(ids);
    }
  }

  @Test
  void should_give_unit_vectors_of_its_dimension() {
    FrozenEncoder encoder = MiniLm.shared();
    assertThat(encoder.dimension()).isEqualTo(384);
    assertThat(encoder.maxTokens()).isEqualTo(128);
    assertThat(encoder.fingerprint()).matches("[0-9a-f]{64}");
    float[] embedding = encoder.encode("Where is my parcel?");
    assertThat(embedding).hasSize(384);
    double squares = 0;
    for (float value : embedding) {
      squares += (double) value * value;
    }
    assertThat(squares).isCloseTo(1, within(1e-6));
    embedding[0] = 99;
    assertThat(encoder.encode("Where is my parcel?")[0])
        .as("what the caller changed")
        .isLessThan(1);
  }

  /**
   * What the documentation of Sentence Transformers prints of the model before it was quantised.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "The weather is lovely today.|It's so sunny outside!|0.6660",
        "The weather is lovely today.|He drove to the stadium.|0.1046",
        "It's so sunny outside!|He drove to the stadium.|0.1411"
      })
  void should_agree_with_the_models_authors(String a, String b, double cosine) {
    assertThat(MiniLm.shared().similarity(a, b)).isCloseTo(cosine, within(0.03));
  }

  /** What docs/heads.md says of it. */
  @Test
  void should_see_topics_rather_than_who_did_what() {
    FrozenEncoder encoder = MiniLm.shared();
    assertThat(encoder.similarity("The dog bit the man.", "The man bit the dog."))
        .isCloseTo(0.97, within(0.02));
    assertThat(encoder.similarity("I can log in", "I cannot log in")).isCloseTo(0.79, within(0.02));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "A man is playing a guitar.|Someone plays the guitar.|A train leaves the station.",
        "How do I reset my password?|I forgot my password.|What is the weather in Rome?",
        "The film was wonderful.|I loved that movie.|The invoice is due on Monday.",
        "Paris is the capital of France.|France's capital is Paris.|Whales are mammals."
      })
  void should_tell_paraphrases_from_other_sentences(String text, String close, String far) {
    FrozenEncoder encoder = MiniLm.shared();
    assertThat(encoder.similarity(text, close)).isGreaterThan(0.6);
    assertThat(encoder.similarity(text, far)).isLessThan(0.25);
    assertThat(encoder.similarity(close, text)).isEqualTo(encoder.similarity(text, close));
    assertThat(encoder.similarity(text, text)).isEqualTo(1);
  }

  @Test
  void should_take_any_text() {
    FrozenEncoder encoder = MiniLm.shared();
    String longText = "parcel ".repeat(200_000);
    for (String text :
        List.of("", " ", "\0", "\u001b[2J\u0007", "\ud800", "\u202e321", "9".repeat(1_000_000))) {
      assertThat(encoder.encode(text)).hasSize(384).doesNotContain(Float.NaN);
    }
    assertThat(encoder.encode(longText)).isEqualTo(encoder.encode("parcel ".repeat(126)));
    assertThat(encoder.encode("a\0b\u0007")).isEqualTo(encoder.encode("ab"));
    assertThat(encoder.encode("")).isEqualTo(encoder.encode(" \n\0"));
  }

  @Test
  void should_encode_alike_on_every_thread_and_after_a_restart() throws Exception {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      texts.add("Order number " + i + " has not arrived" + " yet".repeat(i % 5));
    }
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (FrozenEncoder other = MiniLm.open()) {
      assertThat(other.fingerprint()).isEqualTo(MiniLm.shared().fingerprint());
      List<Future<float[]>> made = new ArrayList<>();
      texts.forEach(text -> made.add(threads.submit(() -> other.encode(text))));
      for (int i = 0; i < texts.size(); i++) {
        assertThat(made.get(i).get()).isEqualTo(MiniLm.shared().encode(texts.get(i)));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void should_refuse_work_after_close_and_take_a_second_close() {
    FrozenEncoder encoder = MiniLm.open();
    encoder.encode("known");
    encoder.close();
    assertThatCode(encoder::close).doesNotThrowAnyException();
    assertThatThrownBy(() -> encoder.encode("known"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> encoder.similarity("known", "known"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void should_open_a_directory() throws IOException {
    Files.createDirectory(temp.resolve("onnx"));
    try (InputStream model = MiniLm.resource(MiniLm.MODEL);
        InputStream tokenizer = MiniLm.resource(MiniLm.TOKENIZER)) {
      Files.copy(model, temp.resolve("onnx/model.onnx"));
      Files.copy(tokenizer, temp.resolve("tokenizer.json"));
    }
    try (FrozenEncoder encoder = FrozenEncoder.open(temp)) {
      assertThat(encoder.fingerprint()).isEqualTo(MiniLm.shared().fingerprint());
      assertThat(encoder.encode("a")).isEqualTo(MiniLm.shared().encode("a"));
    }
    Files.delete(temp.resolve("tokenizer.json"));
    assertThatThrownBy(() -> FrozenEncoder.open(temp))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("[tokenizer.json, vocab.txt]");
  }

  @Test
  void should_refuse_what_is_no_encoder_with_the_reason() throws IOException {
    assertThatThrownBy(() -> open(new byte[] {1, 2, 3}))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("load an encoder of 3 bytes");
    GraphBuilder other = new GraphBuilder();
    Value x = other.input("x", ElementType.FLOAT, Shape.of(Dim.symbol("n")));
    other.output("y", other.add(x, x));
    assertThatThrownBy(() -> open(other.build()))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("has [x]")
        .hasMessageContaining("Maybe it is a decoder");
    GraphBuilder flat = new GraphBuilder();
    Shape ids = Shape.of(Dim.symbol("batch"), Dim.symbol("tokens"));
    Value input = flat.input("input_ids", ElementType.INT64, ids);
    Value mask = flat.input("attention_mask", ElementType.INT64, ids);
    flat.output("y", flat.add(input, mask));
    assertThatThrownBy(() -> open(flat.build()))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("Output (y)")
        .hasMessageContaining("Maybe export the model without its pooling");
    byte[] broken = "{\"model\": 1}".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(
            () ->
                FrozenEncoder.open(
                    new ByteArrayInputStream(flat.build()), new ByteArrayInputStream(broken)))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("model.type");
  }

  @Test
  void should_refuse_a_model_that_was_cut_short() throws IOException {
    try (InputStream model = MiniLm.resource(MiniLm.MODEL)) {
      byte[] half = model.readNBytes(11_000_000);
      assertThatThrownBy(() -> open(half))
          .isInstanceOf(RsiException.class)
          .hasMessageContaining("load an encoder of 11000000 bytes");
    }
  }

  /** A model that is not freed is 23 MB or more. */
  @Test
  @Tag("nightly")
  void should_give_its_memory_back() throws IOException {
    Path status = Path.of("/proc/self/status");
    assumeTrue(Files.exists(status), "skipped: only Linux tells a process its memory");
    List<Long> resident = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      try (FrozenEncoder encoder = MiniLm.open()) {
        encoder.encode("a text of no importance " + i);
      }
      System.gc();
      try (Stream<String> lines = Files.lines(status)) {
        resident.add(
            lines
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElseThrow());
      }
    }
    long growth =
        Collections.min(resident.subList(20, 30)) - Collections.min(resident.subList(5, 15));
    assertThat(growth).as("growth in MB over " + resident).isLessThan(23);
  }

  private static FrozenEncoder open(byte[] model) throws IOException {
    try (InputStream tokenizer = MiniLm.resource(MiniLm.TOKENIZER)) {
      return FrozenEncoder.open(new ByteArrayInputStream(model), tokenizer);
    }
  }
}
