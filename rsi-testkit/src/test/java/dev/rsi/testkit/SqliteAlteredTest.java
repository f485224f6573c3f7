package dev.rsi.testkit;

import dev.rsi.core.store.RunStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class SqliteAlteredTest extends AlteredStore {
  @Override
  RunStore open(Path home) {
    try {
      // Who can write to the store can do so too; else it would be refused when it is opened.
      Files.deleteIfExists(home.resolve("run.db-head"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return RunStore.sqlite(home.resolve("run.db"));
  }

  @Override
  Connection connect(Path home) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + home.resolve("run.db"));
  }

  @Override
  String bytes(String hex) {
    return "x'" + hex + "'";
  }

  @Override
  String unbound() {
    // Only connections that ask for it hold to it.
    return "";
  }

  @Test
  void should_name_an_event_that_changed_its_type_and_reads_the_same() throws Exception {
    for (String column : new String[] {"kind", "body"}) {
      assertFound(column + " = CAST(" + column + " AS BLOB)", "event (7) was altered");
    }
    assertFound("at = 0.5", "event (7) was altered");
    assertFound("chain = CAST(chain AS TEXT)", "event (7) was altered");
  }

  @Test
  void should_name_a_table_of_formats_that_lacks_one() throws Exception {
    assertFault("DELETE FROM schema_version WHERE version = 1", "formats");
  }
}
