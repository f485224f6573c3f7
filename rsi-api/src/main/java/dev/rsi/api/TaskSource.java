package dev.rsi.api;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A supply of practice tasks: endless and drawn at random, or a list. Tasks may be sorted by
 * difficulty, in levels of which 1 is the easiest: the loop measures how far the model can go and
 * practises there. Where nothing is known of difficulty there is one level, and nobody hears of it.
 * Field terms: curriculum, task sampler, training set.
 *
 * <p>Implementations must be thread-safe and draw from {@code random} alone, so that a run can be
 * repeated from its seed.
 *
 * @param <T> task
 */
public interface TaskSource<T> extends Described {

  /**
   * Tasks of which nothing is known but what they are. A generation practises each of them once at
   * most; generation after generation goes through the list, and begins again when all have been
   * practised, each time in another order (field terms: epoch, sampling without replacement). The
   * order depends on the run's seed and on the tasks' texts, not on the order of the list.
   *
   * @param tasks at least one, none of them twice. Those that are probes or exam tasks, or near a
   *     probe, are left out, and the report says how many
   * @throws IllegalArgumentException if there is none, or a task stands there twice
   */
  static <T> TaskSource<T> of(List<? extends T> tasks) {
    return new ListSource<>(List.of(tasks));
  }

  /**
   * Tasks sorted by difficulty, of which each level is practised as in {@link #of}.
   *
   * @param levels the tasks of each level, level 1 first
   * @throws IllegalArgumentException if there is no level, one has no task, or a task stands there
   *     twice
   */
  static <T> TaskSource<T> ofLevels(List<? extends List<? extends T>> levels) {
    return new ListSource<>(levels);
  }

  /** The hardest level there is, 1 or more. Always the same. */
  int levels();

  /**
   * Draws a task.
   *
   * @param level in [1, {@link #levels()}]
   * @param random the only source of randomness allowed
   */
  T draw(int level, RandomGenerator random);

  /**
   * All tasks of a level, where they are a list: the loop then goes through it and draws none.
   * Always the same.
   *
   * @param level in [1, {@link #levels()}]
   * @return empty, the default, if the supply is endless
   */
  default List<T> list(int level) {
    return List.of();
  }
}
