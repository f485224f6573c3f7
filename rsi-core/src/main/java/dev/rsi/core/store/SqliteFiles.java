package dev.rsi.core.store;

import dev.rsi.api.RsiException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The files of an SQLite database that is open, and whether they are still those that were opened.
 * SQLite itself looks at its locks alone, and those are given up when anybody in the process reads
 * the files; then another process may take its log away under it. Not thread-safe.
 */
final class SqliteFiles {
  private static final int MOST_LINKS = 40;

  /** What became of the files. */
  enum Change {
    NONE,
    /** The database was written to by somebody else, which another process may well do. */
    WRITTEN,
    /** The log, or its index, is not the one that was opened: what is written to that is lost. */
    LOG,
    /** The database is not the one that was opened, or was cut. */
    FILE
  }

  private record Stamp(@Nullable Object key, long size, long changed) {
    static final Stamp NOTHING = new Stamp(null, -1, -1);

    static Stamp of(Path file) {
      try {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(now.fileKey(), now.size(), now.lastModifiedTime().toMillis());
      } catch (IOException e) {
        return NOTHING;
      }
    }

    /** Whether it is of the same file, which has not become shorter. */
    boolean isStill(Stamp before) {
      return size >= 0 && Objects.equals(key, before.key) && size >= before.size;
    }
  }

  private final Path database;
  private final Path log;
  private final Path index;
  private Stamp databaseThen = Stamp.NOTHING;
  private Stamp logThen = Stamp.NOTHING;
  private Stamp indexThen = Stamp.NOTHING;

  SqliteFiles(Path database) {
    this.database = database;
    this.log = Path.of(database + "-wal");
    this.index = Path.of(database + "-shm");
  }

  /**
   * Where a path leads to, so that whoever opens a database by whatever path finds the same files
   * beside it. The file itself need not be there yet.
   *
   * @throws IOException if a directory on the way is not there, or links lead in a circle
   */
  static Path canonical(Path path) throws IOException {
    Path file = path.toAbsolutePath();
    for (int links = 0; links < MOST_LINKS; links++) {
      Path parent = file.getParent();
      Path name = file.getFileName();
      if (parent == null || name == null) {
        return file;
      }
      // Links are followed before "..", as the system does.
      Path real = parent.toRealPath().resolve(name);
      if (name.toString().equals("..") || name.toString().equals(".")) {
        return real.toRealPath();
      }
      if (!Files.isSymbolicLink(real)) {
        return real;
      }
      file = parent.toRealPath().resolve(Files.readSymbolicLink(real));
    }
    throw new NoSuchFileException(path.toString(), null, "too many links");
  }

  /** Refuses a file that has a second name, by which another log would be kept of it. */
  static void checkOneName(Path file) throws IOException {
    if (Files.isRegularFile(file)
        && file.getFileSystem().supportedFileAttributeViews().contains("unix")
        && Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS) instanceof Number links
        && links.intValue() > 1) {
      throw new RsiException(
          "Run store ("
              + file
              + ") has ("
              + links
              + ") names: a process that opens it by another of them sees neither its log nor its"
              + " leases.\nMaybe a hard link was made as a copy of it: delete that one, or put a"
              + " real copy in its place.");
    }
  }

  /** Takes the files as they are now for those that are open. */
  void opened() {
    databaseThen = Stamp.of(database);
    logThen = Stamp.of(log);
    indexThen = Stamp.of(index);
  }

  /** Whether any were taken for those that are open. */
  boolean isOpen() {
    return !databaseThen.equals(Stamp.NOTHING);
  }

  /** What became of them since. */
  Change change() {
    Stamp databaseNow = Stamp.of(database);
    if (!databaseNow.isStill(databaseThen)) {
      return Change.FILE;
    }
    Stamp logNow = Stamp.of(log);
    if (!logNow.isStill(logThen) || !Stamp.of(index).isStill(indexThen)) {
      return Change.LOG;
    }
    logThen = logNow;
    return databaseNow.equals(databaseThen) ? Change.NONE : Change.WRITTEN;
  }

  /** Takes what somebody wrote to the database for granted, or what a checkpoint did. */
  void written() {
    databaseThen = Stamp.of(database);
  }

  /** Bytes of the log when they were looked at last. */
  long logBytes() {
    return logThen.size();
  }

  /** Whether the log and its index are there at all. */
  boolean hasLog() {
    return logThen.size() >= 0 && indexThen.size() >= 0;
  }

  /** The database and what SQLite keeps beside it. */
  List<Path> all() {
    return List.of(database, log, index);
  }

  @Override
  public String toString() {
    return database.toString();
  }
}
