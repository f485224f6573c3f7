package dev.rsi.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something a model may learn from: a task, a candidate for it, and what was found about it.
 *
 * @param task the task
 * @param candidate the candidate
 * @param verdict the verifier's ruling
 * @param critique the critic's grade; null where no critic was asked
 * @param level difficulty of the task, 1 or more, as its {@link TaskSource} counts
 * @param generation the generation that made it, 1 or more; 0 for lessons that were given at start
 * @param weight how often it should be met in training relative to other lessons of the same
 *     request; positive and finite
 * @param <T> task
 * @param <C> candidate
 */
public record Lesson<T, C>(
    T task,
    C candidate,
    Verdict verdict,
    @Nullable Critique critique,
    int level,
    int generation,
    double weight) {

  public Lesson {
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(candidate, "candidate");
    Objects.requireNonNull(verdict, "verdict");
    if (level < 1) {
      throw new IllegalArgumentException("level (" + level + ") must be >= 1.");
    }
    if (generation < 0) {
      throw new IllegalArgumentException("generation (" + generation + ") must be >= 0.");
    }
    if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("weight (" + weight + ") must be positive and finite.");
    }
  }

  /** A lesson known to be right from the start: a PASS of generation 0 with weight 1. */
  public static <T, C> Lesson<T, C> given(T task, C candidate, int level) {
    return new Lesson<>(task, candidate, Verdict.pass(), null, level, 0, 1);
  }

  /** The same lesson with another weight. */
  public Lesson<T, C> withWeight(double newWeight) {
    return new Lesson<>(task, candidate, verdict, critique, level, generation, newWeight);
  }
}
