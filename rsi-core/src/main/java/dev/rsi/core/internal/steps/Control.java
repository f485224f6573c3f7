package dev.rsi.core.internal.steps;

/** What is asked of a run from outside, as its journal looks at it between two steps. */
public interface Control {
  /** Whether what is under way is to end, and nothing of it to be kept. */
  boolean isCut();

  /**
   * To be called between two steps.
   *
   * @throws dev.rsi.api.CancelledException if the run is to be left
   */
  void checkGoesOn();

  boolean isPauseAsked();

  /** Says that the run stands still, or goes on; false if something else was asked meanwhile. */
  boolean settle(boolean paused);

  /**
   * Waits until something is asked, or for a moment.
   *
   * @throws dev.rsi.api.CancelledException if the thread was interrupted
   */
  void glance();
}
