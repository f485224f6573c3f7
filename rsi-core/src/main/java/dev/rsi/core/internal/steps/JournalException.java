package dev.rsi.core.internal.steps;

import dev.rsi.api.RsiException;
import org.jspecify.annotations.Nullable;

/** What happens cannot be held against the record, so the run ends. Never a fault of one step. */
public abstract class JournalException extends RsiException {
  private static final long serialVersionUID = 1;

  JournalException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
