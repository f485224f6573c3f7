package dev.rsi.testkit;

import dev.rsi.core.store.RunStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class PostgresAlteredTest extends AlteredStore {
  @Override
  RunStore open(Path home) {
    return RunStore.postgresql(PostgresSchema.of(home).source());
  }

  @Override
  Connection connect(Path home) throws SQLException {
    return PostgresSchema.of(home).source().getConnection();
  }

  @Override
  String bytes(String hex) {
    return "decode('" + hex + "', 'hex')";
  }

  @Override
  String unbound() {
    return "ALTER TABLE event DROP CONSTRAINT event_run_fkey;";
  }

  @Test
  void should_name_a_column_or_a_constraint_that_was_altered() throws Exception {
    assertFault(unbound(), "schema", "FOREIGN KEY (run) REFERENCES run(number)");
    assertFault(
        "ALTER TABLE run ALTER COLUMN events TYPE numeric", "schema", "column events of run");
    assertFault("ALTER TABLE run ALTER COLUMN head DROP NOT NULL", "schema", "column head of run");
  }
}
