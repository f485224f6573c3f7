package dev.rsi.core.store;

import dev.rsi.core.report.RunEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Keeps runs on the heap, for tests and for runs that nobody asks about later. */
final class InMemoryRunStore implements RunStore {
  private final Map<String, List<RunEvent>> runs = new LinkedHashMap<>();
  private boolean closed;

  @Override
  public synchronized void create(String run) {
    checkOpen();
    RunIds.checkWellFormed(run);
    if (runs.putIfAbsent(run, new ArrayList<>()) != null) {
      throw RunIds.taken(run);
    }
  }

  @Override
  public synchronized void append(String run, Instant at, List<? extends RunEvent> events) {
    checkOpen();
    Objects.requireNonNull(at, "at");
    eventsOf(run).addAll(List.copyOf(events));
  }

  @Override
  public synchronized List<RunEvent> events(String run) {
    checkOpen();
    return List.copyOf(eventsOf(run));
  }

  @Override
  public synchronized List<String> runs() {
    checkOpen();
    return List.copyOf(runs.keySet());
  }

  @Override
  public synchronized void close() {
    closed = true;
  }

  @Override
  public String toString() {
    return "RunStore.inMemory()";
  }

  private List<RunEvent> eventsOf(String run) {
    List<RunEvent> events = runs.get(run);
    if (events == null) {
      throw RunIds.unknown(run);
    }
    return events;
  }

  private void checkOpen() {
    if (closed) {
      throw RunIds.closed(this);
    }
  }
}
