package dev.rsi.core.store;

import dev.rsi.api.RsiException;
import dev.rsi.core.internal.ProcessMark;
import dev.rsi.core.report.RunEvent;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A store in a database. What it holds is in the resources {@code schema-1.sql} and what follows;
 * the statements here are the same for every kind of database.
 */
final class JdbcRunStore implements RunStore {
  // Rows a driver may keep at a time, where it would keep all of them otherwise.
  static final int PAGE = 1000;

  /** What the index is of that schema-4.sql makes, in its very words. */
  private static final String SPENDING = " AND kind IN ('budget-moved', 'run-finished')";

  private static final Set<String> SPENDING_KINDS = Set.of("budget-moved", "run-finished");

  private final EventJson json = new EventJson();
  private final Database database;
  // The runs driven through this object, by number.
  private final Map<Long, Driven> driven = new ConcurrentHashMap<>();

  JdbcRunStore(Database database) {
    this.database = database;
  }

  @Override
  public void create(String run) {
    RunIds.checkWellFormed(run);
    database.transaction(
        "record a run",
        writer -> {
          // Runs are chained too, so only one may be begun at a time.
          alone(writer);
          if (find(writer, run, "").isPresent()) {
            throw RunIds.taken(run);
          }
          return insert(writer, run);
        });
  }

  @Override
  public String id() {
    return database.snapshot(
        "be read",
        reader -> {
          try (Statement statement = reader.createStatement();
              ResultSet result = statement.executeQuery("SELECT id FROM store_id")) {
            return result.next() ? result.getString(1) : "";
          }
        });
  }

  private void alone(Connection writer) throws SQLException {
    try (PreparedStatement select =
        writer.prepareStatement(
            "SELECT version FROM schema_version WHERE version = ?" + database.forUpdate())) {
      select.setLong(1, Schema.FORMAT);
      select.executeQuery().close();
    }
  }

  private int insert(Connection writer, String run) throws SQLException {
    long number = 1;
    byte[] before = Chain.start();
    try (Statement statement = writer.createStatement();
        ResultSet last =
            statement.executeQuery("SELECT number, origin FROM run ORDER BY number DESC LIMIT 1")) {
      if (last.next()) {
        number = last.getLong(1) + 1;
        before = last.getBytes(2);
      }
    }
    byte[] origin = Chain.origin(before, number, 0, Chain.bytes(run));
    database.ends(new End(number, 0, origin));
    return update(
        writer,
        "INSERT INTO run (number, id, events, origin, head) VALUES (?, ?, 0, ?, ?)",
        number,
        run,
        origin,
        origin);
  }

  @Override
  public void append(String run, Instant at, List<? extends RunEvent> events) {
    long millis = at.toEpochMilli();
    // Before anybody else has to wait: most of the work is here.
    List<EventJson.Row> rows = new ArrayList<>(events.size());
    for (RunEvent event : events) {
      rows.add(json.write(event));
    }
    database.transaction("record events", writer -> insert(writer, run, millis, rows));
    if (events.stream().anyMatch(RunEvent.GenerationFinished.class::isInstance)) {
      database.checkpoint();
    }
  }

  private int insert(Connection writer, String id, long millis, List<EventJson.Row> rows)
      throws SQLException {
    Run run = run(writer, id, database.forUpdate());
    Driven mine = driven.get(run.number);
    if (mine != null && mine.drivers != run.drivers) {
      throw Drivers.lost(id, run.driver);
    }
    if (rows.isEmpty()) {
      return 0;
    }
    long seq = run.events;
    byte[] chain = run.head;
    try (PreparedStatement insert =
        writer.prepareStatement(
            "INSERT INTO event (run, seq, at, generation, kind, body, chain)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?)")) {
      insert.setLong(1, run.number);
      insert.setLong(3, millis);
      for (EventJson.Row row : rows) {
        seq++;
        insert.setLong(2, seq);
        insert.setInt(4, row.generation());
        insert.setString(5, row.kind());
        insert.setString(6, row.body());
        chain = Chain.next(chain, seq, millis, row);
        insert.setBytes(7, chain);
        insert.addBatch();
      }
      insert.executeBatch();
    }
    database.ends(new End(run.number, seq, chain));
    return update(
        writer, "UPDATE run SET events = ?, head = ? WHERE number = ?", seq, chain, run.number);
  }

  @Override
  public void forEach(
      String run,
      Set<Class<? extends RunEvent>> kinds,
      BiConsumer<? super Instant, ? super RunEvent> each) {
    List<String> names = kinds.stream().map(json::kind).toList();
    boolean all = kinds.equals(RunEvent.kinds());
    database.snapshot(
        "be read", reader -> select(reader, run, names, all, 0, Long.MAX_VALUE, each));
  }

  @Override
  public void forEach(
      String run,
      long after,
      long to,
      Set<Class<? extends RunEvent>> kinds,
      Consumer<? super RunEvent> each) {
    List<String> names = kinds.stream().map(json::kind).toList();
    database.snapshot(
        "be read",
        reader -> select(reader, run, names, false, after, to, (at, event) -> each.accept(event)));
  }

  /** Where all kinds are read, also looks whether any event is missing. */
  private long select(
      Connection reader,
      String id,
      List<String> kinds,
      boolean all,
      long after,
      long to,
      BiConsumer<? super Instant, ? super RunEvent> each)
      throws SQLException {
    Run run = run(reader, id, "");
    long count = 0;
    if (kinds.isEmpty()) {
      return count;
    }
    String some =
        " AND kind IN (" + String.join(", ", Collections.nCopies(kinds.size(), "?")) + ")";
    try (PreparedStatement select =
        reader.prepareStatement(
            "SELECT seq, at, generation, kind, body FROM event WHERE run = ? AND seq > ? AND seq <= ?"
                + (all ? "" : some)
                + (SPENDING_KINDS.containsAll(kinds) ? SPENDING : "")
                + " ORDER BY seq")) {
      select.setFetchSize(PAGE);
      select.setLong(1, run.number);
      select.setLong(2, after);
      select.setLong(3, to);
      for (int i = 0; !all && i < kinds.size(); i++) {
        select.setString(i + 4, kinds.get(i));
      }
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          count++;
          long seq = result.getLong(1);
          if (all && seq != count) {
            throw damaged(id, count, "it is missing", null);
          }
          each.accept(Instant.ofEpochMilli(result.getLong(2)), read(id, result));
        }
      }
    }
    if (all && count != run.events) {
      throw damaged(id, count + 1, "it is missing", null);
    }
    return count;
  }

  /** The event of a row of seq, at, generation, kind and body. */
  private RunEvent read(String id, ResultSet row) throws SQLException {
    try {
      return json.read(new EventJson.Row(row.getInt(3), row.getString(4), row.getString(5)));
    } catch (IllegalArgumentException e) {
      throw damaged(id, row.getLong(1), e.getMessage(), e);
    }
  }

  @Override
  public List<RunEvent> events(String run, long after, int most) {
    RunIds.checkPage(after, most);
    return database.snapshot("be read", reader -> page(reader, run, after, most));
  }

  private List<RunEvent> page(Connection reader, String id, long after, int most)
      throws SQLException {
    Run run = run(reader, id, "");
    List<RunEvent> page = new ArrayList<>();
    try (PreparedStatement select =
        reader.prepareStatement(
            "SELECT seq, at, generation, kind, body FROM event WHERE run = ? AND seq > ?"
                + " ORDER BY seq LIMIT ?")) {
      select.setLong(1, run.number);
      select.setLong(2, after);
      select.setInt(3, most);
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          long seq = after + page.size() + 1;
          if (result.getLong(1) != seq) {
            throw damaged(id, seq, "it is missing", null);
          }
          page.add(read(id, result));
        }
      }
    }
    if (page.size() < Math.min(most, run.events - after)) {
      throw damaged(id, after + page.size() + 1, "it is missing", null);
    }
    return List.copyOf(page);
  }

  @Override
  public Head head(String run) {
    return database.snapshot(
        "be read",
        reader -> {
          Run now = run(reader, run, "");
          return new Head(now.events, new End(now.number, now.events, now.head).hex());
        });
  }

  @Override
  public boolean holds(String run, Head head) {
    return database.snapshot(
        "be read",
        reader -> {
          Run now = run(reader, run, "");
          return head.hash().equals(hash(reader, now, head.events()));
        });
  }

  /** The hash that a run had when it had so many events; null if it has fewer. */
  private static @Nullable String hash(Connection reader, Run run, long events)
      throws SQLException {
    if (events == run.events) {
      return new End(run.number, events, run.head).hex();
    }
    try (PreparedStatement select =
        reader.prepareStatement(
            events == 0
                ? "SELECT origin FROM run WHERE number = ?"
                : "SELECT chain FROM event WHERE run = ? AND seq = ?")) {
      select.setLong(1, run.number);
      if (events != 0) {
        select.setLong(2, events);
      }
      try (ResultSet result = select.executeQuery()) {
        return result.next() ? new End(run.number, events, result.getBytes(1)).hex() : null;
      }
    }
  }

  @Override
  public void backup(Path file) {
    database.backup(file);
  }

  @Override
  public long bytes() {
    return database.bytes();
  }

  private RsiException damaged(
      String run, long seq, @Nullable String how, @Nullable Throwable cause) {
    return new RsiException(
        "Run store ("
            + database
            + "), run ("
            + run
            + "), event ("
            + seq
            + ") is damaged: "
            + how
            + ".\nMaybe it was changed by hand, or written by a development version: restore a copy"
            + " of it.",
        cause);
  }

  @Override
  public List<String> runs() {
    return database.snapshot(
        "be read",
        reader -> {
          List<String> runs = new ArrayList<>();
          try (Statement statement = reader.createStatement();
              ResultSet result = statement.executeQuery("SELECT id FROM run ORDER BY number")) {
            while (result.next()) {
              runs.add(result.getString(1));
            }
          }
          return List.copyOf(runs);
        });
  }

  @Override
  public Map<String, Long> sizes() {
    return database.snapshot(
        "be read",
        reader -> {
          Map<String, Long> sizes = new LinkedHashMap<>();
          try (Statement statement = reader.createStatement();
              ResultSet result =
                  statement.executeQuery("SELECT id, events FROM run ORDER BY number")) {
            while (result.next()) {
              sizes.put(result.getString(1), result.getLong(2));
            }
          }
          return sizes;
        });
  }

  @Override
  public Lease lease(String run) {
    long number = database.snapshot("be read", reader -> run(reader, run, "").number);
    Optional<Database.Lock> lock =
        driven.containsKey(number) ? Optional.empty() : database.lock(number);
    if (lock.isEmpty()) {
      Run taken = database.snapshot("be read", reader -> run(reader, run, ""));
      throw Drivers.taken(run, taken.driver);
    }
    Driven mine = new Driven(run, number, lock.get());
    try {
      mine.begin();
      return mine;
    } catch (RuntimeException | Error e) {
      mine.lock.close();
      throw e;
    }
  }

  /** A lease of this object. */
  private final class Driven implements Lease {
    final String run;
    final long number;
    Database.Lock lock;
    // How many drivers the run has had, this one among them.
    long drivers;

    Driven(String run, long number, Database.Lock lock) {
      this.run = run;
      this.number = number;
      this.lock = lock;
    }

    void begin() {
      drivers =
          database.transaction(
              "be leased",
              writer -> {
                long before = JdbcRunStore.run(writer, run, database.forUpdate()).drivers;
                update(
                    writer,
                    "UPDATE run SET drivers = ?, driver = ? || ', since (' || CURRENT_TIMESTAMP ||"
                        + " ')', mark = ? WHERE number = ?",
                    before + 1,
                    Drivers.self(),
                    ProcessMark.self().toString(),
                    number);
                return before + 1;
              });
      driven.put(number, this);
    }

    @Override
    public synchronized void check() {
      if (driven.get(number) != this) {
        throw Drivers.ended(run);
      }
      if (!lock.held()) {
        Optional<Database.Lock> again = database.lock(number);
        if (again.isEmpty()) {
          throw Drivers.lost(run, now().driver);
        }
        Database.Lock gone = lock;
        lock = again.get();
        gone.close();
      }
      Run now = now();
      if (now.drivers != drivers) {
        throw Drivers.lost(run, now.driver);
      }
    }

    private Run now() {
      return database.transaction("look at a lease", writer -> JdbcRunStore.run(writer, run, ""));
    }

    @Override
    public synchronized void close() {
      if (!driven.remove(number, this)) {
        return;
      }
      try {
        database.transaction(
            "end a lease",
            writer ->
                update(
                    writer,
                    "UPDATE run SET driver = NULL, mark = NULL WHERE number = ? AND drivers = ?",
                    number,
                    drivers));
      } finally {
        lock.close();
      }
    }
  }

  @Override
  public Audit audit() {
    return database.snapshot("be audited", reader -> new JdbcAudit(database, reader).store());
  }

  @Override
  public Audit audit(String run) {
    return database.snapshot("be audited", reader -> new JdbcAudit(database, reader).run(run));
  }

  @Override
  public void close() {
    try {
      List.copyOf(driven.values()).forEach(Driven::close);
    } finally {
      database.close();
    }
  }

  @Override
  public String toString() {
    return "Run store (" + database + ")";
  }

  /** What appending needs of a run's row. */
  private static final class Run {
    final long number;
    final long events;
    final byte[] head;
    final long drivers;
    final @Nullable String driver;

    Run(ResultSet row) throws SQLException {
      number = row.getLong(1);
      events = row.getLong(2);
      head = row.getBytes(3);
      drivers = row.getLong(4);
      driver = row.getString(5);
    }
  }

  private static Run run(Connection connection, String id, String forUpdate) throws SQLException {
    return find(connection, id, forUpdate).orElseThrow(() -> RunIds.unknown(id));
  }

  private static Optional<Run> find(Connection connection, String id, String forUpdate)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT number, events, head, drivers, driver FROM run WHERE id = ?" + forUpdate)) {
      select.setString(1, id);
      try (ResultSet result = select.executeQuery()) {
        return result.next() ? Optional.of(new Run(result)) : Optional.empty();
      }
    }
  }

  private static int update(Connection writer, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = writer.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      return statement.executeUpdate();
    }
  }
}
