package dev.rsi.api;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a part threw, made safe to keep, to show and to throw on: an error, a checked exception that
 * it did not declare, or an exception of its own, whose methods may do anything. It says what that
 * said of itself, once, and stands where that stood; what is thrown is data, whatever its kind.
 */
public final class PartException extends RsiException {
  private static final long serialVersionUID = 1;

  /** How many causes are looked at: a chain may be a ring. */
  private static final int CAUSES = 16;

  private PartException(Throwable thrown, int causes) {
    super(words(thrown), cause(thrown, causes), isRetryable(thrown), retryAfter(thrown));
    setStackTrace(trace(thrown));
  }

  /**
   * What is thrown on for something that a part threw: itself, if it is a runtime exception of the
   * JDK or of this library, whose methods are known; else an exception in its place. One that says
   * that the call was cancelled is taken for a failure like others: ask first whether it was.
   *
   * @throws VirtualMachineError if the part threw one, but for a stack that overflowed: the virtual
   *     machine itself is at its end, which is no part's failure
   */
  public static RuntimeException of(Throwable thrown) {
    if (thrown instanceof VirtualMachineError error && !(thrown instanceof StackOverflowError)) {
      throw error;
    }
    return thrown instanceof RuntimeException known
            && !(thrown instanceof CancelledException)
            && isKnown(thrown, CAUSES)
        ? known
        : new PartException(thrown, CAUSES);
  }

  /**
   * The same for one of several that a call is about: what is retryable is thrown on, as the whole
   * call may succeed later, and is made again.
   */
  static RuntimeException ofOne(Throwable thrown) {
    RuntimeException made = of(thrown);
    if (made instanceof RsiException rsi && rsi.retryable()) {
      throw rsi;
    }
    return made;
  }

  /** To say that a call was cancelled which nobody cancelled promises nothing. */
  private static @Nullable Duration retryAfter(Throwable thrown) {
    return thrown instanceof RsiException rsi ? rsi.retryAfter().orElse(null) : null;
  }

  /** Whether its methods, and those of all that it carries, are the JDK's or this library's. */
  private static boolean isKnown(Throwable thrown, int causes) {
    String home = thrown.getClass().getPackageName();
    if (home.startsWith("dev.rsi.core.")) {
      return true;
    }
    ClassLoader loader = thrown.getClass().getClassLoader();
    boolean platform = loader == null || loader == ClassLoader.getPlatformClassLoader();
    if (causes == 0 || !(platform || home.equals("dev.rsi.api"))) {
      return false;
    }
    for (Throwable suppressed : thrown.getSuppressed()) {
      if (!isKnown(suppressed, causes - 1)) {
        return false;
      }
    }
    Throwable cause = thrown.getCause();
    return cause == null || isKnown(cause, causes - 1);
  }

  /** Whoever says that a call was cancelled which was not will say so again. */
  private static boolean isRetryable(Throwable thrown) {
    return thrown instanceof RsiException failed
        && failed.retryable()
        && !(failed instanceof CancelledException);
  }

  private static String words(Throwable thrown) {
    String name = thrown.getClass().getName();
    try {
      String words = thrown.toString();
      return words == null ? name : words;
    } catch (Throwable e) {
      return name + ", which cannot say why";
    }
  }

  private static @Nullable Throwable cause(Throwable thrown, int causes) {
    try {
      Throwable cause = thrown.getCause();
      return cause == null || causes == 0 ? null : new PartException(cause, causes - 1);
    } catch (Throwable e) {
      return null;
    }
  }

  private static StackTraceElement[] trace(Throwable thrown) {
    try {
      StackTraceElement[] trace = thrown.getStackTrace().clone();
      for (StackTraceElement element : trace) {
        if (element == null) {
          return new StackTraceElement[0];
        }
      }
      return trace;
    } catch (Throwable e) {
      return new StackTraceElement[0];
    }
  }

  /** What the part's exception said of itself. */
  @Override
  @SuppressWarnings("OverrideThrowableToString")
  public String toString() {
    return String.valueOf(getMessage());
  }
}
