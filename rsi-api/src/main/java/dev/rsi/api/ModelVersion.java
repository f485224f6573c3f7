package dev.rsi.api;

import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * An immutable stored version of a model. Field term: checkpoint.
 *
 * @param id the SHA-256 of its content, 64 lower-case hexadecimal digits; given by the registry
 * @param directory where its files lie, to be read only
 */
public record ModelVersion(String id, Path directory) {
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

  public ModelVersion {
    Objects.requireNonNull(directory, "directory");
    if (!SHA_256.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "id (" + id + ") is not a SHA-256 in lower-case hexadecimal digits.");
    }
  }

  /** The first twelve digits of the id, for people. */
  public String shortId() {
    return id.substring(0, 12);
  }
}
