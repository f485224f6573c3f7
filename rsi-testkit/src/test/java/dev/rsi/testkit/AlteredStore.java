package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people can do to a store in a database, and what its audit says of it. */
abstract class AlteredStore {
  private static final int EVENTS = 40;

  @TempDir Path temporary;

  /** Opens the store of a directory, made if it is not there. */
  abstract RunStore open(Path home);

  /** Connects to it as anybody may. */
  abstract Connection connect(Path home) throws SQLException;

  /** Bytes, of their hexadecimal digits. */
  abstract String bytes(String hex);

  /** What lets an event belong to no run, ended by a semicolon. */
  abstract String unbound();

  @Test
  void should_name_the_first_event_that_was_altered() throws Exception {
    for (String column : List.of("at", "generation")) {
      assertFound(column + " = " + column + " + 1", "Run (second), event (7) was altered");
    }
    for (String column : List.of("kind", "body")) {
      assertFound(column + " = " + column + " || ' '", "event (7) was altered");
    }
    assertFound("chain = " + bytes(""), "event (7) was altered");
    assertFound("chain = " + bytes("0f".repeat(32)), "event (7) was altered");
    assertFound(
        "chain = (SELECT chain FROM event WHERE run = 2 AND seq = 8)", "event (7) was altered");
  }

  /** Changes the seventh event of the second run. */
  final void assertFound(String change, String... fault) throws Exception {
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
        unbound()
            + "INSERT INTO event SELECT 9, seq, at, generation, kind, body, chain FROM event WHERE run ="
            + " 2",
        "number (9)");
  }

  @Test
  void should_name_the_run_whose_row_was_altered_or_taken_out() throws Exception {
    String second = " WHERE number = 2";
    assertFault("UPDATE run SET id = 'other'" + second, "Run (other)", "origin");
    assertFault("UPDATE run SET unchained = 5" + second, "Run (second)", "origin");
    assertFault("UPDATE run SET origin = " + bytes("00") + second, "Run (second)", "origin");
    assertFault("UPDATE run SET events = 39" + second, "Run (second)", "counts (39)", "(40)");
    assertFault("UPDATE run SET events = 41" + second, "event (41) is missing");
    assertFault("UPDATE run SET head = origin" + second, "Run (second)", "event (40)");
    assertFault("DELETE FROM event WHERE run = 2; DELETE FROM run" + second, "Run (third)");
    assertFault(unbound() + "DELETE FROM run WHERE number = 3", "Event (1)", "number (3)");
  }

  @Test
  void should_name_a_schema_that_was_altered() throws Exception {
    assertFault("DROP VIEW attempt", "schema", "view attempt");
    assertFault("INSERT INTO schema_version VALUES (0)", "formats");
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
  void should_name_the_event_that_a_flipped_bit_is_in() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int flip = 0; flip < 10; flip++) {
      int event = 1 + random.nextInt(EVENTS);
      Path home = written();
      try (Connection connection = connect(home)) {
        String column = random.nextBoolean() ? "body" : "kind";
        flip(connection, column, event, random);
      }
      try (RunStore store = open(home)) {
        assertThat(store.audit().fault())
            .as("seed %s", seed)
            .contains("Run (second), event (" + event + ") was altered");
      }
    }
  }

  /** Flips one of the four lowest bits of one character of a text, which stays ASCII. */
  private static void flip(Connection connection, String column, int event, Random random)
      throws SQLException {
    String where = " WHERE run = 2 AND seq = " + event;
    char[] text;
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT " + column + " FROM event" + where)) {
      assertThat(row.next()).isTrue();
      text = row.getString(1).toCharArray();
    }
    text[random.nextInt(text.length)] ^= (char) (1 << random.nextInt(4));
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE event SET " + column + " = ?" + where)) {
      update.setString(1, new String(text));
      assertThat(update.executeUpdate()).isEqualTo(1);
    }
  }

  final void assertFault(String sql, String... fault) throws Exception {
    try (RunStore store = changed(sql)) {
      assertThat(store.audit().fault()).as(sql).contains(fault);
      assertThat(store.audit().sound()).isFalse();
    }
  }

  /** A store as written, and then changed by a person. */
  private RunStore changed(String sql) throws Exception {
    Path home = written();
    try (Connection connection = connect(home);
        Statement statement = connection.createStatement()) {
      for (String each : sql.split(";", -1)) {
        statement.executeUpdate(each);
      }
    }
    return open(home);
  }

  private Path written() throws Exception {
    Path home = Files.createTempDirectory(temporary, "store");
    try (RunStore store = open(home)) {
      for (String run : List.of("first", "second", "third")) {
        store.create(run);
        store.append(run, Instant.EPOCH, events());
      }
    }
    return home;
  }

  private static List<RunEvent> events() {
    List<RunEvent> events = new ArrayList<>();
    for (int i = 1; i <= EVENTS; i++) {
      events.add(new RunEvent.Faulted(i, "part", "what went wrong in event " + i + " of forty"));
    }
    return events;
  }
}
