package dev.rsi.core.store;

import dev.rsi.core.internal.Json;
import dev.rsi.core.internal.JsonException;
import dev.rsi.core.report.RunEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Writes events as JSON and reads them again. Thread-safe.
 *
 * <p>A record may be renamed or moved, its kind stays. Its components and the constants of its
 * enums are part of the format: to change one is to write a migration of the store.
 */
final class EventJson {
  // Files exist whose generations have no tasks, attempts no comment, commitments no attempts,
  // decisions no charter, stops no end and movements of the budget no course. No attempt has a
  // cost that is none.
  private static final Set<String> GREW =
      Set.of(
          "generation-started",
          "attempted",
          "probes-committed",
          "gated",
          "stopped",
          "budget-moved");

  private final Map<Class<? extends RunEvent>, String> kinds = new HashMap<>();
  private final Map<String, Class<? extends RunEvent>> types = new HashMap<>();

  EventJson() {
    add("run-started", RunEvent.RunStarted.class);
    add("generation-started", RunEvent.GenerationStarted.class);
    add("attempted", RunEvent.Attempted.class);
    add("lessons-selected", RunEvent.LessonsSelected.class);
    add("replied", RunEvent.Replied.class);
    add("trained", RunEvent.Trained.class);
    add("screened", RunEvent.Screened.class);
    add("probes-committed", RunEvent.ProbesCommitted.class);
    add("probes-revealed", RunEvent.ProbesRevealed.class);
    add("probed", RunEvent.Probed.class);
    add("gated", RunEvent.Gated.class);
    add("asked", RunEvent.Asked.class);
    add("answered", RunEvent.Answered.class);
    add("described", RunEvent.Described.class);
    add("promoted", RunEvent.Promoted.class);
    add("fell-back", RunEvent.FellBack.class);
    add("faulted", RunEvent.Faulted.class);
    add("stopped", RunEvent.Stopped.class);
    add("paused", RunEvent.Paused.class);
    add("unpaused", RunEvent.Unpaused.class);
    add("outage-began", RunEvent.OutageBegan.class);
    add("outage-ended", RunEvent.OutageEnded.class);
    add("resumed", RunEvent.Resumed.class);
    add("budget-moved", RunEvent.BudgetMoved.class);
    add("generation-finished", RunEvent.GenerationFinished.class);
    add("run-finished", RunEvent.RunFinished.class);
  }

  private void add(String kind, Class<? extends RunEvent> type) {
    kinds.put(type, kind);
    types.put(kind, type);
  }

  /** An event as it is stored. */
  record Row(int generation, String kind, String body) {}

  /** How events of a type are called in the store. */
  String kind(Class<? extends RunEvent> type) {
    String kind = kinds.get(type);
    if (kind == null) {
      throw new IllegalStateException("Event (" + type.getName() + ") has no kind in the store.");
    }
    return kind;
  }

  /**
   * Writes an event.
   *
   * @throws IllegalArgumentException if it holds what JSON cannot, with what
   */
  Row write(RunEvent event) {
    Class<? extends RunEvent> type = event.getClass();
    String kind = kind(type);
    try {
      return new Row(event.generation(), kind, Json.write(event));
    } catch (JsonException e) {
      throw new IllegalArgumentException(
          "An event of kind (" + kind + ") cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * Reads an event.
   *
   * @throws IllegalArgumentException if the row is none that {@link #write} wrote, with what is
   *     wrong
   */
  RunEvent read(Row row) {
    Class<? extends RunEvent> type = types.get(row.kind());
    if (type == null) {
      throw new IllegalArgumentException("kind (" + row.kind() + ") is unknown");
    }
    RunEvent event;
    try {
      event = Json.read(row.body(), type, GREW.contains(row.kind()));
    } catch (JsonException e) {
      throw new IllegalArgumentException(
          "body is no event of kind (" + row.kind() + "): " + e.getMessage(), e);
    }
    if (event.generation() != row.generation()) {
      throw new IllegalArgumentException(
          "body is not of generation (" + row.generation() + ") as its row says");
    }
    return event;
  }
}
