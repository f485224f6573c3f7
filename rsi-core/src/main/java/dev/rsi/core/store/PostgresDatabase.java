package dev.rsi.core.store;

import com.google.common.hash.Hashing;
import dev.rsi.api.RsiException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A schema of a PostgreSQL database that is a run store. It keeps one connection that writes, and
 * takes another when that one broke.
 */
final class PostgresDatabase implements Database {
  private static final int FIRST_FORMAT = 3;
  private static final String MARK = "rsi run store";

  /**
   * How long a lease waits for the one before it: a server needs a moment to notice that the
   * process of a connection was killed.
   */
  private static final String PATIENCE = "3s";

  private static final String OURS = "('schema_version', 'store_id', 'run', 'event', 'attempt')";

  private final DataSource source;
  private @Nullable Connection writer;
  private String schema = "";
  private String name = "PostgreSQL";
  private boolean closed;

  private PostgresDatabase(DataSource source) {
    this.source = source;
  }

  /** Opens the schema that connections begin in, or makes a store of it where it is empty. */
  static PostgresDatabase open(DataSource source) {
    PostgresDatabase opened = new PostgresDatabase(source);
    try {
      return opened.transaction("be opened", opened::prepare);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private PostgresDatabase prepare(Connection connection) throws SQLException {
    String database = text(connection, "SELECT current_database()");
    String current = text(connection, "SELECT current_schema()");
    name = database + "." + current;
    if (current == null) {
      throw new RsiException(
          "Database ("
              + database
              + ") has no schema of the name that its connections begin in.\nMaybe create it first:"
              + " CREATE SCHEMA.");
    }
    schema = current;
    String encoding = text(connection, "SHOW server_encoding");
    if (!"UTF8".equals(encoding)) {
      throw new RsiException(
          "Database ("
              + database
              + ") keeps text as ("
              + encoding
              + "), which cannot hold what a model may say.\nMaybe create one with ENCODING"
              + " 'UTF8'.");
    }
    // Of those who open a new store at once, one makes the tables.
    ask(connection, "SELECT pg_advisory_xact_lock(" + key("opened") + ")");
    Schema.upgrade(connection, "postgresql", format(connection));
    return this;
  }

  /** The format of the store, or the one before the first if there is none yet. */
  private long format(Connection connection) throws SQLException {
    boolean marked =
        MARK.equals(
            text(
                connection,
                "SELECT obj_description(oid, 'pg_class') FROM pg_class WHERE relnamespace ="
                    + " current_schema()::regnamespace AND relname = 'schema_version'"));
    if (marked) {
      String format = text(connection, "SELECT max(version) FROM schema_version");
      long number = format == null ? 0 : Long.parseLong(format);
      Schema.check(name, number, FIRST_FORMAT, "another schema");
      return number;
    }
    String taken =
        text(
            connection,
            "SELECT min(relname) FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
                + " AND relname IN "
                + OURS);
    if (taken != null) {
      throw new RsiException(
          "Schema ("
              + name
              + ") has a ("
              + taken
              + ") of another program.\nMaybe give the run store a schema of its own, with"
              + " currentSchema in the URL of the database.");
    }
    return FIRST_FORMAT - 1;
  }

  @Override
  public synchronized <V> V transaction(String what, Work<V> work) {
    checkOpen();
    boolean committing = false;
    try {
      Connection connection =
          writer == null ? connect(Connection.TRANSACTION_READ_COMMITTED) : writer;
      writer = connection;
      boolean done = false;
      try {
        // Whatever the server's default is.
        execute(connection, "SET LOCAL synchronous_commit = on");
        V value = work.on(connection);
        committing = true;
        connection.commit();
        done = true;
        return value;
      } finally {
        if (!done) {
          connection.rollback();
        }
      }
    } catch (SQLException e) {
      discard();
      throw failure(what, e, committing);
    }
  }

  private Connection connect(int isolation) throws SQLException {
    Connection connection = source.getConnection();
    try {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(isolation);
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  // After an error nobody knows what state it is in.
  private void discard() {
    Connection broken = writer;
    writer = null;
    try {
      if (broken != null) {
        broken.close();
      }
    } catch (SQLException ignored) {
      return;
    }
  }

  @Override
  public <V> V snapshot(String what, Work<V> work) {
    synchronized (this) {
      checkOpen();
    }
    try (Connection reader = connect(Connection.TRANSACTION_REPEATABLE_READ)) {
      try {
        return work.on(reader);
      } finally {
        reader.rollback();
      }
    } catch (SQLException e) {
      throw failure(what, e, false);
    }
  }

  @Override
  public Optional<Lock> lock(long run) {
    long key = key("run " + run);
    try {
      Connection holder = connect(Connection.TRANSACTION_READ_COMMITTED);
      try {
        execute(holder, "SET LOCAL lock_timeout = '" + PATIENCE + "'");
        ask(holder, "SELECT pg_advisory_lock(" + key + ")");
        holder.commit();
        return Optional.of(new Held(holder, key));
      } catch (SQLException e) {
        holder.close();
        throw e;
      }
    } catch (SQLException e) {
      if ("55P03".equals(e.getSQLState())) {
        return Optional.empty();
      }
      throw failure("be leased", e, false);
    }
  }

  /** A lock that lasts as long as its connection does. */
  private record Held(Connection holder, long key) implements Lock {
    @Override
    public boolean held() {
      try {
        ask(holder, "SELECT 1");
        holder.commit();
        return true;
      } catch (SQLException e) {
        return false;
      }
    }

    @Override
    public void close() {
      try (holder) {
        ask(holder, "SELECT pg_advisory_unlock(" + key + ")");
        holder.commit();
      } catch (SQLException ignored) {
        // The connection is gone, and its locks with it.
        return;
      }
    }
  }

  /** Locks have numbers for names, which other programs use too. */
  private long key(String what) {
    return Hashing.sha256()
        .hashString(MARK + " " + schema + ": " + what, StandardCharsets.UTF_8)
        .asLong();
  }

  @Override
  public void ends(End end) {
    // The server says itself what is durable.
  }

  @Override
  public void checkpoint() {
    // The server does so when it thinks fit.
  }

  @Override
  public void backup(Path copy) {
    throw new UnsupportedOperationException(
        "Run store ("
            + name
            + ") lies on a server.\nMaybe use its own tool: pg_dump --schema="
            + schema
            + ".");
  }

  @Override
  public String forUpdate() {
    return " FOR UPDATE";
  }

  @Override
  public String stored(String column) {
    return "convert_to(" + column + ", 'UTF8')";
  }

  @Override
  public String holds(String column, String type) {
    // The column itself holds nothing else, unless the schema was altered.
    return column + " IS NOT NULL";
  }

  @Override
  public long bytes() {
    return 0;
  }

  @Override
  public int firstFormat() {
    return FIRST_FORMAT;
  }

  @Override
  public List<String> schema() throws SQLException {
    // Among temporary tables, of which none is left.
    try (Connection fresh = connect(Connection.TRANSACTION_READ_COMMITTED)) {
      try {
        execute(fresh, "SET LOCAL search_path = pg_temp");
        Schema.upgrade(fresh, "postgresql", FIRST_FORMAT - 1);
        return schema(fresh, "pg_my_temp_schema()");
      } finally {
        fresh.rollback();
      }
    }
  }

  @Override
  public List<String> schema(Connection connection) throws SQLException {
    return schema(connection, "current_schema()::regnamespace");
  }

  private static List<String> schema(Connection connection, String where) throws SQLException {
    String of = " WHERE relnamespace = " + where + " AND relname IN " + OURS;
    List<String> parts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT 'column ' || attname || ' of ' || relname || ': ' || format_type(atttypid,"
                    + " atttypmod) || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END FROM"
                    + " pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
                    + of
                    + " AND relkind = 'r' AND attnum > 0 AND NOT attisdropped UNION ALL SELECT 'constraint of ' ||"
                    + " relname || ': ' || pg_get_constraintdef(pg_constraint.oid) FROM pg_class"
                    + " JOIN pg_constraint ON conrelid = pg_class.oid"
                    + of
                    + " UNION ALL SELECT 'view ' || relname || ': ' || pg_get_viewdef(oid) FROM"
                    + " pg_class"
                    + of
                    + " AND relkind = 'v' ORDER BY 1")) {
      while (result.next()) {
        parts.add(result.getString(1));
      }
    }
    return parts;
  }

  @Override
  public @Nullable String structuralFault(Connection connection) {
    // The server checks its pages itself, if it keeps checksums of them.
    return null;
  }

  private synchronized void checkOpen() {
    if (closed) {
      throw RunIds.closed("Run store (" + name + ")");
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    discard();
  }

  @Override
  public String toString() {
    return name;
  }

  private static @Nullable String text(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      return result.next() ? result.getString(1) : null;
    }
  }

  private static void ask(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeQuery(query).close();
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private RsiException failure(String what, SQLException thrown, boolean committing) {
    // A batch tells all of its rows, and what went wrong after them.
    SQLException next = thrown.getNextException();
    SQLException e = thrown instanceof BatchUpdateException && next != null ? next : thrown;
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    String kind = state.substring(0, Math.min(2, state.length()));
    if (committing) {
      return failure(
          what,
          e,
          "it was recorded all the same: the connection ended while the server made it durable."
              + " Read the run before resuming it",
          false);
    }
    return switch (kind) {
      case "08", "57" ->
          failure(what, e, "the server is down, or stands elsewhere: start it, or name it", true);
      case "40", "55" ->
          failure(what, e, "another program holds what is needed: end that one", true);
      case "53" -> failure(what, e, "its disk is full, or it has too many connections", true);
      case "28", "3D", "42" ->
          failure(what, e, "this user may not do this: GRANT what is missing", false);
      case "25" -> failure(what, e, "this server only reads: name the one that it follows", false);
      case "XX", "58" -> failure(what, e, "its disk is failing: restore a copy", false);
      default -> failure(what, e, "the log of the server says more", false);
    };
  }

  private RsiException failure(String what, SQLException e, String maybe, boolean retryable) {
    return new RsiException(
        "Run store ("
            + name
            + ") could not "
            + what
            + ": "
            + e.getMessage()
            + "\nMaybe "
            + maybe
            + ".",
        e,
        retryable);
  }
}
