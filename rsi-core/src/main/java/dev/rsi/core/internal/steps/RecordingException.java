package dev.rsi.core.internal.steps;

/** The store failed. Nothing may go on that is not recorded, so this ends the run. */
final class RecordingException extends JournalException {
  private static final long serialVersionUID = 1;

  RecordingException(String run, RuntimeException cause) {
    super(
        "Run ("
            + run
            + ") cannot be recorded: "
            + cause.getMessage()
            + "\nMaybe the disk is full. What was recorded before stays.",
        cause);
  }
}
