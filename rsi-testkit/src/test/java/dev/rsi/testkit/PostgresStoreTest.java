package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rsi.api.RsiException;
import dev.rsi.api.Verdict;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** What only a store on a server has to bear. */
class PostgresStoreTest {
  private static final List<RunEvent> EVENTS = List.of(new RunEvent.Faulted(1, "part", "it threw"));

  private static final List<RunEvent> SAMPLE =
      List.of(
          new RunEvent.RunStarted(-7, "anchor", Map.of("budget", "3 generations")),
          new RunEvent.Faulted(1, "listener", "46 \u00e4\ud83d\ude00 \u0000 half \ud83d"),
          new RunEvent.Promoted(1, "anchor", "challenger"));

  @TempDir Path home;
  private PostgresSchema schema;

  @BeforeEach
  void makeSchema() {
    schema = PostgresSchema.of(home);
  }

  @Test
  void should_read_the_sample_of_every_format_for_ever() throws Exception {
    for (int format = 3; format <= 4; format++) {
      String dump = "postgresql-format-" + format + ".sql";
      try (InputStream in = getClass().getResourceAsStream(dump)) {
        schema.change(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
      PGSimpleDataSource source = (PGSimpleDataSource) schema.source();
      source.setCurrentSchema("sample");
      try (RunStore store = RunStore.postgresql(source)) {
        assertThat(store.runs()).containsExactly("sample-1");
        assertThat(store.events("sample-1")).isEqualTo(SAMPLE);
        store.append("sample-1", Instant.EPOCH, SAMPLE);
        assertThat(store.audit().fault()).isNull();
        assertThat(store.audit().events()).isEqualTo(2L * SAMPLE.size());
      } finally {
        schema.change("DROP SCHEMA sample CASCADE");
      }
    }
  }

  /** Writes the sample of the format of today to an empty schema, to be dumped with pg_dump. */
  public static void main(String[] arguments) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(arguments[0]);
    try (RunStore store = RunStore.postgresql(source)) {
      store.create("sample-1");
      store.append("sample-1", Instant.parse("2026-01-02T03:04:05.678Z"), SAMPLE);
    }
  }

  @Test
  void should_refuse_a_newer_format_and_one_that_never_was() throws SQLException {
    open().close();
    schema.change("INSERT INTO schema_version VALUES (7)");
    assertRefused()
        .withMessageContaining("format (7)")
        .withMessageContaining("up to (4)")
        .withMessageContaining("Maybe a newer rsi wrote it: use that one, or another schema");
    schema.change("UPDATE schema_version SET version = -version");
    assertRefused().withMessageContaining("format is (-3)").withMessageContaining("Maybe");
  }

  @Test
  void should_refuse_the_tables_of_another_program_and_leave_them_as_they_are() throws Exception {
    schema.change("CREATE TABLE event (note TEXT)");
    assertRefused()
        .withMessageContaining("has a (event) of another program")
        .withMessageContaining("currentSchema");
    assertThat(
            rows(
                "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"))
        .containsExactly("event");
  }

  @Test
  void should_refuse_a_schema_that_is_not_there() {
    PGSimpleDataSource source = (PGSimpleDataSource) schema.source();
    source.setCurrentSchema("nowhere");
    assertThatExceptionOfType(RsiException.class)
        .isThrownBy(() -> RunStore.postgresql(source))
        .withMessageContaining("has no schema of the name")
        .withMessageContaining("Maybe create it");
  }

  @Test
  void should_refuse_a_database_that_cannot_hold_any_text() throws SQLException {
    schema.change("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    try {
      PGSimpleDataSource source = (PGSimpleDataSource) schema.source();
      source.setDatabaseName("latin");
      source.setCurrentSchema("public");
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(() -> RunStore.postgresql(source))
          .withMessageContaining("(LATIN1)")
          .withMessageContaining("Maybe create one with ENCODING 'UTF8'");
    } finally {
      schema.change("DROP DATABASE latin");
    }
  }

  @Test
  void should_say_that_no_server_is_there_and_that_a_user_may_not_write() throws SQLException {
    PGSimpleDataSource nowhere = (PGSimpleDataSource) schema.source();
    nowhere.setPortNumbers(new int[] {1});
    assertThatExceptionOfType(RsiException.class)
        .isThrownBy(() -> RunStore.postgresql(nowhere))
        .withMessageContaining("Maybe the server is down")
        .matches(RsiException::retryable);
    schema.change("CREATE ROLE reader LOGIN");
    try {
      PGSimpleDataSource reader = (PGSimpleDataSource) schema.source();
      reader.setUser("reader");
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(() -> RunStore.postgresql(reader))
          .withMessageContaining("Maybe")
          .matches(e -> !e.retryable());
    } finally {
      schema.change("DROP ROLE reader");
    }
  }

  @Test
  void should_make_one_store_when_many_open_a_new_one_and_begin_runs_at_once() throws Exception {
    List<Callable<List<String>>> jobs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String run = "run-" + i;
      jobs.add(
          () -> {
            try (RunStore store = open()) {
              store.create(run);
              for (int batch = 0; batch < 20; batch++) {
                store.append(run, Instant.EPOCH, EVENTS);
              }
              return store.runs();
            }
          });
    }
    Threads.together(jobs);
    try (RunStore store = open()) {
      assertThat(store.runs()).containsExactlyInAnyOrder("run-0", "run-1", "run-2", "run-3");
      assertThat(store.audit().fault()).isNull();
      assertThat(store.audit().events()).isEqualTo(80);
    }
  }

  @Test
  void should_chain_what_many_stores_append_to_one_run_at_once() throws Exception {
    try (RunStore store = open()) {
      store.create("run");
      Callable<Boolean> append =
          () -> {
            try (RunStore other = open()) {
              for (int batch = 0; batch < 20; batch++) {
                other.append("run", Instant.EPOCH, EVENTS);
              }
              return true;
            }
          };
      Threads.together(Collections.nCopies(4, append));
      assertThat(store.audit().fault()).isNull();
      assertThat(store.events("run")).hasSize(80);
    }
  }

  @Test
  void should_make_commits_durable_whatever_the_default_is() throws SQLException {
    schema.change("ALTER ROLE rsi SET synchronous_commit = off");
    try (RunStore store = open()) {
      assertThat(rows("SHOW synchronous_commit")).containsExactly("off");
      store.create("run");
      schema.change(
          "CREATE FUNCTION durable() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF"
              + " current_setting('synchronous_commit') <> 'on' THEN RAISE 'not durable'; END IF;"
              + " RETURN NEW; END $$");
      schema.change(
          "CREATE TRIGGER durable BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION durable()");
      store.append("run", Instant.EPOCH, EVENTS);
      assertThat(store.events("run")).isEqualTo(EVENTS);
    } finally {
      schema.change("ALTER ROLE rsi RESET synchronous_commit");
    }
  }

  @Test
  void should_go_on_after_a_connection_was_cut() throws SQLException {
    try (RunStore store = open()) {
      store.create("run");
      store.append("run", Instant.EPOCH, EVENTS);
      cutAll();
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(() -> store.append("run", Instant.EPOCH, EVENTS))
          .withMessageContaining("could not record events")
          .withMessageContaining("Maybe the server is down")
          .matches(RsiException::retryable);
      store.append("run", Instant.EPOCH, EVENTS);
      assertThat(store.events("run")).hasSize(2);
      assertThat(store.audit().fault()).isNull();
    }
  }

  @Test
  void should_let_a_driver_that_lost_its_lease_record_nothing_more() throws SQLException {
    try (RunStore store = open();
        RunStore other = open()) {
      store.create("run");
      store.lease("run");
      store.append("run", Instant.EPOCH, EVENTS);
      cutAll();
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(() -> store.append("run", Instant.EPOCH, EVENTS));
      // As long as nobody else came, the run is still its own.
      store.append("run", Instant.EPOCH, EVENTS);
      assertThatExceptionOfType(RsiException.class).isThrownBy(() -> other.create("another"));
      other.lease("run");
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(() -> store.append("run", Instant.EPOCH, EVENTS))
          .withMessageContaining("The lease of run (run) was lost")
          .withMessageContaining("process (" + ProcessHandle.current().pid() + ")")
          .withMessageContaining("Maybe")
          .matches(e -> !e.retryable());
      other.append("run", Instant.EPOCH, EVENTS);
      assertThat(other.events("run")).hasSize(3);
    }
  }

  /** Ends the connections of everybody else. */
  private void cutAll() throws SQLException {
    // By a function that waits until they are gone.
    schema.change(
        "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE pid <>"
            + " pg_backend_pid() AND backend_type = 'client backend'");
  }

  @Test
  void should_show_attempts_to_people_whatever_a_model_said() throws SQLException {
    List<String> said =
        List.of(
            "46 \u00e4\ud83d\ude00",
            "nul \u0000",
            "half \ud83d",
            "\ude00 half",
            "\ud83d\ud83d\ude00",
            "\\ud83d\ude00",
            "\\u0000\\",
            "\"\\\u0000");
    List<RunEvent> attempts = new ArrayList<>();
    for (String text : said) {
      attempts.add(
          new RunEvent.Attempted(
              1,
              RunEvent.Stage.SCOUT,
              6,
              "12+34",
              Long.MIN_VALUE,
              text,
              3,
              Verdict.Outcome.PASS,
              1,
              "",
              null,
              null));
    }
    try (RunStore store = open()) {
      store.create("run");
      store.append("run", Instant.parse("2026-01-02T03:04:05.678Z"), attempts);
    }
    assertThat(rows("SELECT candidate FROM attempt ORDER BY seq"))
        .containsExactly(
            "46 \u00e4\ud83d\ude00",
            "nul \ufffd",
            "half \ufffd",
            "\ufffd half",
            "\ufffd\ud83d\ude00",
            "\\ud83d\ufffd",
            "\\u0000\\",
            "\"\\\ufffd");
    assertThat(
            rows(
                "SELECT concat_ws('|', run, seq, at AT TIME ZONE 'UTC', generation, stage, level,"
                    + " task, seed, tokens, outcome, score, reason, critique) FROM attempt WHERE"
                    + " seq = 1"))
        .containsExactly(
            "run|1|2026-01-02 03:04:05.678|1|SCOUT|6|12+34|-9223372036854775808|3|PASS|1||null");
  }

  private RunStore open() {
    return RunStore.postgresql(schema.source());
  }

  private ThrowableAssertAlternative<RsiException> assertRefused() {
    return assertThatExceptionOfType(RsiException.class).isThrownBy(this::open);
  }

  private List<String> rows(String query) throws SQLException {
    try (Connection connection = schema.source().getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      List<String> rows = new ArrayList<>();
      while (result.next()) {
        rows.add(result.getString(1));
      }
      return rows;
    }
  }
}
