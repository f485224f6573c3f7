package dev.rsi.core.internal.steps;

/** The run was left behind by whoever drove it, so its thread records nothing more. */
final class LeftBehindException extends JournalException {
  private static final long serialVersionUID = 1;

  LeftBehindException(String run, Throwable cause) {
    super("Run (" + run + ") was left behind, and may have another driver by now.", cause);
  }
}
