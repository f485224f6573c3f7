package dev.rsi.core.internal.steps;

import dev.rsi.api.RunContext;
import java.util.function.BooleanSupplier;

/** What a step's calls may know of the run. */
final class StepContext implements RunContext {
  private final String step;
  private final BooleanSupplier cancelled;
  private final Journal journal;

  StepContext(String step, BooleanSupplier cancelled, Journal journal) {
    this.step = step;
    this.cancelled = cancelled;
    this.journal = journal;
  }

  @Override
  public boolean cancelled() {
    return cancelled.getAsBoolean();
  }

  @Override
  public void progress(long done, long total) {
    journal.progress(step, done, total);
  }
}
