package dev.rsi.core.internal.steps;

import dev.rsi.api.RsiException;

/**
 * Another driver has the run. This one ends at once and records nothing more, as whatever it does
 * now it would do to the other's run.
 */
public final class OvertakenRunException extends JournalException {
  private static final long serialVersionUID = 1;

  public OvertakenRunException(String run, RsiException cause) {
    super("Run (" + run + ") goes no further here: " + cause.getMessage(), cause);
  }
}
