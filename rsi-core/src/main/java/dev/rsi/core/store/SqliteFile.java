package dev.rsi.core.store;

import dev.rsi.api.RsiException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * An SQLite file that is a run store of the newest format, with one connection to it. Not
 * thread-safe.
 */
final class SqliteFile implements AutoCloseable {
  /** The format written; files of every format up to it are brought to it when opened. */
  static final int FORMAT = 2;

  // Marks the file as a run store, for us and for the file command: "rsi" in ASCII.
  static final int APPLICATION_ID = 0x727369;
  private static final int SMALLEST_PAGE = 512;
  private static final int BUSY_TIMEOUT_MILLIS = 10_000;

  private final Path file;
  private final Connection connection;

  private SqliteFile(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  /** Opens a file, or makes it where there is none. */
  static SqliteFile open(Path path) {
    Path file = path.toAbsolutePath().normalize();
    if (file.toString().contains("?")) {
      throw new IllegalArgumentException(
          "File ("
              + file
              + ") has a '?' in its path, where the database driver sees options begin.\nMaybe"
              + " rename it.");
    }
    SqliteFile opened = new SqliteFile(file, connect(file));
    try {
      opened.prepare();
      return opened;
    } catch (RuntimeException | Error e) {
      try {
        opened.close();
      } catch (RsiException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private static Connection connect(Path file) {
    SQLiteConfig config = new SQLiteConfig();
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
    config.enforceForeignKeys(true);
    try {
      Path parent = file.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      // SQLite takes what is shorter than its smallest page for a new file.
      if (Files.isRegularFile(file) && Files.size(file) > 0 && Files.size(file) < SMALLEST_PAGE) {
        throw new RsiException(
            "File ("
                + file
                + ") is no run store: it has only ("
                + Files.size(file)
                + ") bytes.\nMaybe another path was meant, or the file was cut short: restore a"
                + " copy.");
      }
      return config.createConnection("jdbc:sqlite:" + file);
    } catch (IOException e) {
      throw new RsiException(
          "Run store ("
              + file
              + ") could not be opened: "
              + e
              + ".\nMaybe this user may not write there, or a file stands where a directory should.",
          e);
    } catch (SQLException e) {
      throw failure(file, "be opened", e);
    } catch (LinkageError e) {
      throw noNative(file, e);
    }
  }

  private void prepare() {
    try {
      // Nothing is written before it is known whose file this is.
      refuseForeign();
      String mode;
      try (Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery("PRAGMA journal_mode = WAL")) {
        mode = result.next() ? result.getString(1) : "none";
      }
      if (!mode.equals("wal")) {
        throw new RsiException(
            "Run store ("
                + file
                + ") cannot keep a write-ahead log, its journal mode stays ("
                + mode
                + ").\nMaybe it lies on a network disk: put it on a disk of this machine.");
      }
    } catch (SQLException e) {
      throw failure("be opened", e);
    }
    // Also where there is nothing to do: a file that cannot be written is refused here, not later.
    transaction(
        "be opened",
        () -> {
          for (long version = format() + 1; version <= FORMAT; version++) {
            migrateTo(version);
          }
          return this;
        });
  }

  private void refuseForeign() throws SQLException {
    long application = number("PRAGMA application_id");
    if (application != APPLICATION_ID && number("SELECT count(*) FROM sqlite_master") > 0) {
      throw new RsiException(
          "File ("
              + file
              + ") is an SQLite file, but no run store.\nMaybe another path was meant; a run store"
              + " needs a file of its own.");
    }
    long format = format();
    if (application == APPLICATION_ID && format < 1) {
      throw new RsiException(
          "Run store ("
              + file
              + ") is damaged: its format is ("
              + format
              + "), and the first was (1).\nMaybe it was changed by hand: restore a copy of it.");
    }
    if (format > FORMAT) {
      throw new RsiException(
          "Run store ("
              + file
              + ") is of format ("
              + format
              + "), and this version of rsi knows formats up to ("
              + FORMAT
              + ").\nMaybe a newer rsi wrote it: use that one, or another file.");
    }
  }

  /** The file's format, 0 for a new file. */
  private long format() throws SQLException {
    if (number("PRAGMA application_id") != APPLICATION_ID) {
      return 0;
    }
    return number("SELECT max(version) FROM schema_version");
  }

  private void migrateTo(long version) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : script("schema-" + version + ".sql").split(";\\R", -1)) {
        if (!sql.isBlank()) {
          statement.execute(sql);
        }
      }
      statement.execute("INSERT INTO schema_version (version) VALUES (" + version + ")");
      statement.execute("PRAGMA application_id = " + APPLICATION_ID);
    }
    if (version == FirstChains.FORMAT) {
      FirstChains.write(connection);
    }
  }

  /** Reads what is durable now, on a connection of its own that keeps nobody from writing. */
  <V> V snapshot(String what, Reading<V> reading) {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
    try (Connection reader = config.createConnection("jdbc:sqlite:" + file);
        Statement statement = reader.createStatement()) {
      statement.execute("BEGIN");
      return reading.run(reader);
    } catch (SQLException e) {
      throw failure(what, e);
    }
  }

  /** The tables, indexes and views of a file of the newest format, each with what defines it. */
  static List<String> schema() throws SQLException {
    try (Connection fresh = new SQLiteConfig().createConnection("jdbc:sqlite::memory:")) {
      SqliteFile empty = new SqliteFile(Path.of(":memory:"), fresh);
      for (long version = 1; version <= FORMAT; version++) {
        empty.migrateTo(version);
      }
      return schema(fresh);
    }
  }

  static List<String> schema(Connection connection) throws SQLException {
    List<String> parts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT type || ' ' || name || ' of ' || tbl_name || ': ' || coalesce(sql, '')"
                    + " FROM sqlite_master ORDER BY name")) {
      while (result.next()) {
        parts.add(result.getString(1));
      }
    }
    return parts;
  }

  private static String script(String name) {
    try (InputStream in = SqliteFile.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("Resource (" + name + ") could not be read.", e);
    }
  }

  private long number(String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getLong(1);
    }
  }

  /** Prepares a statement that lives as long as the connection. Closes the file if it cannot. */
  PreparedStatement prepare(String sql) {
    try {
      return connection.prepareStatement(sql);
    } catch (SQLException e) {
      close();
      throw failure("be opened", e);
    }
  }

  /** Work on the connection. */
  interface Work<V> {
    V run() throws SQLException;
  }

  /** Work on a connection that only reads. */
  interface Reading<V> {
    V run(Connection reader) throws SQLException;
  }

  /** Reads without a transaction. */
  <V> V read(String what, Work<V> work) {
    try {
      return work.run();
    } catch (SQLException e) {
      throw failure(what, e);
    }
  }

  /** Does the work wholly, durably when this returns, or not at all. */
  <V> V transaction(String what, Work<V> work) {
    // In so many words, because the driver's own setAutoCommit(false) believes itself in a
    // transaction when it failed to begin one, and its commit() begins the next.
    boolean done = false;
    try (Statement statement = connection.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      try {
        V value = work.run();
        statement.execute("COMMIT");
        done = true;
        return value;
      } finally {
        if (!done) {
          rollBack(statement);
        }
      }
    } catch (SQLException e) {
      throw failure(what, e);
    }
  }

  // What made it necessary is the error to tell. SQLite itself rolls back after the worst ones, and
  // then there is nothing left to roll back.
  private static void rollBack(Statement statement) {
    try {
      statement.execute("ROLLBACK");
    } catch (SQLException ignored) {
      return;
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failure("be closed", e);
    }
  }

  Path file() {
    return file;
  }

  private RsiException failure(String what, SQLException e) {
    return failure(file, what, e);
  }

  private static RsiException failure(Path file, String what, SQLException e) {
    if (!(e instanceof SQLiteException sqlite)) {
      // What SQLite says is an SQLiteException; the driver wraps only what kept it from asking.
      Throwable cause = e.getCause();
      return cause == null ? failure(file, what, e, "", false) : noNative(file, cause);
    }
    SQLiteErrorCode code = sqlite.getResultCode();
    // The lowest byte is the kind of error, the rest its variant.
    SQLiteErrorCode kind = SQLiteErrorCode.getErrorCode(code.code & 0xff);
    return switch (kind) {
      case SQLITE_NOTADB ->
          failure(file, what, e, "another path was meant: this is no SQLite file", false);
      case SQLITE_CORRUPT ->
          failure(
              file,
              what,
              e,
              "the disk is failing. Restore a copy, or save what can be read: sqlite3 \""
                  + file
                  + "\" .recover",
              false);
      case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH ->
          failure(
              file,
              what,
              e,
              "this user may not write the file or its directory, where SQLite keeps two files"
                  + " beside it",
              false);
      case SQLITE_BUSY, SQLITE_LOCKED ->
          failure(file, what, e, "another process writes to it for long: end that one", true);
      case SQLITE_FULL -> failure(file, what, e, "the disk is full: make room", true);
      default -> failure(file, what, e, "the disk has a fault, or is gone", false);
    };
  }

  private static RsiException failure(
      Path file, String what, SQLException e, String maybe, boolean retryable) {
    return new RsiException(
        "Run store ("
            + file
            + ") could not "
            + what
            + ": "
            + e.getMessage()
            + (maybe.isEmpty() ? "" : "\nMaybe " + maybe + "."),
        e,
        retryable);
  }

  private static RsiException noNative(Path file, Throwable cause) {
    return new RsiException(
        "Run store ("
            + file
            + ") could not be opened, because SQLite's native library could not be loaded on ("
            + System.getProperty("os.name")
            + ", "
            + System.getProperty("os.arch")
            + "): "
            + cause
            + "\nMaybe the temporary directory does not allow programs (noexec): name another with"
            + " -Dorg.sqlite.tmpdir=<directory>.",
        cause);
  }
}
