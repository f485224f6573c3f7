package dev.rsi.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A schema that belongs to a directory, whose file {@code url} says where it is: also to another
 * process, which has not started the server.
 */
final class PostgresSchema {
  private final String url;

  private PostgresSchema(String url) {
    this.url = url;
  }

  /** The schema of a directory; a new one if it has none. */
  static PostgresSchema of(Path home) {
    try {
      Path file = home.resolve("url");
      if (!Files.exists(file)) {
        String name = "rsi_" + UUID.randomUUID().toString().replace("-", "");
        new PostgresSchema(PostgresServer.url()).change("CREATE SCHEMA " + name);
        Files.writeString(file, PostgresServer.url() + "&currentSchema=" + name);
      }
      return new PostgresSchema(Files.readString(file));
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  DataSource source() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    return source;
  }

  /** Does what a person could do with psql. */
  void change(String sql) throws SQLException {
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
