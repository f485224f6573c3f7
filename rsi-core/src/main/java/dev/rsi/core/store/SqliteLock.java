package dev.rsi.core.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * A lock on a file, which the system gives up when the process ends. SQLite takes it and not a
 * channel, because to close any channel of a file gives up every lock of the process on it.
 */
final class SqliteLock {
  private final Path file;
  private final Connection connection;

  private SqliteLock(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  /** Locks a file, which is made if it is not there; empty if another has it locked. */
  static Optional<SqliteLock> take(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(0);
    Connection connection = config.createConnection("jdbc:sqlite:" + file);
    try (Statement statement = connection.createStatement()) {
      statement.execute("BEGIN EXCLUSIVE");
      return Optional.of(new SqliteLock(file, connection));
    } catch (SQLException e) {
      connection.close();
      if (e instanceof SQLiteException sqlite
          && SqliteDatabase.kind(sqlite) == SQLiteErrorCode.SQLITE_BUSY) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Gives the lock up and deletes the file, while nobody may take it. */
  Path delete() throws SQLException {
    connection.close();
    try {
      Files.deleteIfExists(file);
    } catch (IOException ignored) {
      // It is empty and locks nobody out.
      return file;
    }
    return file;
  }

  /** Gives the lock up, if that was not done yet. */
  void close() throws SQLException {
    connection.close();
  }
}
