package dev.rsi.core.internal.steps;

import dev.rsi.core.internal.Cut;
import org.jspecify.annotations.Nullable;

/** A run that is resumed or replayed does not do what it did. */
public final class DivergedException extends JournalException {
  private static final long serialVersionUID = 1;

  private final long event;
  private final String then;
  private final String now;

  /**
   * Says what differs.
   *
   * @param event number among the events of the run's course, from 1
   */
  DivergedException(String run, long event, @Nullable Object then, @Nullable Object now) {
    super(
        "Run ("
            + run
            + ") does not repeat itself: event ("
            + event
            + ") of its course was ("
            + shortened(then)
            + ") and is now ("
            + shortened(now)
            + ").\n"
            + "Maybe tasks, codec or another part were changed since, or draw from more than the"
            + " seed: resume it with what it began with, or begin a new run from its live version.",
        null);
    this.event = event;
    this.then = String.valueOf(then);
    this.now = String.valueOf(now);
  }

  /** Number of the first event that differs among those of the run's course, from 1. */
  public long event() {
    return event;
  }

  /** What it was. */
  public String then() {
    return then;
  }

  /** What it is now. */
  public String now() {
    return now;
  }

  private static String shortened(@Nullable Object value) {
    return Cut.shown(String.valueOf(value));
  }
}
