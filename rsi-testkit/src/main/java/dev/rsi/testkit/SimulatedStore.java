package dev.rsi.testkit;

import dev.rsi.core.store.RunStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What the processes of a world record runs in: on the heap, or in an SQLite file. */
final class SimulatedStore {
  private static final String FILE = "run.db";

  private final @Nullable RunStore heap;
  private final Path home;
  private int moves;

  private SimulatedStore(@Nullable RunStore heap, Path home) {
    this.heap = heap;
    this.home = home;
  }

  static SimulatedStore onHeap(Path home) {
    return new SimulatedStore(RunStore.inMemory(), home);
  }

  static SimulatedStore sqlite(Path home) {
    return new SimulatedStore(null, home);
  }

  /** A process opens the store; all of them share one on the heap. */
  RunStore open() {
    return heap == null ? RunStore.sqlite(directory().resolve(FILE)) : heap;
  }

  /** A process that ended had it. */
  void left(RunStore store) {
    if (heap == null) {
      store.close();
    }
  }

  /**
   * A process died that had it: the next one finds the files as they lie now, and not as they are
   * once they were closed, which nobody did. Its leases end with it.
   */
  void killed(RunStore store) {
    if (heap != null) {
      return;
    }
    Path from = directory();
    moves++;
    Path to = directory();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(from, FILE + "*")) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (!name.contains("-lease") && !name.endsWith("-shm")) {
          Files.copy(file, to.resolve(name));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    store.close();
  }

  private Path directory() {
    try {
      return Files.createDirectories(home.resolve("store " + moves));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
