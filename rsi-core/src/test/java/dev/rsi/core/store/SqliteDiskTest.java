package dev.rsi.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.RsiException;
import dev.rsi.core.internal.ChildJvm;
import dev.rsi.core.report.RunEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks that are full, cannot be written or run no programs: file systems in memory, each mounted
 * for one child process alone, so that nothing of them is left.
 */
@EnabledOnOs(OS.LINUX)
class SqliteDiskTest {
  private static final String MOUNT =
      "mount -t tmpfs -o \"$1\" tmpfs \"$2\" && shift 2 && exec \"$@\"";

  @TempDir Path disk;

  @BeforeEach
  void askWhetherThereCanBeMounts() throws Exception {
    List<String> mounted = new ArrayList<>(mounted("size=1m"));
    mounted.add("true");
    boolean may;
    try {
      may = new ProcessBuilder(mounted).start().waitFor() == 0;
    } catch (IOException e) {
      may = false;
    }
    Assumptions.assumeTrue(
        may,
        "This user may not mount a file system of its own. Maybe run the tests as root, or allow"
            + " unprivileged user namespaces.");
  }

  private List<String> mounted(String options) {
    return List.of(
        "unshare", "--map-root-user", "--mount", "sh", "-c", MOUNT, "sh", options, disk.toString());
  }

  @Test
  void should_say_that_the_disk_is_full_lose_nothing_and_go_on_when_there_is_room()
      throws Exception {
    assertThat(ChildJvm.run(mounted("size=1m"), FullDisk.class, disk.toString()))
        .contains("(" + disk.resolve("run.db") + ") could not record events")
        .contains("Maybe the disk is full: make room")
        .contains("retryable true", "lost 0", "later 1", "fault null");
  }

  /** Appends until there is no room, makes some, and appends again. */
  static final class FullDisk {
    public static void main(String[] arguments) throws Exception {
      Path disk = Path.of(arguments[0]);
      Path filler = Files.write(disk.resolve("filler"), new byte[400_000]);
      List<RunEvent> batch = List.of(new RunEvent.Faulted(1, "part", "x".repeat(20_000)));
      try (RunStore store = RunStore.sqlite(disk.resolve("run.db"))) {
        store.create("run");
        int known = 0;
        try {
          while (true) {
            store.append("run", Instant.EPOCH, batch);
            known++;
          }
        } catch (RsiException e) {
          System.out.println(e.getMessage() + "\nretryable " + e.retryable());
        }
        System.out.println("lost " + (known - store.events("run").size()));
        Files.delete(filler);
        store.append("run", Instant.EPOCH, batch);
        System.out.println("later " + (store.events("run").size() - known));
        System.out.println("fault " + store.audit().fault());
      }
    }
  }

  @Test
  void should_refuse_a_disk_that_cannot_be_written() throws Exception {
    assertThat(ChildJvm.run(mounted("size=4m"), ReadOnlyDisk.class, disk.toString()))
        .contains("(" + disk.resolve("run.db") + ") could not be opened")
        .contains("(" + disk.resolve("new.db") + ") could not be opened")
        .contains("Maybe this user may not write the file or its directory");
  }

  /** Opens a store that is there, and one that is not, on a disk that became read-only. */
  static final class ReadOnlyDisk {
    public static void main(String[] arguments) throws Exception {
      Path disk = Path.of(arguments[0]);
      RunStore.sqlite(disk.resolve("run.db")).close();
      new ProcessBuilder("mount", "-o", "remount,bind,ro", disk.toString())
          .inheritIO()
          .start()
          .waitFor();
      for (String name : List.of("run.db", "new.db")) {
        say(disk.resolve(name));
      }
    }
  }

  @Test
  void should_say_how_to_load_the_native_library_where_programs_may_not_run() throws Exception {
    assertThat(ChildJvm.run(mounted("size=64m,noexec"), NoProgramsDisk.class, disk.toString()))
        .contains("native library could not be loaded")
        .contains("Maybe the temporary directory does not allow programs (noexec)")
        .contains("-Dorg.sqlite.tmpdir=");
  }

  /** Opens a store with a temporary directory where no program may run. */
  static final class NoProgramsDisk {
    public static void main(String[] arguments) {
      Path disk = Path.of(arguments[0]);
      System.setProperty("org.sqlite.tmpdir", disk.toString());
      say(disk.resolve("run.db"));
    }
  }

  private static void say(Path file) {
    try (RunStore store = RunStore.sqlite(file)) {
      System.out.println("opened " + store);
    } catch (RsiException e) {
      System.out.println(e.getMessage());
    }
  }
}
