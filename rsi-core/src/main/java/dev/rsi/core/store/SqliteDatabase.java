package dev.rsi.core.store;

import dev.rsi.api.RsiException;
import dev.rsi.core.internal.DiskUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** An SQLite file that is a run store, with one connection that writes to it. */
final class SqliteDatabase implements Database {
  // Marks the file as a run store, for us and for the file command: "rsi" in ASCII.
  static final int APPLICATION_ID = 0x727369;
  private static final int SMALLEST_PAGE = 512;
  private static final int BUSY_TIMEOUT_MILLIS = 10_000;

  private final Path file;
  private final Connection connection;
  private boolean closed;

  private SqliteDatabase(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  /** Opens a file, or makes it where there is none. */
  static SqliteDatabase open(Path path) {
    Path file = path.toAbsolutePath().normalize();
    if (file.toString().contains("?")) {
      throw new IllegalArgumentException(
          "File ("
              + file
              + ") has a '?' in its path, where the database driver sees options begin.\nMaybe"
              + " rename it.");
    }
    SqliteDatabase opened = new SqliteDatabase(file, connect(file));
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
        writer -> {
          upgrade();
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
    if (application == APPLICATION_ID) {
      Schema.check(file, format(), firstFormat(), "another file");
    }
  }

  @Override
  public long bytes() {
    long bytes = 0;
    for (String suffix : List.of("", "-wal", "-shm")) {
      try {
        bytes += DiskUsage.of(Path.of(file + suffix));
      } catch (IOException e) {
        throw new RsiException("Run store (" + file + ") could not be measured: " + e, e);
      }
    }
    return bytes;
  }

  /** The file's format, 0 for a new file. */
  private long format() throws SQLException {
    if (number("PRAGMA application_id") != APPLICATION_ID) {
      return 0;
    }
    return number("SELECT max(version) FROM schema_version");
  }

  private void upgrade() throws SQLException {
    Schema.upgrade(connection, "sqlite", format());
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA application_id = " + APPLICATION_ID);
    }
  }

  @Override
  public <V> V snapshot(String what, Work<V> work) {
    checkOpen();
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
    try (Connection reader = config.createConnection("jdbc:sqlite:" + file);
        Statement statement = reader.createStatement()) {
      statement.execute("BEGIN");
      return work.on(reader);
    } catch (SQLException e) {
      throw failure(what, e);
    }
  }

  private synchronized void checkOpen() {
    if (closed) {
      throw RunIds.closed("Run store (" + file + ")");
    }
  }

  @Override
  public Optional<Lock> lock(long run) {
    Path beside = Path.of(file + "-lease-" + run);
    // Nobody else takes or deletes it meanwhile.
    return transaction("be leased", writer -> SqliteLock.take(beside))
        .map(Held::new);
  }

  private final class Held implements Lock {
    private final SqliteLock lock;

    Held(SqliteLock lock) {
      this.lock = lock;
    }

    @Override
    public boolean held() {
      return true;
    }

    @Override
    public void close() {
      release(lock);
    }
  }

  private void release(SqliteLock lock) {
    try {
      try {
        transaction("end a lease", writer -> lock.delete());
      } finally {
        lock.close();
      }
    } catch (SQLException e) {
      throw failure("end a lease", e);
    }
  }

  @Override
  public String forUpdate() {
    // A transaction that writes is alone from its beginning.
    return "";
  }

  @Override
  public String stored(String column) {
    return "CAST(" + column + " AS BLOB)";
  }

  @Override
  public String holds(String column, String type) {
    return "typeof(" + column + ") = '" + type + "'";
  }

  @Override
  public int firstFormat() {
    return 1;
  }

  @Override
  public List<String> schema() throws SQLException {
    try (Connection fresh = new SQLiteConfig().createConnection("jdbc:sqlite::memory:")) {
      new SqliteDatabase(Path.of(":memory:"), fresh).upgrade();
      return schema(fresh);
    }
  }

  @Override
  public List<String> schema(Connection connection) throws SQLException {
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

  @Override
  public @Nullable String structuralFault(Connection connection) throws SQLException {
    // Indexes and pages: what a reader may not come by.
    try (Statement statement = connection.createStatement();
        ResultSet integrity = statement.executeQuery("PRAGMA integrity_check(1)")) {
      String found = integrity.getString(1);
      return "ok".equals(found) ? null : found;
    }
  }

  private long number(String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getLong(1);
    }
  }

  @Override
  public synchronized <V> V transaction(String what, Work<V> work) {
    checkOpen();
    // In so many words, because the driver's own setAutoCommit(false) believes itself in a
    // transaction when it failed to begin one, and its commit() begins the next.
    boolean done = false;
    try (Statement statement = connection.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      try {
        V value = work.on(connection);
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
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      connection.close();
    } catch (SQLException e) {
      throw failure("be closed", e);
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }

  static SQLiteErrorCode kind(SQLiteException e) {
    // The lowest byte is the kind of error, the rest its variant.
    return SQLiteErrorCode.getErrorCode(e.getResultCode().code & 0xff);
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
    return switch (kind(sqlite)) {
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
