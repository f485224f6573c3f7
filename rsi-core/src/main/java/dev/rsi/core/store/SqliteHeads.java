package dev.rsi.core.store;

import com.google.common.hash.Hashing;
import dev.rsi.api.RsiException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where each run of an SQLite file ends, kept a second time in a file beside it: a log that was cut
 * or damaged ends earlier, and SQLite takes that for its end.
 *
 * <p>It is written after each commit, and before anybody hears of it. It is never synced, so after
 * a power cut it may say less than the database holds, and never more. The first 64 bytes name the
 * store, each further 64 are a run's, at the place of its number: how many events it has (8 bytes,
 * the highest first), the hash of the last (32), and of SHA-256 over the store's id, the run's
 * number and those two the first 8; the rest is 0.
 */
final class SqliteHeads implements AutoCloseable {
  private static final String MAGIC = "rsi heads 1 ";
  private static final int SLOT = 64;
  private static final int CHECK = 8;

  private final Path file;
  private String id;
  private @Nullable RandomAccessFile open;
  private @Nullable Object key;

  SqliteHeads(Path file) {
    this.file = file;
    this.id = "";
  }

  /** Whether there is such a file. */
  boolean exists() {
    return Files.exists(file);
  }

  /** What it says: the end of each run by its number. */
  Map<Long, End> read(String store) {
    byte[] all;
    try {
      all = Files.readAllBytes(file);
    } catch (IOException e) {
      throw failure("be read", e);
    }
    Map<Long, End> ends = new TreeMap<>();
    if (all.length < SLOT) {
      // It was being made when the process ended.
      return ends;
    }
    String begins = new String(all, 0, SLOT, StandardCharsets.US_ASCII);
    if (!begins.startsWith(MAGIC + store)) {
      throw new RsiException(
          "File ("
              + file
              + ") tells where the runs of another store end than the one beside it, which is ("
              + store
              + "): it begins with ("
              + begins.strip()
              + ").\nMaybe another store was put here: delete this file if that was on purpose.");
    }
    for (int at = SLOT; at + SLOT <= all.length; at += SLOT) {
      long run = at / SLOT;
      ByteBuffer slot = ByteBuffer.wrap(all, at, SLOT);
      if (isEmpty(slot)) {
        continue;
      }
      End end = new End(run, slot.getLong(), bytes(slot, Chain.LENGTH));
      if (!Arrays.equals(bytes(slot, CHECK), check(store, end))) {
        throw new RsiException(
            "File ("
                + file
                + ") is damaged: what it says of the run of number ("
                + run
                + ") is not what was written.\nMaybe the disk is failing: hold the store's audit"
                + " against a head kept elsewhere, and delete this file.");
      }
      ends.put(run, end);
    }
    return ends;
  }

  private static boolean isEmpty(ByteBuffer slot) {
    return slot.equals(ByteBuffer.allocate(SLOT));
  }

  private static byte[] bytes(ByteBuffer slot, int count) {
    byte[] bytes = new byte[count];
    slot.get(bytes);
    return bytes;
  }

  /** Opens it to be written, and makes it if it is not there. */
  void open(String store) {
    try {
      close();
      id = store;
      RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw");
      open = made;
      byte[] first =
          Arrays.copyOf((MAGIC + store + "\n").getBytes(StandardCharsets.US_ASCII), SLOT);
      made.seek(0);
      made.write(first);
      key = key();
    } catch (IOException e) {
      throw failure("be opened", e);
    }
  }

  /**
   * Whether it is still the file that was opened. If it is not, it is no second place any more, and
   * has to be made again.
   */
  boolean isThere() {
    try {
      Object now = key();
      return now == null ? Files.exists(file) : now.equals(key);
    } catch (IOException e) {
      return false;
    }
  }

  private @Nullable Object key() throws IOException {
    return Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class).fileKey();
  }

  /** Says where a run ends now. */
  void write(End end) {
    RandomAccessFile to = open;
    if (to == null) {
      throw new IllegalStateException("File (" + file + ") is not open.");
    }
    ByteBuffer slot = ByteBuffer.allocate(SLOT);
    slot.putLong(end.events()).put(end.hash()).put(check(id, end));
    try {
      to.seek(end.run() * SLOT);
      to.write(slot.array());
    } catch (IOException e) {
      throw failure("be written, though the events were recorded in the store itself", e);
    }
  }

  private static byte[] check(String store, End end) {
    return Arrays.copyOf(
        Hashing.sha256()
            .newHasher()
            .putString(store, StandardCharsets.US_ASCII)
            .putLong(end.run())
            .putLong(end.events())
            .putBytes(end.hash())
            .hash()
            .asBytes(),
        CHECK);
  }

  private RsiException failure(String what, IOException e) {
    return new RsiException(
        "File ("
            + file
            + "), which tells where the runs of the store beside it end, could not "
            + what
            + ": "
            + e
            + ".\nMaybe the disk is full, or this user may not write there.",
        e,
        true);
  }

  @Override
  public void close() throws IOException {
    RandomAccessFile opened = open;
    open = null;
    if (opened != null) {
      opened.close();
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
