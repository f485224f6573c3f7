package dev.rsi.core.registry;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.RsiException;
import dev.rsi.core.internal.Json;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes and reads the JSON files of a registry. */
final class RegistryFiles {
  /** The format of what is written; every format up to it is read. */
  static final int FORMAT = 1;

  /** The most bytes of a file: a manifest of 100,000 files has no more. */
  private static final int MAX_BYTES = 16 << 20;

  private final JsonMapper json = Json.mapper();

  byte[] write(Object value) {
    return json.writerWithDefaultPrettyPrinter().writeValueAsBytes(value);
  }

  <V> V read(Path file, Class<V> type) throws IOException {
    byte[] bytes;
    try (FileInputStream in = new FileInputStream(file.toFile())) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    if (bytes.length > MAX_BYTES) {
      throw new CorruptModelException(file, "(size)", "at most " + MAX_BYTES + " bytes", "more");
    }
    try {
      JsonNode tree = json.readTree(bytes);
      JsonNode stated = tree.path("format");
      int format = stated.asInt(0);
      if (format > FORMAT) {
        throw new RsiException(
            "File ("
                + file
                + ") is of format ("
                + format
                + "), and this version of rsi reads formats up to ("
                + FORMAT
                + ").\nMaybe a newer rsi wrote it: use that one.");
      }
      if (format < 1) {
        throw new CorruptModelException(
            file,
            "format",
            "a number from 1 to " + FORMAT,
            stated.isMissingNode() ? "nothing" : stated.toString());
      }
      if (type == Manifest.class && !tree.has("place")) {
        ((ObjectNode) tree).putNull("place");
      }
      return json.treeToValue(tree, type);
    } catch (JacksonException e) {
      throw new CorruptModelException(
          file, "JSON", "a " + type.getSimpleName(), Json.explain(e), e);
    }
  }
}
