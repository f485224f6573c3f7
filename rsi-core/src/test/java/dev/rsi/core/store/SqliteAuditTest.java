package dev.rsi.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.RsiException;
import dev.rsi.core.internal.Seed;
import dev.rsi.core.report.RunEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people and disks can do to a store, and what the audit says of it. */
class SqliteAuditTest {
  private static final int EVENTS = 40;
  private static final int STEP = 11;

  @TempDir Path temporary;
  private Path file;

  @BeforeEach
  void write() {
    file = temporary.resolve("run.db");
    try (RunStore store = RunStore.sqlite(file)) {
      for (String run : List.of("first", "second", "third")) {
        store.create(run);
        store.append(run, Instant.EPOCH, events());
      }
    }
  }

  @Test
  void should_name_the_first_event_that_was_altered() throws Exception {
    for (String column : List.of("at", "generation")) {
      assertFound(column + " = " + column + " + 1", "Run (second), event (7) was altered");
    }
    for (String column : List.of("kind", "body")) {
      assertFound(column + " = " + column + " || ' '", "event (7) was altered");
      assertFound(column + " = CAST(" + column + " AS BLOB)", "event (7) was altered");
    }
    assertFound("at = 0.5", "event (7) was altered");
    assertFound("chain = x''", "event (7) was altered");
    assertFound("chain = randomblob(32)", "event (7) was altered");
    assertFound("chain = CAST(chain AS TEXT)", "event (7) was altered");
    assertFound("chain = (SELECT chain FROM event WHERE seq = 8)", "event (7) was altered");
  }

  /** Changes the seventh event of the second run. */
  private void assertFound(String change, String... fault) throws Exception {
    assertFault("UPDATE event SET " + change + " WHERE run = 2 AND seq = 7", fault);
  }

  @Test
  void should_name_the_first_event_that_is_missing() throws Exception {
    String where = " FROM event WHERE run = 2 AND seq ";
    assertFault("DELETE" + where + "= 7", "Run (second), event (7) is missing", "(8)");
    assertFault("DELETE" + where + "IN (1, 9)", "event (1) is missing", "(2)");
    assertFault("DELETE" + where + "= 40", "event (40) is missing", "counts (40)");
    assertFault("DELETE" + where + "> 0", "event (1) is missing", "counts (40)");
    assertFault(
        "DELETE" + where + "= 7; UPDATE event SET seq = seq - 1 WHERE run = 2 AND seq > 7",
        "event (7) was altered, or taken out");
    assertFault(
        "DELETE" + where + "= 40; UPDATE run SET events = 39 WHERE number = 2",
        "Run (second)",
        "last event (39)",
        "taken out");
  }

  @Test
  void should_name_the_first_event_that_stands_elsewhere() throws Exception {
    assertFault(
        swap("seq = CASE seq WHEN -7 THEN 9 ELSE 7 END"),
        "event (7) stands at place (9): events were reordered");
    assertFound("seq = 90", "event (7) stands at place (90)");
    assertFound("seq = 0", "event (0) was added");
    assertFault(
        "UPDATE event SET seq = -seq WHERE run = 2 AND seq >= 7;"
            + " UPDATE event SET seq = 1 - seq WHERE run = 2 AND seq < 0;"
            + " INSERT INTO event SELECT run, 7, at, generation, kind, body, chain FROM event"
            + " WHERE run = 2 AND seq = 3",
        "event (7) stands at place (8)");
  }

  private static String swap(String set) {
    return "UPDATE event SET seq = -seq WHERE run = 2 AND seq IN (7, 9);"
        + ("UPDATE event SET " + set + " WHERE run = 2 AND seq < 0");
  }

  @Test
  void should_name_what_was_added() throws Exception {
    String add =
        "INSERT INTO event SELECT run, 41, at, generation, kind, body, chain FROM event WHERE run ="
            + " 2 AND seq = 40";
    assertFault(add, "Run (second), event (41) was altered");
    assertFault(add + "; UPDATE run SET events = 41 WHERE number = 2", "event (41) was altered");
    assertFault(
        "INSERT INTO event SELECT 9, seq, at, generation, kind, body, chain FROM event WHERE run ="
            + " 2",
        "number (9)");
  }

  @Test
  void should_name_the_run_whose_row_was_altered_or_taken_out() throws Exception {
    String second = " WHERE number = 2";
    assertFault("UPDATE run SET id = 'other'" + second, "Run (other)", "origin");
    assertFault("UPDATE run SET unchained = 5" + second, "Run (second)", "origin");
    assertFault("UPDATE run SET origin = x'00'" + second, "Run (second)", "origin");
    assertFault("UPDATE run SET events = 39" + second, "Run (second)", "counts (39)", "(40)");
    assertFault("UPDATE run SET events = 41" + second, "event (41) is missing");
    assertFault("UPDATE run SET head = origin" + second, "Run (second)", "event (40)");
    assertFault("DELETE FROM event WHERE run = 2; DELETE FROM run" + second, "Run (third)");
    assertFault("DELETE FROM run WHERE number = 3", "Event (1)", "number (3)");
  }

  @Test
  void should_name_a_schema_that_was_altered() throws Exception {
    assertFault("DROP VIEW attempt", "schema", "view attempt");
    assertFault("INSERT INTO schema_version VALUES (0)", "formats");
    assertFault("DELETE FROM schema_version WHERE version = 1", "formats");
    // What people add for themselves changes nothing that was recorded.
    try (RunStore store = changed("CREATE INDEX mine ON event (generation)")) {
      assertThat(store.audit().fault()).isNull();
    }
  }

  @Test
  void should_count_what_is_sound_up_to_the_fault_and_leave_other_runs_alone() throws Exception {
    try (RunStore store = changed("UPDATE event SET at = 1 WHERE run = 2 AND seq = 7")) {
      assertThat(store.audit().events()).isEqualTo(EVENTS + 6);
      assertThat(store.audit("second").events()).isEqualTo(6);
      assertThat(store.audit("second").sound()).isFalse();
      assertThat(store.audit("first").sound()).isTrue();
      assertThat(store.audit("third").sound()).isTrue();
    }
  }

  @Test
  void should_show_a_hash_that_was_kept_to_whoever_looks_for_it() throws Exception {
    String head;
    try (RunStore store = RunStore.sqlite(file)) {
      head = store.audit("second").head();
      store.append("second", Instant.EPOCH, events());
    }
    assertThat(dump()).contains(head.toUpperCase(Locale.ROOT));
  }

  @Test
  void should_name_the_event_that_a_flipped_bit_is_in() throws Exception {
    Seed seed = Seed.next();
    Random random = seed.random();
    byte[] whole = Files.readAllBytes(file);
    for (int flip = 0; flip < 20; flip++) {
      int event = 1 + random.nextInt(EVENTS);
      String text = message(event);
      int offset = random.nextInt(text.length());
      int bit = random.nextInt(8);
      byte[] bytes = whole;
      // Free space holds copies that nobody reads: every copy is flipped.
      for (int place = find(whole, text, 0); place >= 0; place = find(whole, text, place + 1)) {
        bytes = flipped(bytes, place + offset, bit);
      }
      assertThat(audit(bytes))
          .as("bit %s of byte %s of its text, %s", bit, offset, seed)
          .contains("Run (first), event (" + event + ") was altered");
    }
  }

  @Test
  void should_find_a_flipped_bit_wherever_anything_is_recorded() throws Exception {
    Seed seed = Seed.next();
    Random random = seed.random();
    byte[] whole = Files.readAllBytes(file);
    String dump = dump();
    for (int flip = 0; flip < 60; flip++) {
      assertFoundOrHarmless(whole, dump, random.nextInt(whole.length), random.nextInt(8), seed);
    }
  }

  @Test
  @Tag("nightly")
  void should_find_a_flipped_bit_all_over_the_file() throws Exception {
    Seed seed = Seed.next();
    Random random = seed.random();
    byte[] whole = Files.readAllBytes(file);
    String dump = dump();
    Map<Found, Integer> counts = new EnumMap<>(Found.class);
    for (int place = random.nextInt(STEP); place < whole.length; place += STEP) {
      counts.merge(
          assertFoundOrHarmless(whole, dump, place, random.nextInt(8), seed), 1, Integer::sum);
    }
    System.out.println(
        "A flipped bit in one of " + STEP + " of " + whole.length + " bytes: " + counts);
    assertThat(counts.get(Found.AUDITED)).isPositive();
  }

  private enum Found {
    /** The store would not open. */
    REFUSED,
    /** The audit named it. */
    AUDITED,
    /** Nothing that is recorded depends on it: the unused rest of a page, for example. */
    HARMLESS
  }

  private Found assertFoundOrHarmless(byte[] whole, String dump, int place, int bit, Seed seed)
      throws Exception {
    String found = audit(flipped(whole, place, bit));
    if (found == null) {
      assertThat(dump()).as("bit %s of byte %s, %s", bit, place, seed).isEqualTo(dump);
      return Found.HARMLESS;
    }
    return found.startsWith(REFUSED) ? Found.REFUSED : Found.AUDITED;
  }

  private static final String REFUSED = "refused: ";

  /** What opening and auditing a file of these bytes says; null if nothing is wrong. */
  private String audit(byte[] bytes) throws IOException {
    Files.deleteIfExists(Path.of(file + "-wal"));
    Files.deleteIfExists(Path.of(file + "-shm"));
    Files.write(file, bytes);
    try (RunStore store = RunStore.sqlite(file)) {
      return store.audit().fault();
    } catch (RsiException e) {
      return REFUSED + e.getMessage();
    }
  }

  private static byte[] flipped(byte[] whole, int place, int bit) {
    byte[] flipped = whole.clone();
    flipped[place] ^= (byte) (1 << bit);
    return flipped;
  }

  private static int find(byte[] in, String text, int from) {
    return new String(in, StandardCharsets.ISO_8859_1).indexOf(text, from);
  }

  private void assertFault(String sql, String... fault) throws Exception {
    try (RunStore store = changed(sql)) {
      assertThat(store.audit().fault()).as(sql).contains(fault);
      assertThat(store.audit().sound()).isFalse();
    }
  }

  /** A store as written, and then changed as with the sqlite3 tool. */
  private RunStore changed(String sql) throws Exception {
    Files.delete(file);
    write();
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String each : sql.split(";", -1)) {
        statement.executeUpdate(each);
      }
    }
    return RunStore.sqlite(file);
  }

  /** Everything that is recorded. */
  private String dump() throws SQLException {
    StringBuilder dump = new StringBuilder();
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String query :
          List.of(
              "SELECT number, id, events, unchained, hex(origin), hex(head) FROM run",
              "SELECT run, seq, at, generation, kind, body, hex(chain) FROM event",
              "SELECT type, name, tbl_name, sql FROM sqlite_master",
              "SELECT version FROM schema_version",
              "PRAGMA application_id")) {
        try (ResultSet rows = statement.executeQuery(query)) {
          while (rows.next()) {
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
              dump.append(rows.getString(i)).append('|');
            }
            dump.append('\n');
          }
        }
      }
    }
    return dump.toString();
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }

  private static List<RunEvent> events() {
    List<RunEvent> events = new ArrayList<>();
    for (int i = 1; i <= EVENTS; i++) {
      events.add(new RunEvent.Faulted(i, "part", message(i)));
    }
    return events;
  }

  private static String message(int event) {
    return "what went wrong in event " + event + " of forty";
  }
}
