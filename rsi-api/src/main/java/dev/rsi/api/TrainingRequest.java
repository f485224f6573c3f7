package dev.rsi.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * One training asked for. Field term: training job.
 *
 * @param base the version to start from; to be read only
 * @param lessons what to imitate: attempts that passed, with weights; at least one unless there are
 *     attempts
 * @param attempts what to compare, for a trainer that {@link Trainer#contrasts}: the attempts of
 *     the generation that have a candidate and were decided, PASS and FAIL, repeats included, in
 *     the order in which the model made them; those without a grade, or of grade 0, are left out.
 *     {@link Attempt#reward} says how good one is. Empty for any other trainer
 * @param recipe how
 * @param seed all the randomness of the training
 * @param workDirectory an empty directory for the artifact and nothing else
 * @param <T> task
 * @param <C> candidate
 */
public record TrainingRequest<T, C>(
    ModelVersion base,
    List<Lesson<T, C>> lessons,
    List<Attempt<T, C>> attempts,
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
    for (Attempt<T, C> attempt : attempts) {
      if (!attempt.decided()) {
        throw new IllegalArgumentException(
            "Only attempts that were decided may train, but one has " + attempt.verdict() + ".");
      }
      if (attempt.candidate() == null) {
        throw new IllegalArgumentException(
            "Only attempts with a candidate may train, but one has " + attempt.output() + ".");
      }
    }
  }

  /** A training on lessons alone. */
  public TrainingRequest(
      ModelVersion base, List<Lesson<T, C>> lessons, Recipe recipe, long seed, Path workDirectory) {
    this(base, lessons, List.of(), recipe, seed, workDirectory);
  }
}
