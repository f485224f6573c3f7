package dev.rsi.core.internal.steps;

import dev.rsi.api.RsiException;
import org.jspecify.annotations.Nullable;

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

  /** Whether the run is to be left, at the latest when what is under way is over. */
  boolean isLeaveAsked();

  /**
   * What became of a run that was left behind: it has no driver any more, and may have another.
   *
   * @return null while the run has its driver
   */
  @Nullable RsiException leftBehind();

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
