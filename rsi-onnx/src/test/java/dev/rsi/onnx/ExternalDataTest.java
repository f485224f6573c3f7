package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Codec;
import dev.rsi.api.CorruptModelException;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models whose weights are in files of their own. */
class ExternalDataTest {
  private static final String VOCABULARY = "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\n";

  @TempDir Path temp;
  private Path directory;

  @BeforeEach
  void write() throws IOException {
    directory = Files.createDirectory(temp.resolve("encoder"));
    Files.writeString(directory.resolve("vocab.txt"), VOCABULARY);
  }

  /** An embedding of six tokens in two dimensions, whose table is in a file. */
  private static byte[] model(String location) {
    Wire table = new Wire();
    for (long dim : new long[] {6, 2}) {
      table.number(1, dim);
    }
    table.number(2, 1).text(8, "table");
    table.message(13, new Wire().text(1, "location").text(2, location));
    table.number(14, 1);
    Wire gather = new Wire().text(1, "table").text(1, "input_ids").text(2, "y").text(4, "Gather");
    Wire graph =
        new Wire()
            .message(1, gather)
            .text(2, "g")
            .message(5, table)
            .message(11, tensor("input_ids", 7, "b", "t"))
            .message(11, tensor("attention_mask", 7, "b", "t"))
            .message(12, tensor("y", 1, "b", "t", "d"));
    return new Wire()
        .number(1, 8)
        .message(7, graph)
        .message(8, new Wire().text(1, "").number(2, 13))
        .toBytes();
  }

  private static Wire tensor(String name, int type, String... dims) {
    Wire shape = new Wire();
    for (String dim : dims) {
      shape.message(1, new Wire().text(2, dim));
    }
    Wire tensor = new Wire().number(1, type).message(2, shape);
    return new Wire().text(1, name).message(2, new Wire().message(1, tensor));
  }

  private static byte[] table(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 12; i++) {
      bytes.putFloat(values[i % values.length]);
    }
    return bytes.array();
  }

  @Test
  void should_take_weights_beside_the_model_and_know_it_by_them() throws IOException {
    Files.write(directory.resolve("model.onnx"), model("w.bin"));
    Files.write(directory.resolve("w.bin"), table(3, 4));
    String before;
    try (FrozenEncoder encoder = FrozenEncoder.open(directory)) {
      before = encoder.fingerprint();
      assertThat(encoder.encode("a")).containsExactly(.6f, .8f);
    }
    Files.write(directory.resolve("w.bin"), table(4, 3));
    try (FrozenEncoder encoder = FrozenEncoder.open(directory)) {
      assertThat(encoder.fingerprint()).isNotEqualTo(before);
      assertThat(encoder.encode("a")).containsExactly(.8f, .6f);
    }
  }

  @Test
  void should_take_weights_from_nowhere_else() throws IOException {
    Files.write(temp.resolve("w.bin"), table(3, 4));
    Path link = directory.resolve("link.bin");
    Files.createSymbolicLink(link, temp.resolve("w.bin"));
    for (String location :
        List.of("../w.bin", temp.resolve("w.bin").toString(), "link.bin", "missing.bin", "", ".")) {
      Files.write(directory.resolve("model.onnx"), model(location));
      assertThatThrownBy(() -> FrozenEncoder.open(directory))
          .as(location)
          .isInstanceOf(CorruptModelException.class)
          .hasMessageContaining("external_data.location");
      assertThatThrownBy(() -> ExternalData.check(directory.resolve("model.onnx")))
          .as(location)
          .isInstanceOf(CorruptModelException.class);
    }
    // A stream has no directory, and the working directory is none of the model's.
    byte[] vocabulary = VOCABULARY.getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(
            () ->
                FrozenEncoder.open(
                    new ByteArrayInputStream(model("pom.xml")),
                    new ByteArrayInputStream(vocabulary)))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("[pom.xml]");
  }

  @Test
  void should_find_weights_in_graphs_of_graphs() {
    Wire tensor = new Wire().message(13, new Wire().text(1, "location").text(2, "deep"));
    Wire inner = new Wire().message(5, tensor);
    for (int depth = 0; depth < 10; depth++) {
      Wire attribute = new Wire().message(6, inner);
      inner = new Wire().message(1, new Wire().message(5, attribute));
    }
    byte[] model = new Wire().message(7, inner).toBytes();
    assertThat(ExternalData.locations(ByteBuffer.wrap(model))).containsExactly("deep");
  }

  /** The states of "b" are infinite, so it has no embedding. */
  @Test
  void should_fail_only_the_text_that_the_encoder_cannot_take() throws IOException {
    Files.write(directory.resolve("model.onnx"), model("w.bin"));
    byte[] table = table(3, 4);
    ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN).putFloat(40, Float.POSITIVE_INFINITY);
    Files.write(directory.resolve("w.bin"), table);
    try (FrozenEncoder encoder = FrozenEncoder.open(directory)) {
      HeadTrainer<String, String> trainer = HeadTrainer.of(encoder, Codec.text());
      Path head = Files.createDirectory(temp.resolve("head"));
      trainer.writeClassifier(head, List.of("x", "y"));
      ModelVersion version = new ModelVersion("0".repeat(64), head);
      try (var session = trainer.generator().open(version)) {
        List<Output<String>> outputs =
            session.generate(
                List.of(new Request<>("a", 1), new Request<>("b", 2), new Request<>("a", 3)),
                RunContext.standalone());
        assertThat(outputs)
            .extracting(Output::kind)
            .containsExactly(Output.Kind.CANDIDATE, Output.Kind.FAILED, Output.Kind.CANDIDATE);
      }
    }
  }
}
