package dev.rsi.lm.token;

import dev.rsi.api.CorruptModelException;
import java.nio.file.Path;

/** A part of a tokenizer that cannot be; whoever knows the file says so. */
final class BadPart extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String field;
  private final String expected;
  private final String found;

  BadPart(String field, String expected, String found) {
    super(field + ": expected " + expected + ", found " + found, null, false, false);
    this.field = field;
    this.expected = expected;
    this.found = found;
  }

  CorruptModelException in(Path file) {
    return new CorruptModelException(file, field, expected, found, this);
  }
}
