package dev.rsi.core.verify;

import dev.rsi.api.Labelled;
import dev.rsi.api.Verifier;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * Makes verifiers. All of them are immutable and thread-safe if what they are given is. Field
 * terms: exact match, self-consistency.
 */
public final class Verifiers {
  private Verifiers() {}

  /**
   * Right means equal to the one right answer.
   *
   * @param expected gives the right answer to a task
   */
  public static <T, C> Verifier<T, C> exact(Function<? super T, ? extends C> expected) {
    Objects.requireNonNull(expected, "expected");
    return new Exact<>(expected);
  }

  /**
   * Right means equal to the task's label. The reason of a FAIL names the label, and so does the
   * record of the run; a trainer that learns from attempts reads it.
   */
  public static <I, C> Verifier<Labelled<I, C>, C> labels() {
    return new Exact<>(Labelled::label);
  }

  /**
   * Right means that most of the model's own attempts agree: for tasks whose answers nobody knows.
   * It needs several samples per task (see {@code Practice.samples}) that do not all fail alike.
   *
   * <p>A well-formed candidate passes if at least {@code needed} candidates of its task are equal
   * to it and they are more than half of all; its score is its share. Where no candidate passes,
   * all well-formed ones are UNDECIDED. Malformed ones FAIL, and so do those that were outvoted. A
   * vote measures agreement, not truth: watch its precision, as a model that is wrong the same way
   * every time agrees with itself.
   *
   * <p>Attempts that gave no candidate, or a malformed output, have no voice: {@code needed} is a
   * count and not a share, so that they can only make a vote harder to carry.
   *
   * @param needed how many equal candidates carry a vote, 2 or more
   * @param wellFormed whether a candidate could be an answer to the task at all, for example has
   *     the right length
   */
  public static <T, C> Verifier<T, C> majority(
      int needed, BiPredicate<? super T, ? super C> wellFormed) {
    return new MajorityVote<>(needed, wellFormed);
  }
}
