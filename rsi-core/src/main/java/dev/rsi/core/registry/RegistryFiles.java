package dev.rsi.core.registry;

import com.google.common.primitives.Ints;
import dev.rsi.api.CorruptModelException;
import dev.rsi.api.RsiException;
import dev.rsi.core.internal.Json;
import dev.rsi.core.internal.JsonException;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;

/** Writes and reads the JSON files of a registry. */
final class RegistryFiles {
  /** The format of what is written; every format up to it is read. */
  static final int FORMAT = 1;

  /** The most bytes of a file: a manifest of 100,000 files has no more. */
  private static final int MAX_BYTES = 16 << 20;

  byte[] write(Object value) {
    return Json.writeIndented(value);
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
      String stated = Json.field(bytes, "format");
      Integer number = stated == null ? null : Ints.tryParse(stated);
      int format = number == null ? 0 : number;
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
            file, "format", "a number from 1 to " + FORMAT, stated == null ? "nothing" : stated);
      }
      return Json.read(bytes, type);
    } catch (JsonException e) {
      throw new CorruptModelException(
          file, "JSON", "a " + type.getSimpleName(), String.valueOf(e.getMessage()), e);
    }
  }
}
