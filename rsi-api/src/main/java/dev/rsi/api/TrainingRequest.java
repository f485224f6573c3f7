package dev.rsi.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * One training asked for.
 *
 * @param base the version to start from; to be read only
 * @param lessons what to learn from, at least one, all of verdict PASS
 * @param recipe how
 * @param seed all the randomness of the training
 * @param workDirectory an empty directory for the artifact and nothing else
 * @param <T> task
 * @param <C> candidate
 */
public record TrainingRequest<T, C>(
    ModelVersion base, List<Lesson<T, C>> lessons, Recipe recipe, long seed, Path workDirectory) {

  public TrainingRequest {
    Objects.requireNonNull(base, "base");
    Objects.requireNonNull(recipe, "recipe");
    Objects.requireNonNull(workDirectory, "workDirectory");
    lessons = List.copyOf(lessons);
    if (lessons.isEmpty()) {
      throw new IllegalArgumentException("Training needs at least one lesson.");
    }
    for (Lesson<T, C> lesson : lessons) {
      if (!lesson.verdict().passed()) {
        throw new IllegalArgumentException(
            "Only lessons with verdict PASS may train, but one has " + lesson.verdict() + ".");
      }
    }
  }
}
