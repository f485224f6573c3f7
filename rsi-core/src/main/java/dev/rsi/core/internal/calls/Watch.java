package dev.rsi.core.internal.calls;

import dev.rsi.api.RunContext;

/** What calls may know of the run, and what the run's thread does while it waits for them. */
public interface Watch extends RunContext {

  /** To be called now and then by the run's thread while calls are under way; may throw. */
  void tick();
}
