package dev.rsi.core.internal.steps;

import dev.rsi.api.RsiException;
import org.jspecify.annotations.Nullable;

/** The run cannot go on, whatever the step under way. Never a fault of one step. */
public abstract class JournalException extends RsiException {
  private static final long serialVersionUID = 1;

  JournalException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
