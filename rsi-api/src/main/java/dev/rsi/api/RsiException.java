package dev.rsi.api;

import org.jspecify.annotations.Nullable;

/** Work that failed. The root of this library's exceptions; misuse throws the JDK's own instead. */
public class RsiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean retryable;

  /**
   * @param message what failed, with names and values in parentheses, and the way out
   * @param cause what led to it, or null
   * @param retryable whether the same call may succeed later without a change
   */
  public RsiException(String message, @Nullable Throwable cause, boolean retryable) {
    super(message, cause);
    this.retryable = retryable;
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
}
