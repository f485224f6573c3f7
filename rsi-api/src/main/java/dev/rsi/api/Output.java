package dev.rsi.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What came of one attempt: a candidate, or the reason why there is none.
 *
 * @param candidate the model's answer; null iff the attempt failed
 * @param failure why there is no candidate; null iff there is one
 * @param tokens how many tokens the model produced, 0 where it does not count them
 * @param <C> candidate
 */
public record Output<C>(@Nullable C candidate, @Nullable String failure, int tokens) {

  public Output {
    if ((candidate == null) == (failure == null)) {
      throw new IllegalArgumentException(
          "An output has either a candidate or a failure, but got candidate ("
              + candidate
              + ") and failure ("
              + failure
              + ").");
    }
    if (tokens < 0) {
      throw new IllegalArgumentException("tokens (" + tokens + ") must be >= 0.");
    }
  }

  /** An attempt that gave a candidate. */
  public static <C> Output<C> of(C candidate, int tokens) {
    return new Output<>(Objects.requireNonNull(candidate, "candidate"), null, tokens);
  }

  /** An attempt that gave none, with the reason in words. */
  public static <C> Output<C> failed(String failure, int tokens) {
    return new Output<>(null, Objects.requireNonNull(failure, "failure"), tokens);
  }
}
