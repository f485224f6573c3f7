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
 * @param attempts what it {@linkplain Trainer#learnsFrom learns from} beside lessons: attempts of
 *     the generation that were decided, PASS and FAIL, repeats included, in the order in which the
 *     model made them. A trainer that learns from contrasts gets those that have a candidate,
 *     without those of grade 0; {@link Attempt#reward} says how good one is. One that learns from
 *     all attempts gets malformed ones too, of which {@link Output#text} and the verdict's reason
 *     tell. Empty for any other trainer
 * @param recipe how
 * @param seed all the randomness of the training
 * @param workDirectory an empty directory for the artifact and nothing else
 * @param earlier what became of this run's earlier proposals, oldest first, from its record: the
 *     last {@value #MOST_EARLIER} of them
 * @param proposal which of the generation's {@linkplain Trainer#proposals proposals} it is to make,
 *     from 1
 * @param <T> task
 * @param <C> candidate
 */
public record TrainingRequest<T, C>(
    ModelVersion base,
    List<Lesson<T, C>> lessons,
    List<Attempt<T, C>> attempts,
    Recipe recipe,
    long seed,
    Path workDirectory,
    List<Proposal> earlier,
    int proposal) {

  /** How many earlier proposals are told of at most. */
  public static final int MOST_EARLIER = 256;

  public TrainingRequest {
    Objects.requireNonNull(base, "base");
    Objects.requireNonNull(recipe, "recipe");
    Objects.requireNonNull(workDirectory, "workDirectory");
    if (proposal < 1) {
      throw new IllegalArgumentException("proposal (" + proposal + ") must be >= 1.");
    }
    lessons = List.copyOf(lessons);
    attempts = List.copyOf(attempts);
    earlier = List.copyOf(earlier);
    if (lessons.isEmpty() && attempts.isEmpty()) {
      throw new IllegalArgumentException("Training needs at least one lesson.");
    }
    for (Attempt<T, C> attempt : attempts) {
      if (!attempt.decided()) {
        throw new IllegalArgumentException(
            "Only attempts that were decided may train, but one has " + attempt.verdict() + ".");
      }
    }
  }

  /** A first training of a run. */
  public TrainingRequest(
      ModelVersion base,
      List<Lesson<T, C>> lessons,
      List<Attempt<T, C>> attempts,
      Recipe recipe,
      long seed,
      Path workDirectory) {
    this(base, lessons, attempts, recipe, seed, workDirectory, List.of(), 1);
  }

  /** A first training on lessons alone. */
  public TrainingRequest(
      ModelVersion base, List<Lesson<T, C>> lessons, Recipe recipe, long seed, Path workDirectory) {
    this(base, lessons, List.of(), recipe, seed, workDirectory);
  }
}
