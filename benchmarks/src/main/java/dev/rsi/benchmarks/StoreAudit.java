package dev.rsi.benchmarks;

import dev.rsi.core.store.RunStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;

/**
 * How long an audit of an SQLite store takes, and whether it names the event that one flipped bit
 * is in. Writes attempts as those at 12-digit additions to a file on the disk of the working
 * directory, audits it, flips a bit in the last event and audits it again. Target: 10 s for a
 * million events.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.StoreAudit "-Dbench.args=1000000"}
 */
public final class StoreAudit {
  private static final int BATCH = 1000;
  private static final String RUN = "audited";

  private StoreAudit() {}

  /** The argument is the number of events, a multiple of 1,000: 1,000,000 if there is none. */
  public static void main(String[] arguments) throws IOException {
    int events = arguments.length == 0 ? 1_000_000 : Integer.parseInt(arguments[0]);
    Path file = Files.createTempFile(Path.of("").toAbsolutePath(), "store-audit", ".db");
    try {
      try (RunStore store = RunStore.sqlite(file)) {
        store.create(RUN);
        long start = System.nanoTime();
        for (int from = 0; from < events; from += BATCH) {
          store.append(RUN, Instant.EPOCH, SampleAttempts.from(from, BATCH));
        }
        double seconds = seconds(start);
        print(
            "%,d events of one thread in batches of %,d, each synced: %.1f s, %,.0f per second",
            events, BATCH, seconds, events / seconds);
      }
      print("file: %,d bytes, %d per event", Files.size(file), Files.size(file) / events);
      for (int time = 1; time <= 3; time++) {
        RunStore.Audit audit = audit(file, "audit");
        if (!audit.sound() || audit.events() != events) {
          throw new IllegalStateException("The audit says: " + audit);
        }
      }
      flip(file, SampleAttempts.at(events - 1).task());
      RunStore.Audit audit = audit(file, "audit after one bit was flipped");
      print("%s", String.valueOf(audit.fault()));
      if (audit.sound() || audit.events() != events - 1) {
        throw new IllegalStateException("The audit says: " + audit);
      }
    } finally {
      Files.delete(file);
    }
  }

  private static RunStore.Audit audit(Path file, String what) {
    try (RunStore store = RunStore.sqlite(file)) {
      long start = System.nanoTime();
      RunStore.Audit audit = store.audit();
      print("%s: %.2f s", what, seconds(start));
      return audit;
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
