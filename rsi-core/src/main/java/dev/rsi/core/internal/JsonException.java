package dev.rsi.core.internal;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** What is wrong with a text or a value, and where in it, without the names of classes. */
public final class JsonException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String what;
  private final String path;

  JsonException(String what) {
    this(what, "", null);
  }

  private JsonException(String what, String path, @Nullable Throwable of) {
    super(what + (path.isEmpty() ? "" : ", at (" + path + ")"), of);
    this.what = what;
    this.path = path;
  }

  static JsonException of(JacksonException e) {
    return new JsonException(e.getOriginalMessage(), "", e);
  }

  /** A value that the constructor of its record does not take. */
  static JsonException refused(Throwable why) {
    return new JsonException("its values are refused: " + why.getMessage(), "", why);
  }

  /** The same, seen from what it lies in. */
  JsonException in(String step) {
    return new JsonException(what, path.isEmpty() ? step : step + "." + path, this);
  }
}
