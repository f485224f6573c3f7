package dev.rsi.benchmarks;

import dev.rsi.core.store.RunStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * What recording an attempt costs as a store grows, how long its audit takes, and whether that
 * names the event that one flipped bit is in. Writes attempts as those at 12-digit additions in
 * batches of 1,000, audits them, flips a bit in the last event and audits them again. The store is
 * an SQLite file on the disk of the working directory, or a schema of a PostgreSQL server. Target:
 * as much per attempt at any size, and 10 s for the audit of a million.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.StoreAudit "-Dbench.args=1000000"}
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.StoreAudit "-Dbench.args=100000
 * jdbc:postgresql://localhost/postgres?user=postgres"}
 */
public final class StoreAudit {
  private static final int BATCH = 1000;
  private static final int WARM_UP = 20_000;
  private static final String RUN = "audited";
  private static final String SCHEMA = "rsi_store_audit";

  private StoreAudit() {}

  /**
   * The arguments are the number of events, a multiple of 1,000, 1,000,000 if there is none, and
   * the URL of a PostgreSQL database, whose schema {@code rsi_store_audit} is made and dropped.
   */
  public static void main(String[] arguments) throws Exception {
    int events = arguments.length == 0 ? 1_000_000 : Integer.parseInt(arguments[0]);
    if (arguments.length > 1) {
      PGSimpleDataSource source = new PGSimpleDataSource();
      source.setUrl(arguments[1]);
      try (Connection connection = source.getConnection()) {
        execute(connection, "CREATE SCHEMA " + SCHEMA);
        try {
          source.setCurrentSchema(SCHEMA);
          measure(events, () -> RunStore.postgresql(source), () -> flip(source, events));
        } finally {
          execute(connection, "DROP SCHEMA " + SCHEMA + " CASCADE");
        }
      }
    } else {
      Path file = Files.createTempFile(Path.of("").toAbsolutePath(), "store-audit", ".db");
      try {
        measure(
            events,
            () -> RunStore.sqlite(file),
            () -> {
              print(
                  "file: %,d bytes, %d per event",
                  Files.size(file), Files.size(file) / (WARM_UP + events));
              flip(file, SampleAttempts.at(events - 1).task());
            });
      } finally {
        for (String suffix : List.of("", "-wal", "-shm", "-head")) {
          Files.deleteIfExists(Path.of(file + suffix));
        }
      }
    }
  }

  private interface Action {
    void run() throws Exception;
  }

  private static void measure(int events, Supplier<RunStore> open, Action flip) throws Exception {
    try (RunStore store = open.get()) {
      store.create("warm-up");
      for (int from = 0; from < WARM_UP; from += BATCH) {
        store.append("warm-up", Instant.EPOCH, SampleAttempts.from(from, BATCH));
      }
      store.create(RUN);
      append(store, events);
    }
    for (int time = 1; time <= 3; time++) {
      RunStore.Audit audit = audit(open, "audit");
      if (!audit.sound() || audit.events() != WARM_UP + events) {
        throw new IllegalStateException("The audit says: " + audit);
      }
    }
    flip.run();
    RunStore.Audit audit = audit(open, "audit after one bit was flipped");
    print("%s", String.valueOf(audit.fault()));
    if (audit.sound() || audit.events() != WARM_UP + events - 1) {
      throw new IllegalStateException("The audit says: " + audit);
    }
  }

  private static void append(RunStore store, int events) {
    long start = System.nanoTime();
    long mark = start;
    int marked = 0;
    for (int from = 0; from < events; from += BATCH) {
      store.append(RUN, Instant.EPOCH, SampleAttempts.from(from, BATCH));
      int now = from + BATCH;
      // The last tenth before each power of ten.
      if (now == nextPower(now) * 9 / 10) {
        mark = System.nanoTime();
        marked = now;
      } else if (now == nextPower(now)) {
        double micros = 1e6 * seconds(mark) / (now - marked);
        print("%,d to %,d events: %.1f microseconds per event", marked, now, micros);
      }
    }
    print(
        "%,d events of one thread in batches of %,d, each synced: %.1f s, %,.0f per second",
        events, BATCH, seconds(start), events / seconds(start));
  }

  private static long nextPower(int number) {
    long power = 1;
    while (power < number) {
      power *= 10;
    }
    return power;
  }

  private static RunStore.Audit audit(Supplier<RunStore> open, String what) {
    try (RunStore store = open.get()) {
      long start = System.nanoTime();
      RunStore.Audit audit = store.audit();
      print("%s: %.2f s", what, seconds(start));
      return audit;
    }
  }

  /** Flips a bit of the last event's row. */
  private static void flip(DataSource source, int seq) throws SQLException {
    try (Connection connection = source.getConnection()) {
      execute(
          connection,
          "UPDATE event SET body = overlay(body PLACING chr(ascii(substr(body, 20)) # 1) FROM 20"
              + " FOR 1) WHERE run = 2 AND seq = "
              + seq);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Flips a bit in the last place where a text stands, which is near the end of the file. */
  private static void flip(Path file, String text) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      byte[] end = new byte[(int) Math.min(open.length(), 1 << 20)];
      long from = open.length() - end.length;
      open.seek(from);
      open.readFully(end);
      int place = new String(end, StandardCharsets.ISO_8859_1).lastIndexOf(text);
      if (place < 0) {
        throw new IllegalStateException("The last event is not near the end of the file.");
      }
      open.seek(from + place);
      open.write(end[place] ^ 1);
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
