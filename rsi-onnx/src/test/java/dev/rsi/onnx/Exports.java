package dev.rsi.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.rsi.api.ModelVersion;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.ModelDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** Directories of exported models, for tests. */
final class Exports {
  static final String MODEL = "model.onnx";

  private Exports() {}

  /** Our own export in place of the weights. */
  static void own(Path directory, DecoderModel model) {
    ModelDirectory.write(directory, model);
    OnnxGenerator.export(
        new ModelVersion("a".repeat(64), directory), directory.resolve(MODEL), Map.of());
    try {
      Files.delete(directory.resolve("model.safetensors"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What Optimum made of a tiny random model (benchmarks/peers/onnx-export). */
  static void optimum(String name, Path directory) {
    for (String file : List.of("config.json", "tokenizer.json", MODEL)) {
      try (InputStream in = resource(name, file)) {
        Files.copy(in, directory.resolve(file));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static InputStream resource(String name, String file) {
    return Objects.requireNonNull(
        Exports.class.getResourceAsStream("optimum/" + name + "/" + file), name);
  }

  /** Changes the model of a directory. */
  static void change(Path directory, Consumer<ModelProto.Builder> change) throws IOException {
    Path file = directory.resolve(MODEL);
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(file)).toBuilder();
    change.accept(model);
    Files.write(file, model.build().toByteArray());
  }

  /** Moves the weights of a directory's model to a file beside it. */
  static void externalise(Path directory, String data) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    change(
        directory,
        model -> {
          for (TensorProto.Builder tensor : model.getGraphBuilder().getInitializerBuilderList()) {
            byte[] raw = tensor.getRawData().toByteArray();
            if (raw.length >= 64) {
              tensor
                  .clearRawData()
                  .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                  .addExternalData(entry("location", data))
                  .addExternalData(entry("offset", String.valueOf(all.size())))
                  .addExternalData(entry("length", String.valueOf(raw.length)));
              all.writeBytes(raw);
            }
          }
        });
    Files.write(directory.resolve(data), all.toByteArray());
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
