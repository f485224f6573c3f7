package dev.rsi.core;

import dev.rsi.core.report.RunEvent;

/**
 * Hears what happens in a run, after it was recorded. The listener of a loop is told on the run's
 * own thread, which waits for it; one that throws is logged and recorded, and changes nothing. One
 * that {@linkplain RunHandle#subscribe subscribes} has a thread of its own and holds up nobody.
 * Field term: callback.
 */
@FunctionalInterface
public interface RunListener {

  /** Something happened. */
  void on(RunEvent event);

  /**
   * A long step moved on. May be called very often, and on any thread that the step works on; not
   * recorded. One that subscribed is told the last word only.
   *
   * @param step what is going on, for example {@code "training"}
   * @param done from 0 to {@code total}
   * @param total how much there is
   */
  default void progress(String step, long done, long total) {}

  /**
   * Some events between the last one heard and the next were lost, since this listener was too slow
   * for its subscription. They are in the store.
   *
   * @param count how many, 1 or more
   */
  default void missed(long count) {}
}
