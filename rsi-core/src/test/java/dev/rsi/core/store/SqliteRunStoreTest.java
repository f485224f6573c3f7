package dev.rsi.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rsi.api.RsiException;
import dev.rsi.core.internal.Seed;
import dev.rsi.core.report.RunEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SqliteRunStoreTest {
  @TempDir Path temporary;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = temporary.resolve("run.db");
  }

  @Test
  void should_read_the_sample_of_every_format_for_ever() throws IOException {
    for (int format = 1; format <= Schema.FORMAT; format++) {
      file = temporary.resolve("format-" + format + ".db");
      copySample(format);
      try (RunStore store = RunStore.sqlite(file)) {
        assertThat(store.runs()).containsExactly(SampleEvents.RUN);
        assertThat(store.events(SampleEvents.RUN)).isEqualTo(SampleEvents.ALL);
        List<Instant> instants = new ArrayList<>();
        store.forEach(SampleEvents.RUN, (at, event) -> instants.add(at));
        assertThat(instants)
            .hasSameSizeAs(SampleEvents.ALL)
            .allMatch(SampleEvents.AT::equals, "as in the sample");
        store.append(SampleEvents.RUN, SampleEvents.AT, SampleEvents.ALL);
        assertThat(store.events(SampleEvents.RUN)).hasSize(2 * SampleEvents.ALL.size());
      }
    }
  }

  @Test
  void should_chain_what_is_older_than_chains_and_say_how_much_that_was() throws Exception {
    int old = SampleEvents.ALL.size();
    copySample(1);
    try (RunStore store = RunStore.sqlite(file)) {
      store.append(SampleEvents.RUN, SampleEvents.AT, SampleEvents.ALL);
      store.create("new");
      RunStore.Audit audit = store.audit();
      assertThat(audit.fault()).isNull();
      assertThat(audit.events()).isEqualTo(2 * old);
      assertThat(audit.unchained()).isEqualTo(old);
      assertThat(store.audit("new").unchained()).isZero();
    }
    change("UPDATE event SET at = at + 1 WHERE seq = 3");
    try (RunStore store = RunStore.sqlite(file)) {
      assertThat(store.audit().fault()).contains("event (3) was altered");
      assertThat(store.audit().unchained()).isEqualTo(2);
    }
  }

  @Test
  void should_have_a_sample_of_every_format() {
    for (int format = 1; format <= Schema.FORMAT; format++) {
      assertThat(getClass().getResource(sample(format))).as("format %s", format).isNotNull();
    }
  }

  @Test
  void should_show_attempts_to_people() throws SQLException {
    writeSample();
    assertThat(
            query(
                "SELECT run, seq, at, generation, stage, level, task, seed, candidate, tokens,"
                    + " outcome, score, reason, critique FROM attempt ORDER BY seq"))
        .containsExactly(
            "sample-1|3|2026-01-02T03:04:05.678Z|1|SCOUT|6|12+34|-9223372036854775808"
                + "|46 \u00e4\ud83d\ude00|3|PASS|1.0||{\"overall\":0.25}",
            "sample-1|4|2026-01-02T03:04:05.678Z|1|PRACTICE|7|99+1|42|null|0|UNDECIDED|0.0"
                + "|the generator gave nothing|null");
  }

  @Test
  void should_sync_every_commit_to_a_write_ahead_log() {
    try (SqliteDatabase open = SqliteDatabase.open(file)) {
      assertThat(pragma(open, "journal_mode")).isEqualTo("wal");
      assertThat(pragma(open, "synchronous")).as("FULL").isEqualTo("2");
      assertThat(pragma(open, "foreign_keys")).isEqualTo("1");
      assertThat(pragma(open, "busy_timeout")).isEqualTo("10000");
    }
  }

  @Test
  void should_make_missing_directories() {
    file = temporary.resolve("a/b/run.db");
    writeSample();
    assertThat(file).exists();
  }

  @Test
  void should_take_an_empty_file_for_a_new_store() throws IOException {
    Files.createFile(file);
    writeSample();
    assertThat(Files.size(file)).isPositive();
  }

  @Test
  void should_refuse_a_file_that_is_no_database() throws IOException {
    Files.writeString(file, "These are the notes of a person, not a database.\n".repeat(100));
    byte[] before = Files.readAllBytes(file);
    assertRefused().withMessageContaining("Maybe another path was meant");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void should_refuse_the_database_of_another_program_and_leave_it_as_it_is() throws Exception {
    change("CREATE TABLE schema_version (version INTEGER)");
    byte[] before = Files.readAllBytes(file);
    assertRefused().withMessageContaining("no run store").withMessageContaining("Maybe");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    assertThat(temporary.toFile().list()).containsExactly("run.db");
  }

  @Test
  void should_refuse_a_newer_format() throws SQLException {
    writeSample();
    change("INSERT INTO schema_version (version) VALUES (7)");
    assertRefused()
        .withMessageContaining("format (7)")
        .withMessageContaining("up to (4)")
        .withMessageContaining("Maybe a newer rsi");
  }

  @Test
  void should_refuse_a_format_that_never_was() throws SQLException {
    writeSample();
    change("UPDATE schema_version SET version = -version");
    assertRefused().withMessageContaining("format is (-1)").withMessageContaining("Maybe");
  }

  @Test
  void should_refuse_a_directory_and_a_path_through_a_file() throws IOException {
    Files.createDirectory(file);
    assertRefused().withMessageContaining("Maybe this user may not write");
    Path through = Files.createFile(temporary.resolve("file")).resolve("run.db");
    assertThatExceptionOfType(RsiException.class)
        .isThrownBy(() -> RunStore.sqlite(through))
        .withMessageContaining(through.toString())
        .withMessageContaining("Maybe");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void should_refuse_a_file_where_nobody_may_write() {
    file = Path.of("/proc/run.db");
    assertRefused().withMessageContaining("Maybe this user may not write");
  }

  @Test
  void should_refuse_a_path_that_the_driver_would_misread() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunStore.sqlite(temporary.resolve("run.db?mode=memory")))
        .withMessageContaining("'?'");
  }

  @Test
  void should_say_that_the_disk_is_full_and_lose_nothing() {
    try (SqliteDatabase open = SqliteDatabase.open(file)) {
      RunStore store = new JdbcRunStore(open);
      store.create("run");
      store.append("run", Instant.EPOCH, SampleEvents.ALL);
      pragma(open, "max_page_count = 20");
      List<RunEvent> batch =
          Collections.nCopies(300, new RunEvent.Faulted(1, "part", "x".repeat(4000)));
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(() -> store.append("run", Instant.EPOCH, batch))
          .withMessageContaining(file.toString())
          .withMessageContaining("Maybe the disk is full")
          .matches(RsiException::retryable);
      assertThat(store.events("run")).isEqualTo(SampleEvents.ALL);
      pragma(open, "max_page_count = 2000");
      store.append("run", Instant.EPOCH, batch);
      assertThat(store.events("run")).hasSize(SampleEvents.ALL.size() + 300).endsWith(batch.get(0));
    }
  }

  @Test
  void should_name_the_event_that_was_changed_or_removed_by_hand() throws SQLException {
    for (String damage :
        List.of(
            "UPDATE event SET body = '{}' WHERE seq = 5",
            "UPDATE event SET body = replace(body, '{', '{\"more\":1,') WHERE seq = 5",
            "UPDATE event SET kind = 'dreamt' WHERE seq = 5",
            "UPDATE event SET generation = 9 WHERE seq = 5",
            "UPDATE event SET body = x'00ff' WHERE seq = 5",
            "DELETE FROM event WHERE seq = 5")) {
      file = temporary.resolve(Integer.toHexString(damage.hashCode()));
      writeSample();
      change(damage);
      try (RunStore store = RunStore.sqlite(file)) {
        assertThatExceptionOfType(RsiException.class)
            .as(damage)
            .isThrownBy(() -> store.events(SampleEvents.RUN))
            .withMessageContaining(file.toString())
            .withMessageContaining("run (sample-1), event (5) is damaged")
            .withMessageContaining("Maybe");
      }
    }
  }

  @Test
  void should_refuse_a_file_that_was_cut_short() throws IOException {
    writeMany();
    byte[] whole = Files.readAllBytes(file);
    Seed seed = Seed.next();
    Random random = seed.random();
    for (int cut = 0; cut < 10; cut++) {
      // An empty file is a new store.
      int length = 1 + random.nextInt(whole.length - 1);
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefusedOrNothingLost(length + " bytes left, " + seed);
    }
  }

  @Test
  void should_not_take_what_is_left_of_a_file_for_a_new_store() throws IOException {
    writeMany();
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {1, 15, 16, 99, 100, 511, 512, 4095, 4096}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatExceptionOfType(RsiException.class)
          .as("%s bytes", length)
          .isThrownBy(() -> RunStore.sqlite(file))
          .withMessageContaining(file.toString())
          .withMessageContaining("Maybe");
    }
  }

  @Test
  void should_never_show_a_damaged_page_as_events() throws IOException {
    writeMany();
    byte[] whole = Files.readAllBytes(file);
    Seed seed = Seed.next();
    Random random = seed.random();
    for (int tear = 0; tear < 25; tear++) {
      byte[] torn = whole.clone();
      // What a torn write leaves: sectors of something else.
      int start = 512 * random.nextInt(torn.length / 512);
      Arrays.fill(torn, start, start + 512, (byte) random.nextInt());
      Files.write(file, torn);
      assertRefusedOrNothingLost("torn at " + start + ", " + seed);
    }
  }

  private void assertRefusedOrNothingLost(String what) throws IOException {
    boolean same;
    try (RunStore store = RunStore.sqlite(file)) {
      same = store.events("run").equals(many());
    } catch (RsiException e) {
      assertThat(e).as(what).hasMessageContaining(file.toString());
      same = true;
    } catch (IllegalArgumentException e) {
      // The run itself is gone, and that is said too.
      same = true;
    }
    assertThat(same).as(what).isTrue();
    for (String left : List.of("-wal", "-shm")) {
      Files.deleteIfExists(Path.of(file + left));
    }
  }

  private ThrowableAssertAlternative<RsiException> assertRefused() {
    return assertThatExceptionOfType(RsiException.class)
        .isThrownBy(() -> RunStore.sqlite(file))
        .withMessageContaining("(" + file + ")");
  }

  private void writeSample() {
    SampleEvents.main(new String[] {file.toString()});
  }

  private void writeMany() {
    try (RunStore store = RunStore.sqlite(file)) {
      store.create("run");
      store.append("run", Instant.EPOCH, many());
    }
  }

  private static List<RunEvent> many() {
    List<RunEvent> events = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      events.add(new RunEvent.GenerationStarted(i, "incumbent".repeat(20), i));
    }
    return events;
  }

  private void copySample(int format) throws IOException {
    try (InputStream in = getClass().getResourceAsStream(sample(format))) {
      Files.copy(Objects.requireNonNull(in), file);
    }
  }

  private static String sample(int format) {
    return "format-" + format + ".sqlite";
  }

  private static String pragma(SqliteDatabase open, String name) {
    return open.transaction(
        "be asked",
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet result = statement.executeQuery("PRAGMA " + name)) {
            return result.getString(1);
          }
        });
  }

  /** Does what a person could do with the sqlite3 tool. */
  private void change(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private List<String> query(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int column = 1; column <= columns; column++) {
          row.add(result.getString(column));
        }
        rows.add(String.join("|", row));
      }
      return rows;
    }
  }
}
