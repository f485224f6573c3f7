package dev.rsi.core;

import dev.rsi.core.report.RunEvent;

/**
 * Hears what happens in a run, after it was recorded, on the run's own thread. A listener that
 * throws is logged and recorded, and changes nothing.
 */
@FunctionalInterface
public interface RunListener {

  /** Something happened. */
  void on(RunEvent event);

  /**
   * A long step moved on. May be called very often, and on any thread that the step works on; not
   * recorded.
   *
   * @param step what is going on, for example {@code "training"}
   * @param done from 0 to {@code total}
   * @param total how much there is
   */
  default void progress(String step, long done, long total) {}
}
