package dev.rsi.api;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Work that failed. The root of this library's exceptions; misuse throws the JDK's own instead. */
public class RsiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean retryable;
  private final @Nullable Duration retryAfter;

  /**
   * @param message what failed, with names and values in parentheses, and the way out
   * @param cause what led to it, or null
   * @param retryable whether the same call may succeed later without a change
   */
  public RsiException(String message, @Nullable Throwable cause, boolean retryable) {
    this(message, cause, retryable, null);
  }

  RsiException(
      String message, @Nullable Throwable cause, boolean retryable, @Nullable Duration retryAfter) {
    super(message, cause);
    this.retryable = retryable;
    this.retryAfter = retryAfter;
  }

  /**
   * A failure that a retry may cure, but not before some time: what a server that turns a call away
   * asks for. Field term: the HTTP header Retry-After.
   *
   * @param message what failed, with names and values in parentheses, and the way out
   * @param cause what led to it, or null
   * @param retryAfter how long to wait before the same call, zero or more
   */
  public RsiException(String message, @Nullable Throwable cause, Duration retryAfter) {
    this(message, cause, true, retryAfter);
    if (retryAfter.isNegative()) {
      throw new IllegalArgumentException("retryAfter (" + retryAfter + ") must be >= 0.");
    }
  }

  /** A failure that a retry will not cure. */
  public RsiException(String message) {
    this(message, null, false);
  }

  /** A failure that a retry will not cure, with its cause. */
  public RsiException(String message, @Nullable Throwable cause) {
    this(message, cause, false);
  }

  /** Whether the same call may succeed later without a change. */
  public final boolean retryable() {
    return retryable;
  }

  /** How long to wait before the same call, where whoever turned it away said so. */
  public final Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
