package dev.rsi.core.store;

import dev.rsi.api.RsiException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** The numbered scripts that make a store of each format of the one before it. */
final class Schema {
  /** The format written; stores of every format up to it are brought to it when opened. */
  static final int FORMAT = 4;

  private Schema() {}

  /**
   * Brings a database to the newest format, within the transaction under way.
   *
   * @param kind of database: where its scripts are
   * @param format it has, or the one before its first
   */
  static void upgrade(Connection connection, String kind, long format) throws SQLException {
    for (long version = format + 1; version <= FORMAT; version++) {
      try (Statement statement = connection.createStatement()) {
        for (String sql : script(kind + "/schema-" + version + ".sql").split(";\\R", -1)) {
          if (!sql.isBlank()) {
            statement.execute(sql);
          }
        }
        statement.execute("INSERT INTO schema_version (version) VALUES (" + version + ")");
      }
      if (version == FirstChains.FORMAT) {
        FirstChains.write(connection);
      }
    }
  }

  private static String script(String name) {
    try (InputStream in = Schema.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("There is no resource (" + name + ").");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("Resource (" + name + ") could not be read.", e);
    }
  }

  /**
   * Refuses a store whose format this version does not know.
   *
   * @param name of the store
   * @param first format that there was for such a store
   * @param another what else the user may take, as "another file"
   */
  static void check(Object name, long format, int first, String another) {
    if (format < first) {
      throw new RsiException(
          "Run store ("
              + name
              + ") is damaged: its format is ("
              + format
              + "), and the first was ("
              + first
              + ").\nMaybe it was changed by hand: restore a copy of it.");
    }
    if (format > FORMAT) {
      throw new RsiException(
          "Run store ("
              + name
              + ") is of format ("
              + format
              + "), and this version of rsi knows formats up to ("
              + FORMAT
              + ").\nMaybe a newer rsi wrote it: use that one, or "
              + another
              + ".");
    }
  }
}
