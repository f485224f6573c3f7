package dev.rsi.core.internal.steps;

import dev.rsi.core.report.RunReport;
import org.jspecify.annotations.Nullable;

/**
 * The run cannot go on now, through no fault of the step under way: it is left open, and takes the
 * same step when it is resumed.
 */
public final class LeavingException extends JournalException {
  private static final long serialVersionUID = 1;

  private final RunReport.End end;

  /**
   * Says why.
   *
   * @param end why, as the run's report says it
   */
  public LeavingException(RunReport.End end, String reason, @Nullable Throwable cause) {
    super(reason, cause);
    this.end = end;
  }

  /** Why the run is left. */
  public RunReport.End end() {
    return end;
  }

  /** In words. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
