package dev.rsi.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What came of one attempt. Field terms: completion, response.
 *
 * @param kind whether there is a candidate, and if not, whose fault that is
 * @param candidate the model's answer; null unless the kind is CANDIDATE
 * @param failure why there is no candidate; null iff there is one
 * @param cost what the model read and wrote for it, and what that was charged, as far as it counts
 * @param text what a malformed answer says, as far as it is text; null where nobody knows, and
 *     unless the kind is MALFORMED
 * @param <C> candidate
 */
public record Output<C>(
    Kind kind, @Nullable C candidate, @Nullable String failure, Cost cost, @Nullable String text) {

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
    Objects.requireNonNull(cost, "cost");
    if (text != null && kind != Kind.MALFORMED) {
      throw new IllegalArgumentException(
          "Only a malformed output has a text, but one of kind (" + kind + ") has (" + text + ").");
    }
  }

  /** An output for which the model wrote so many tokens. */
  public Output(
      Kind kind,
      @Nullable C candidate,
      @Nullable String failure,
      int tokens,
      @Nullable String text) {
    this(kind, candidate, failure, new Cost(0, tokens), text);
  }

  /** An output for which the model wrote so many tokens, of whose text nobody knows. */
  public Output(Kind kind, @Nullable C candidate, @Nullable String failure, int tokens) {
    this(kind, candidate, failure, tokens, null);
  }

  /**
   * How many tokens the model wrote, 0 where it does not count them; {@link Integer#MAX_VALUE}
   * stands for any number beyond it.
   */
  public int tokens() {
    return (int) Math.min(Integer.MAX_VALUE, cost.tokensOut());
  }

  /** An attempt that gave a candidate, at a cost. */
  public static <C> Output<C> of(C candidate, Cost cost) {
    Objects.requireNonNull(candidate, "candidate");
    return new Output<>(Kind.CANDIDATE, candidate, null, cost, null);
  }

  /** An attempt that gave a candidate of so many tokens. */
  public static <C> Output<C> of(C candidate, int tokens) {
    return of(candidate, new Cost(0, tokens));
  }

  /** An attempt that gave something that is no candidate, with the reason in words, at a cost. */
  public static <C> Output<C> malformed(String failure, Cost cost) {
    Objects.requireNonNull(failure, "failure");
    return new Output<>(Kind.MALFORMED, null, failure, cost, null);
  }

  /** An attempt that gave so many tokens that are no candidate, with the reason in words. */
  public static <C> Output<C> malformed(String failure, int tokens) {
    return malformed(failure, new Cost(0, tokens));
  }

  /**
   * An attempt that gave a text that is no candidate, at a cost.
   *
   * @param text what it says
   * @param failure why it is none, in words
   */
  public static <C> Output<C> malformed(String text, String failure, Cost cost) {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(failure, "failure");
    return new Output<>(Kind.MALFORMED, null, failure, cost, text);
  }

  /**
   * An attempt that gave a text of so many tokens that is no candidate.
   *
   * @param text what it says
   * @param failure why it is none, in words
   */
  public static <C> Output<C> malformed(String text, String failure, int tokens) {
    return malformed(text, failure, new Cost(0, tokens));
  }

  /** An attempt that gave nothing, through no fault of the model, with the reason, at a cost. */
  public static <C> Output<C> failed(String failure, Cost cost) {
    Objects.requireNonNull(failure, "failure");
    return new Output<>(Kind.FAILED, null, failure, cost, null);
  }

  /** An attempt that gave nothing, through no fault of the model, with the reason in words. */
  public static <C> Output<C> failed(String failure, int tokens) {
    return failed(failure, new Cost(0, tokens));
  }
}
