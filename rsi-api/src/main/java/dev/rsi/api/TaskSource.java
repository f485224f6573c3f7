package dev.rsi.api;

import java.util.random.RandomGenerator;

/**
 * An endless supply of practice tasks, sorted by difficulty. Level 1 is the easiest. The loop
 * measures how far the model can go and practises there. Field terms: curriculum, task sampler.
 *
 * <p>Implementations must be thread-safe and draw from {@code random} alone, so that a run can be
 * repeated from its seed.
 *
 * @param <T> task
 */
public interface TaskSource<T> extends Described {

  /** The hardest level there is, 1 or more. Always the same. */
  int levels();

  /**
   * Draws a task.
   *
   * @param level in [1, {@link #levels()}]
   * @param random the only source of randomness allowed
   */
  T draw(int level, RandomGenerator random);
}
