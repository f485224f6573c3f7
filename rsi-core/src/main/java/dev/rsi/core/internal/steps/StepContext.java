package dev.rsi.core.internal.steps;

import dev.rsi.core.internal.calls.Watch;
import java.util.function.BooleanSupplier;

/** What a step's calls may know of the run. */
final class StepContext implements Watch {
  private final String step;
  private final BooleanSupplier cancelled;
  private final Runnable tick;
  private final Journal journal;

  StepContext(String step, BooleanSupplier cancelled, Runnable tick, Journal journal) {
    this.step = step;
    this.cancelled = cancelled;
    this.tick = tick;
    this.journal = journal;
  }

  @Override
  public boolean cancelled() {
    return cancelled.getAsBoolean();
  }

  @Override
  public boolean leaving() {
    return journal.isLeaveAsked();
  }

  @Override
  public void progress(long done, long total) {
    journal.progress(step, done, total);
  }

  @Override
  public void tick() {
    tick.run();
  }
}
