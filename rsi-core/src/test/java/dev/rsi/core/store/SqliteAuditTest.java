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

/** What disks can do to a file, and what the audit says of it. */
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
