package dev.rsi.core.store;

import dev.rsi.api.RsiException;
import dev.rsi.core.report.RunEvent;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The store of {@link RunStore#sqlite}. Its tables are in {@code schema-1.sql}. */
final class SqliteRunStore implements RunStore {
  private final EventJson json = new EventJson();
  private final SqliteFile file;
  private final PreparedStatement insertRun;
  private final PreparedStatement findRun;
  private final PreparedStatement allRuns;
  private final PreparedStatement insertEvent;
  private final PreparedStatement countEvents;
  private final PreparedStatement allEvents;
  private boolean closed;

  SqliteRunStore(SqliteFile file) {
    this.file = file;
    insertRun = file.prepare("INSERT INTO run (id, events) VALUES (?, 0)");
    findRun = file.prepare("SELECT number, events FROM run WHERE id = ?");
    allRuns = file.prepare("SELECT id FROM run ORDER BY number");
    insertEvent =
        file.prepare(
            "INSERT INTO event (run, seq, at, generation, kind, body) VALUES (?, ?, ?, ?, ?, ?)");
    countEvents = file.prepare("UPDATE run SET events = ? WHERE number = ?");
    allEvents =
        file.prepare("SELECT seq, generation, kind, body FROM event WHERE run = ? ORDER BY seq");
  }

  @Override
  public synchronized void create(String run) {
    checkOpen();
    RunIds.checkWellFormed(run);
    file.transaction(
        "record a run",
        () -> {
          if (find(run).isPresent()) {
            throw RunIds.taken(run);
          }
          insertRun.setString(1, run);
          return insertRun.executeUpdate();
        });
  }

  @Override
  public void append(String run, Instant at, List<? extends RunEvent> events) {
    long millis = at.toEpochMilli();
    // Outside the lock: most of the work is here.
    List<EventJson.Row> rows = new ArrayList<>(events.size());
    for (RunEvent event : events) {
      rows.add(json.write(event));
    }
    synchronized (this) {
      checkOpen();
      file.transaction("record events", () -> insert(run, millis, rows));
    }
  }

  private int insert(String id, long millis, List<EventJson.Row> rows) throws SQLException {
    Run run = run(id);
    if (rows.isEmpty()) {
      return 0;
    }
    long seq = run.events();
    try {
      insertEvent.setLong(1, run.number());
      insertEvent.setLong(3, millis);
      for (EventJson.Row row : rows) {
        seq++;
        insertEvent.setLong(2, seq);
        insertEvent.setInt(4, row.generation());
        insertEvent.setString(5, row.kind());
        insertEvent.setString(6, row.body());
        insertEvent.addBatch();
      }
      insertEvent.executeBatch();
    } finally {
      insertEvent.clearBatch();
    }
    countEvents.setLong(1, seq);
    countEvents.setLong(2, run.number());
    return countEvents.executeUpdate();
  }

  @Override
  public synchronized List<RunEvent> events(String run) {
    checkOpen();
    return file.read("be read", () -> select(run));
  }

  private List<RunEvent> select(String id) throws SQLException {
    Run run = run(id);
    allEvents.setLong(1, run.number());
    List<RunEvent> events = new ArrayList<>();
    try (ResultSet result = allEvents.executeQuery()) {
      while (result.next()) {
        if (result.getLong(1) != events.size() + 1) {
          throw damaged(id, events.size() + 1, "it is missing", null);
        }
        EventJson.Row row =
            new EventJson.Row(result.getInt(2), result.getString(3), result.getString(4));
        try {
          events.add(json.read(row));
        } catch (IllegalArgumentException e) {
          throw damaged(id, events.size() + 1, e.getMessage(), e);
        }
      }
    }
    if (events.size() != run.events()) {
      throw damaged(id, events.size() + 1, "it is missing", null);
    }
    return List.copyOf(events);
  }

  private RsiException damaged(
      String run, long seq, @Nullable String how, @Nullable Throwable cause) {
    return new RsiException(
        "Run store ("
            + file.file()
            + "), run ("
            + run
            + "), event ("
            + seq
            + ") is damaged: "
            + how
            + ".\nMaybe the file was changed by hand, or written by a development version: restore"
            + " a copy of it.",
        cause);
  }

  @Override
  public synchronized List<String> runs() {
    checkOpen();
    return file.read(
        "be read",
        () -> {
          List<String> runs = new ArrayList<>();
          try (ResultSet result = allRuns.executeQuery()) {
            while (result.next()) {
              runs.add(result.getString(1));
            }
          }
          return List.copyOf(runs);
        });
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      file.close();
    }
  }

  @Override
  public String toString() {
    return "RunStore.sqlite(" + file.file() + ")";
  }

  private record Run(long number, long events) {}

  private Run run(String id) throws SQLException {
    return find(id).orElseThrow(() -> RunIds.unknown(id));
  }

  private Optional<Run> find(String id) throws SQLException {
    findRun.setString(1, id);
    try (ResultSet result = findRun.executeQuery()) {
      return result.next()
          ? Optional.of(new Run(result.getLong(1), result.getLong(2)))
          : Optional.empty();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw RunIds.closed(this);
    }
  }
}
