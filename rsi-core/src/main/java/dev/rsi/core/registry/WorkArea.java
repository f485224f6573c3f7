package dev.rsi.core.registry;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory {@code work/}: one directory for each registry object that asked for space, named
 * after its process, and beside it a lock file that the system unlocks when that process ends,
 * however it ends. So what is not locked is nobody's and may be swept.
 */
final class WorkArea {
  private static final Logger LOG = LoggerFactory.getLogger(WorkArea.class);
  private static final String LOCK = ".lock";
  private static final String HELD = "held-";

  private final Path directory;
  private final String process;
  private @Nullable Claim own;
  private int count;

  WorkArea(Path directory) {
    this.directory = directory;
    ProcessHandle self = ProcessHandle.current();
    // The pid alone is not enough: in two containers both may be 1.
    long started = self.info().startInstant().orElse(Instant.EPOCH).toEpochMilli();
    this.process = self.pid() + "-" + started + "-";
  }

  /** The lock is kept as long as the directory, because closing it would give it up. */
  private record Claim(Path directory, FileChannel lock) {}

  /** A path where there is nothing yet. */
  synchronized Path fresh() throws IOException {
    if (own == null) {
      own = claim();
    }
    // A trainer knows where its work directory lies, and may have deleted what it lies in.
    if (!Files.isDirectory(own.directory)) {
      Files.createDirectories(own.directory);
    }
    count++;
    return own.directory.resolve(Integer.toString(count));
  }

  /** Marks a version as used by this process. Returns the mark, which is deleted to end that. */
  Path hold(String id) throws IOException {
    Path path = fresh();
    return Files.createFile(path.resolveSibling(HELD + id + "-" + path.getFileName()));
  }

  /** The versions that any process uses. One that was killed may be among them. */
  Set<String> held() throws IOException {
    Set<String> held = new HashSet<>();
    try (DirectoryStream<Path> claims = Files.newDirectoryStream(directory, Files::isDirectory)) {
      for (Path claim : claims) {
        try (DirectoryStream<Path> marks = Files.newDirectoryStream(claim, HELD + "*")) {
          for (Path mark : marks) {
            String name = mark.getFileName().toString();
            held.add(name.substring(HELD.length(), name.lastIndexOf('-')));
          }
        } catch (NoSuchFileException e) {
          // Swept meanwhile: its process has ended.
        }
      }
    }
    return held;
  }

  private Claim claim() throws IOException {
    for (int n = 1; ; n++) {
      String name = process + n;
      Optional<FileChannel> locked =
          Durable.uninterrupted(() -> lock(directory.resolve(name + LOCK)));
      if (locked.isPresent()) {
        return new Claim(Files.createDirectory(directory.resolve(name)), locked.get());
      }
    }
  }

  /** Makes a lock file of this name and locks it; empty if another has the name. */
  private static Optional<FileChannel> lock(Path file) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      return Optional.empty();
    }
    // Before it was locked, another process may have taken the file for a left-over.
    if (channel.tryLock() != null && Files.exists(file)) {
      return Optional.of(channel);
    }
    channel.close();
    return Optional.empty();
  }

  /** Deletes what ended processes left behind. What cannot be deleted is logged and stays. */
  void sweep() {
    try (DirectoryStream<Path> locks = Files.newDirectoryStream(directory, "*" + LOCK)) {
      for (Path file : locks) {
        Durable.uninterrupted(
            () -> {
              sweep(file);
              return file;
            });
      }
    } catch (IOException e) {
      LOG.warn("Could not sweep ({}).", directory, e);
    }
  }

  private void sweep(Path file) throws IOException {
    String name = file.getFileName().toString();
    if (name.startsWith(process)) {
      // Not even opened: to close it would give up this process's own lock on it.
      return;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (channel.tryLock() != null) {
        String left = name.substring(0, name.length() - LOCK.length());
        Durable.delete(directory.resolve(left));
        Files.delete(file);
      }
    }
  }
}
