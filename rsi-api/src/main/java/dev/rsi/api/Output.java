package dev.rsi.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What came of one attempt. Field terms: completion, response.
 *
 * @param kind whether there is a candidate, and if not, whose fault that is
 * @param candidate the model's answer; null unless the kind is CANDIDATE
 * @param failure why there is no candidate; null iff there is one
 * @param tokens how many tokens the model produced, 0 where it does not count them
 * @param text what a malformed answer says, as far as it is text; null where nobody knows, and
 *     unless the kind is MALFORMED
 * @param <C> candidate
 */
public record Output<C>(
    Kind kind, @Nullable C candidate, @Nullable String failure, int tokens, @Nullable String text) {

  /** Whether there is a candidate, and if not, whose fault that is. */
  public enum Kind {
    /** The model gave a candidate. */
    CANDIDATE,
    /**
     * The model gave something that is no candidate: it cannot be read, or has no end. That is a
     * wrong answer, and counts as FAIL.
     */
    MALFORMED,
    /**
     * The model gave nothing, through no fault of its own: a time-out, a lost connection. That says
     * nothing about the model, and counts as UNDECIDED.
     */
    FAILED
  }

  public Output {
    boolean has = kind == Kind.CANDIDATE;
    if (has != (candidate != null) || has != (failure == null)) {
      throw new IllegalArgumentException(
          "An output of kind ("
              + kind
              + ") cannot have the candidate ("
              + candidate
              + ") and the failure ("
              + failure
              + ").");
    }
    if (tokens < 0) {
      throw new IllegalArgumentException("tokens (" + tokens + ") must be >= 0.");
    }
    if (text != null && kind != Kind.MALFORMED) {
      throw new IllegalArgumentException(
          "Only a malformed output has a text, but one of kind (" + kind + ") has (" + text + ").");
    }
  }

  /** An output of whose text nobody knows. */
  public Output(Kind kind, @Nullable C candidate, @Nullable String failure, int tokens) {
    this(kind, candidate, failure, tokens, null);
  }

  /** An attempt that gave a candidate. */
  public static <C> Output<C> of(C candidate, int tokens) {
    Objects.requireNonNull(candidate, "candidate");
    return new Output<>(Kind.CANDIDATE, candidate, null, tokens);
  }

  /** An attempt that gave something that is no candidate, with the reason in words. */
  public static <C> Output<C> malformed(String failure, int tokens) {
    return new Output<>(Kind.MALFORMED, null, Objects.requireNonNull(failure, "failure"), tokens);
  }

  /**
   * An attempt that gave a text that is no candidate.
   *
   * @param text what it says
   * @param failure why it is none, in words
   */
  public static <C> Output<C> malformed(String text, String failure, int tokens) {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(failure, "failure");
    return new Output<>(Kind.MALFORMED, null, failure, tokens, text);
  }

  /** An attempt that gave nothing, through no fault of the model, with the reason in words. */
  public static <C> Output<C> failed(String failure, int tokens) {
    return new Output<>(Kind.FAILED, null, Objects.requireNonNull(failure, "failure"), tokens);
  }
}
