package dev.rsi.core.store;

import dev.rsi.core.internal.Json;
import dev.rsi.core.report.RunEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes events as JSON and reads them again. Thread-safe.
 *
 * <p>A record may be renamed or moved, its kind stays. Its components and the constants of its
 * enums are part of the format: to change one is to write a migration of the store.
 */
final class EventJson {
  private final Map<Class<? extends RunEvent>, String> kinds = new HashMap<>();
  private final Map<Class<? extends RunEvent>, ObjectWriter> writers = new HashMap<>();
  private final Map<String, ObjectReader> readers = new HashMap<>();

  EventJson() {
    JsonMapper json = Json.mapper();
    add("run-started", RunEvent.RunStarted.class, json);
    add("generation-started", RunEvent.GenerationStarted.class, json);
    add("attempted", RunEvent.Attempted.class, json);
    add("lessons-selected", RunEvent.LessonsSelected.class, json);
    add("trained", RunEvent.Trained.class, json);
    add("probes-committed", RunEvent.ProbesCommitted.class, json);
    add("probes-revealed", RunEvent.ProbesRevealed.class, json);
    add("probed", RunEvent.Probed.class, json);
    add("gated", RunEvent.Gated.class, json);
    add("asked", RunEvent.Asked.class, json);
    add("answered", RunEvent.Answered.class, json);
    add("described", RunEvent.Described.class, json);
    add("promoted", RunEvent.Promoted.class, json);
    add("fell-back", RunEvent.FellBack.class, json);
    add("faulted", RunEvent.Faulted.class, json);
    add("stopped", RunEvent.Stopped.class, json);
    add("paused", RunEvent.Paused.class, json);
    add("unpaused", RunEvent.Unpaused.class, json);
    add("outage-began", RunEvent.OutageBegan.class, json);
    add("outage-ended", RunEvent.OutageEnded.class, json);
    add("resumed", RunEvent.Resumed.class, json);
    add("budget-moved", RunEvent.BudgetMoved.class, json);
    add("generation-finished", RunEvent.GenerationFinished.class, json);
    add("run-finished", RunEvent.RunFinished.class, json);
    // Files exist whose generations have no tasks, attempts no comment, commitments no attempts,
    // decisions no charter, stops no end and movements of the budget no course. No attempt has a
    // cost that is none.
    for (String kind :
        List.of(
            "generation-started",
            "attempted",
            "probes-committed",
            "gated",
            "stopped",
            "budget-moved")) {
      readers.computeIfPresent(
          kind,
          (name, reader) ->
              reader.without(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES));
    }
  }

  private void add(String kind, Class<? extends RunEvent> type, JsonMapper json) {
    kinds.put(type, kind);
    writers.put(type, json.writerFor(type));
    readers.put(kind, json.readerFor(type));
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
    ObjectWriter writer = Objects.requireNonNull(writers.get(type), kind);
    try {
      return new Row(event.generation(), kind, writer.writeValueAsString(event));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "An event of kind (" + kind + ") cannot be written: " + Json.explain(e), e);
    }
  }

  /**
   * Reads an event.
   *
   * @throws IllegalArgumentException if the row is none that {@link #write} wrote, with what is
   *     wrong
   */
  RunEvent read(Row row) {
    ObjectReader reader = readers.get(row.kind());
    if (reader == null) {
      throw new IllegalArgumentException("kind (" + row.kind() + ") is unknown");
    }
    RunEvent event;
    try {
      event = reader.readValue(row.body());
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "body is no event of kind (" + row.kind() + "): " + Json.explain(e), e);
    }
    if (event == null || event.generation() != row.generation()) {
      throw new IllegalArgumentException(
          "body is not of generation (" + row.generation() + ") as its row says");
    }
    return event;
  }
}
