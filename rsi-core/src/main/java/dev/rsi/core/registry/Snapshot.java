package dev.rsi.core.registry;

import dev.rsi.api.CorruptModelException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What the system says of every file and directory of a version: which file it is, how large and
 * when it was changed. Whatever is written, replaced or moved away and back shows in it, as nobody
 * but the system sets the time of a change.
 */
final class Snapshot {
  private static final long A_MILLISECOND = 1_000_000;
  // A tick of the system's clock takes ten milliseconds at most.
  private static final int WAITS = 50;

  private final Map<Path, Attributes> files;

  /**
   * What is said of one of them.
   *
   * @param key which file it is; null where the system does not tell
   * @param changed when its content, its name or its links were changed; when its content was,
   *     where the system keeps no more
   */
  private record Attributes(
      boolean directory, @Nullable Object key, long size, FileTime modified, FileTime changed) {}

  private Snapshot(Map<Path, Attributes> files) {
    this.files = files;
  }

  /** What is there now. */
  static Snapshot of(Path base) throws IOException {
    Map<Path, Attributes> files = new TreeMap<>();
    Files.walkFileTree(
        base,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes basic)
              throws IOException {
            return visitFile(directory, basic);
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes basic)
              throws IOException {
            files.put(file, attributes(file, basic));
            return FileVisitResult.CONTINUE;
          }
        });
    return new Snapshot(files);
  }

  private static Attributes attributes(Path file, BasicFileAttributes basic) throws IOException {
    FileTime changed = basic.lastModifiedTime();
    if (file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      changed = (FileTime) Files.getAttribute(file, "unix:ctime", LinkOption.NOFOLLOW_LINKS);
    }
    return new Attributes(
        basic.isDirectory(), basic.fileKey(), basic.size(), basic.lastModifiedTime(), changed);
  }

  /**
   * Waits until a change from now on would have another time than any that is in it: a system's
   * clock ticks some hundred times a second, and two changes within a tick look like one.
   *
   * @param probe a file that is not there, to be changed meanwhile
   */
  void settle(Path probe) throws IOException {
    try {
      for (int wait = 0; wait < WAITS; wait++) {
        Durable.write(probe, new byte[] {1});
        BasicFileAttributes basic = Files.readAttributes(probe, BasicFileAttributes.class);
        FileTime now = attributes(probe, basic).changed;
        if (files.values().stream().noneMatch(file -> file.changed.equals(now))) {
          return;
        }
        LockSupport.parkNanos(A_MILLISECOND);
      }
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  /**
   * Holds it against what is there later.
   *
   * @throws CorruptModelException if anything was changed meanwhile
   */
  void checkUnchanged(Snapshot later) {
    for (Map.Entry<Path, Attributes> file : files.entrySet()) {
      Attributes now = later.files.get(file.getKey());
      if (!Objects.equals(file.getValue(), now)) {
        throw changed(
            file.getKey(), file.getValue().toString(), now == null ? "nothing" : "" + now);
      }
    }
    for (Path file : later.files.keySet()) {
      if (!files.containsKey(file)) {
        throw changed(file, "nothing of this name", "a file");
      }
    }
  }

  private static CorruptModelException changed(Path file, String then, String now) {
    return new CorruptModelException(
        file, "change while it was loaded", "it as it was checked, " + then, now);
  }
}
