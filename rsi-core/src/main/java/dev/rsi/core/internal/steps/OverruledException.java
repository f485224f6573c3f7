package dev.rsi.core.internal.steps;

import dev.rsi.api.RsiException;

/** A person made another version live than the run's own, which leaves the run. */
public final class OverruledException extends JournalException {
  private static final long serialVersionUID = 1;

  public OverruledException(RsiException cause) {
    super(String.valueOf(cause.getMessage()), cause);
  }
}
