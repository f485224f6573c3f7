package dev.rsi.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * One training asked for.
 *
 * @param base the version to start from; to be read only
 * @param lessons what to learn from, at least one unless there are attempts, all of verdict PASS
 * @param attempts for a trainer that {@link Trainer#contrasts}: every attempt of the generation
 *     that was decided, PASS and FAIL, repeats included, in the order in which they were made.
 *     Score times weight says how good one is. Empty for any other trainer
 * @param recipe how
 * @param seed all the randomness of the training
 * @param workDirectory an empty directory for the artifact and nothing else
 * @param <T> task
 * @param <C> candidate
 */
public record TrainingRequest<T, C>(
    ModelVersion base,
    List<Lesson<T, C>> lessons,
    List<Lesson<T, C>> attempts,
    Recipe recipe,
    long seed,
    Path workDirectory) {

  public TrainingRequest {
    Objects.requireNonNull(base, "base");
    Objects.requireNonNull(recipe, "recipe");
    Objects.requireNonNull(workDirectory, "workDirectory");
    lessons = List.copyOf(lessons);
    attempts = List.copyOf(attempts);
    if (lessons.isEmpty() && attempts.isEmpty()) {
      throw new IllegalArgumentException("Training needs at least one lesson.");
    }
    for (Lesson<T, C> lesson : lessons) {
      if (!lesson.verdict().passed()) {
        throw new IllegalArgumentException(
            "Only lessons with verdict PASS may train, but one has " + lesson.verdict() + ".");
      }
    }
    for (Lesson<T, C> attempt : attempts) {
      if (attempt.verdict().outcome() == Verdict.Outcome.UNDECIDED) {
        throw new IllegalArgumentException(
            "Only attempts that were decided may train, but one has " + attempt.verdict() + ".");
      }
    }
  }

  /** A training on lessons alone. */
  public TrainingRequest(
      ModelVersion base, List<Lesson<T, C>> lessons, Recipe recipe, long seed, Path workDirectory) {
    this(base, lessons, List.of(), recipe, seed, workDirectory);
  }
}
