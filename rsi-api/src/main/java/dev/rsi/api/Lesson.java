package dev.rsi.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that passed, with its weight in training. Field terms: training example,
 * demonstration.
 *
 * @param attempt what a model may learn from, of verdict PASS
 * @param weight how often it should be met in training relative to other lessons of the same
 *     request; positive and finite
 * @param <T> task
 * @param <C> candidate
 */
public record Lesson<T, C>(Attempt<T, C> attempt, double weight) {

  public Lesson {
    if (!attempt.passed()) {
      throw new IllegalArgumentException(
          "Only an attempt with verdict PASS is a lesson, but this one has "
              + attempt.verdict()
              + ".\nMaybe it is for a trainer that learns from attempts: TrainingRequest has those apart.");
    }
    if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("weight (" + weight + ") must be positive and finite.");
    }
  }

  /** A lesson known to be right from the start, where tasks have no levels. */
  public static <T, C> Lesson<T, C> given(T task, C candidate) {
    return given(task, candidate, 1);
  }

  /** A lesson known to be right from the start: a PASS of generation 0 with weight 1. */
  public static <T, C> Lesson<T, C> given(T task, C candidate, int level) {
    Attempt<T, C> known = Attempt.of(task, Output.of(candidate, 0), level, 0, 0);
    return new Lesson<>(known.ruled(Verdict.pass()), 1);
  }

  /** The same lesson with another weight. */
  public Lesson<T, C> withWeight(double newWeight) {
    return new Lesson<>(attempt, newWeight);
  }

  /** The task attempted. */
  public T task() {
    return attempt.task();
  }

  /** The right answer to it. */
  public C candidate() {
    return Objects.requireNonNull(attempt.candidate());
  }

  /** The verifier's ruling, a PASS. */
  public Verdict verdict() {
    return attempt.verdict();
  }

  /** The critic's grade; null where no critic was asked. */
  public @Nullable Critique critique() {
    return attempt.critique();
  }

  /** Difficulty of the task, 1 or more, as its {@link TaskSource} counts. */
  public int level() {
    return attempt.level();
  }

  /** The generation that made it, 1 or more; 0 for lessons that were given at start. */
  public int generation() {
    return attempt.generation();
  }
}
