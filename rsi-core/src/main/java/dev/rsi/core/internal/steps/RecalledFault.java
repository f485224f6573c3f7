package dev.rsi.core.internal.steps;

import dev.rsi.api.RsiException;
import dev.rsi.core.report.RunEvent;

/** A part broke here when the run first came by, so the step is not done again. */
final class RecalledFault extends RsiException {
  private static final long serialVersionUID = 1;

  private final transient RunEvent.Faulted event;

  RecalledFault(RunEvent.Faulted event) {
    super(event.message());
    this.event = event;
  }

  RunEvent.Faulted event() {
    return event;
  }

  /** What the fault said of itself: whoever words a reason by it words the same again. */
  @Override
  @SuppressWarnings("OverrideThrowableToString")
  public String toString() {
    return event.message();
  }
}
