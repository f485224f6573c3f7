package dev.rsi.core.internal.calls;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What came of one call.
 *
 * @param kind whether it gave something, and if not, why
 * @param value what it gave; null unless it gave something, and also where it gave null
 * @param thrown what it threw, as {@link dev.rsi.api.PartException#of} has it; null unless it threw
 */
public record Answer<R>(Kind kind, @Nullable R value, @Nullable RuntimeException thrown) {

  /** Whether a call gave something. */
  public enum Kind {
    /** It gave something, or null. */
    GIVEN,
    /** It threw, whatever it threw. */
    THREW,
    /** It took longer than its limit, and was cut. */
    LATE
  }

  static <R> Answer<R> given(@Nullable R value) {
    return new Answer<>(Kind.GIVEN, value, null);
  }

  static <R> Answer<R> threw(RuntimeException thrown) {
    return new Answer<>(Kind.THREW, null, Objects.requireNonNull(thrown));
  }

  static <R> Answer<R> late() {
    return new Answer<>(Kind.LATE, null, null);
  }
}
