package dev.rsi.api;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A model file that is damaged, truncated or of another kind. */
public final class CorruptModelException extends RsiException {
  private static final long serialVersionUID = 1;

  private final transient Path file;
  private final String field;

  /**
   * @param file the file at fault
   * @param field the part of it at fault, for example a tensor's name
   * @param expected what should stand there
   * @param found what stands there
   * @param cause what led to it, or null
   */
  public CorruptModelException(
      Path file, String field, String expected, String found, @Nullable Throwable cause) {
    super(
        "File ("
            + file
            + "), field ("
            + field
            + "): expected "
            + expected
            + ", found "
            + found
            + ".\nMaybe the file was cut short, changed by hand or written for another model.",
        cause);
    this.file = file;
    this.field = field;
  }

  /** The same without a cause. */
  public CorruptModelException(Path file, String field, String expected, String found) {
    this(file, field, expected, found, null);
  }

  /** The file at fault. */
  public Path file() {
    return file;
  }

  /** The part of the file at fault. */
  public String field() {
    return field;
  }
}
