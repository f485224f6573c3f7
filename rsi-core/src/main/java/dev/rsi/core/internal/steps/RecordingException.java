package dev.rsi.core.internal.steps;

/**
 * The store refused what it was given. Nothing may go on that is not recorded: this ends the run.
 */
final class RecordingException extends JournalException {
  private static final long serialVersionUID = 1;

  RecordingException(String run, RuntimeException cause) {
    super(words(run, String.valueOf(cause.getMessage())), cause);
  }

  static String words(String run, String why) {
    return "Run ("
        + run
        + ") cannot be recorded: "
        + why
        + "\nMaybe the disk is full. What was recorded before stays.";
  }
}
