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

/**
 * The store of {@link RunStore#sqlite}. Its tables are in {@code schema-1.sql} and what follows.
 */
final class SqliteRunStore implements RunStore {
  private final EventJson json = new EventJson();
  private final SqliteFile file;
  private final PreparedStatement insertRun;
  private final PreparedStatement lastRun;
  private final PreparedStatement findRun;
  private final PreparedStatement allRuns;
  private final PreparedStatement insertEvent;
  private final PreparedStatement countEvents;
  private final PreparedStatement allEvents;
  private boolean closed;

  SqliteRunStore(SqliteFile file) {
    this.file = file;
    insertRun =
        file.prepare("INSERT INTO run (number, id, events, origin, head) VALUES (?, ?, 0, ?, ?)");
    lastRun = file.prepare("SELECT number, origin FROM run ORDER BY number DESC LIMIT 1");
    findRun = file.prepare("SELECT number, events, head FROM run WHERE id = ?");
    allRuns = file.prepare("SELECT id FROM run ORDER BY number");
    insertEvent =
        file.prepare(
            "INSERT INTO event (run, seq, at, generation, kind, body, chain)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?)");
    countEvents = file.prepare("UPDATE run SET events = ?, head = ? WHERE number = ?");
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
          return insert(run);
        });
  }

  private int insert(String run) throws SQLException {
    long number = 1;
    byte[] before = Chain.start();
    try (ResultSet last = lastRun.executeQuery()) {
      if (last.next()) {
        number = last.getLong(1) + 1;
        before = last.getBytes(2);
      }
    }
    byte[] origin = Chain.origin(before, number, 0, Chain.bytes(run));
    insertRun.setLong(1, number);
    insertRun.setString(2, run);
    insertRun.setBytes(3, origin);
    insertRun.setBytes(4, origin);
    return insertRun.executeUpdate();
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
    long seq = run.events;
    byte[] chain = run.head;
    try {
      insertEvent.setLong(1, run.number);
      insertEvent.setLong(3, millis);
      for (EventJson.Row row : rows) {
        seq++;
        insertEvent.setLong(2, seq);
        insertEvent.setInt(4, row.generation());
        insertEvent.setString(5, row.kind());
        insertEvent.setString(6, row.body());
        chain = Chain.next(chain, seq, millis, row);
        insertEvent.setBytes(7, chain);
        insertEvent.addBatch();
      }
      insertEvent.executeBatch();
    } finally {
      insertEvent.clearBatch();
    }
    countEvents.setLong(1, seq);
    countEvents.setBytes(2, chain);
    countEvents.setLong(3, run.number);
    return countEvents.executeUpdate();
  }

  @Override
  public synchronized List<RunEvent> events(String run) {
    checkOpen();
    return file.read("be read", () -> select(run));
  }

  private List<RunEvent> select(String id) throws SQLException {
    Run run = run(id);
    allEvents.setLong(1, run.number);
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
    if (events.size() != run.events) {
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
  public Audit audit() {
    // Not under the lock: a run goes on recording meanwhile.
    checkStillOpen();
    return file.snapshot("be audited", reader -> new SqliteAudit(reader).store());
  }

  @Override
  public Audit audit(String run) {
    checkStillOpen();
    return file.snapshot("be audited", reader -> new SqliteAudit(reader).run(run));
  }

  private synchronized void checkStillOpen() {
    checkOpen();
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

  /** What appending needs of a run's row. */
  private static final class Run {
    final long number;
    final long events;
    final byte[] head;

    Run(ResultSet row) throws SQLException {
      number = row.getLong(1);
      events = row.getLong(2);
      head = row.getBytes(3);
    }
  }

  private Run run(String id) throws SQLException {
    return find(id).orElseThrow(() -> RunIds.unknown(id));
  }

  private Optional<Run> find(String id) throws SQLException {
    findRun.setString(1, id);
    try (ResultSet result = findRun.executeQuery()) {
      return result.next() ? Optional.of(new Run(result)) : Optional.empty();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw RunIds.closed(this);
    }
  }
}
