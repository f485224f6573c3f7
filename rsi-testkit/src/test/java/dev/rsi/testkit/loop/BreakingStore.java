package dev.rsi.testkit.loop;

import dev.rsi.api.RsiException;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** A store that breaks at its n-th append, before or after the events are kept. */
final class BreakingStore implements RunStore {
  private final RunStore store;
  private int left;
  private final boolean kept;

  BreakingStore(RunStore store, int appends, boolean kept) {
    this.store = store;
    this.left = appends;
    this.kept = kept;
  }

  @Override
  public String id() {
    return store.id();
  }

  @Override
  public void backup(Path file) {
    store.backup(file);
  }

  @Override
  public void create(String run) {
    store.create(run);
  }

  @Override
  public void append(String run, Instant at, List<? extends RunEvent> events) {
    left--;
    if (left >= 0 || (left == -1 && kept)) {
      store.append(run, at, events);
    }
    if (left < 0) {
      throw new RsiException("the power failed");
    }
  }

  @Override
  public void forEach(
      String run,
      Set<Class<? extends RunEvent>> kinds,
      BiConsumer<? super Instant, ? super RunEvent> each) {
    store.forEach(run, kinds, each);
  }

  @Override
  public List<RunEvent> events(String run, long after, int most) {
    return store.events(run, after, most);
  }

  @Override
  public Map<String, Long> sizes() {
    return store.sizes();
  }

  @Override
  public Head head(String run) {
    return store.head(run);
  }

  @Override
  public boolean holds(String run, Head head) {
    return store.holds(run, head);
  }

  @Override
  public Lease lease(String run) {
    return store.lease(run);
  }

  @Override
  public List<String> runs() {
    return store.runs();
  }

  @Override
  public Audit audit() {
    return store.audit();
  }

  @Override
  public Audit audit(String run) {
    return store.audit(run);
  }

  @Override
  public void close() {}
}
