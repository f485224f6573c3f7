package dev.rsi.core.live;

import dev.rsi.api.ModelVersion;
import dev.rsi.core.told.Told;

/**
 * Hears what a {@link LiveModel} does. Called on the threads that do it, which wait for it, so it
 * should be quick; one that throws is logged, and keeps no other from hearing.
 *
 * @param <T> task
 * @param <C> candidate
 */
public interface LiveListener<T, C> {

  /**
   * Another version is served from now on.
   *
   * @param from what was served before
   * @param to what is served now
   */
  default void swapped(ModelVersion from, ModelVersion to) {}

  /**
   * A challenger was withdrawn by a canary.
   *
   * @param version the challenger
   * @param why in words
   */
  default void withdrawn(ModelVersion version, String why) {}

  /**
   * It was told how a request went that was asked by itself, and had a candidate for an answer:
   * {@link LiveModel.Lease#report}, {@link Feedback#report}. What is told of a lease that asked for
   * several at once is not said of each. {@link dev.rsi.core.told.ToldLessons} makes lessons of it.
   *
   * @param word what was asked and answered, and who said how well that was
   */
  default void told(Told<T, C> word) {}
}
