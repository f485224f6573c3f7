package dev.rsi.testkit.loop;

import dev.rsi.api.RsiException;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import java.time.Instant;
import java.util.List;

/** A store that breaks at its n-th append, before or after the events are kept. */
final class BreakingStore extends ForwardingStore {
  private int left;
  private final boolean kept;

  BreakingStore(RunStore store, int appends, boolean kept) {
    super(store);
    this.left = appends;
    this.kept = kept;
  }

  @Override
  public void append(String run, Instant at, List<? extends RunEvent> events) {
    left--;
    if (left >= 0 || (left == -1 && kept)) {
      super.append(run, at, events);
    }
    if (left < 0) {
      throw new RsiException("the power failed");
    }
  }

  @Override
  public void close() {}
}
