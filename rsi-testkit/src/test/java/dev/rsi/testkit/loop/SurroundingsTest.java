package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.RsiException;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole runs whose registry or store cannot be read or written for a while. They are left open, and
 * when they are resumed they end as the run that nothing happened to.
 */
class SurroundingsTest {
  @TempDir Path home;

  /** Makes what fails once, at its n-th operation, and counts. */
  private static final class Failing {
    private final int at;
    private final Supplier<RuntimeException> failure;
    private int count;

    Failing(int at, Supplier<RuntimeException> failure) {
      this.at = at;
      this.failure = failure;
    }

    <I> I around(Class<I> type, I real) {
      return type.cast(
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (proxy, method, arguments) -> {
                if (method.getDeclaringClass() == type && !method.getName().equals("close")) {
                  next();
                }
                try {
                  Object result = method.invoke(real, arguments);
                  return result instanceof ModelRegistry.Driver driver
                      ? around(ModelRegistry.Driver.class, driver)
                      : result;
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              }));
    }

    private synchronized void next() {
      count++;
      if (count == at) {
        throw failure.get();
      }
    }
  }

  private static ImprovementLoop<Sum, Long> loop(
      Loops loops, ModelRegistry registry, RunStore store) {
    return ImprovementLoop.builder(loops.learner.generator())
        .verifier(ToyTasks.verifier())
        .trainer(loops.learner.trainer())
        .gate(DriftGates.paired())
        .probes(Loops.heldOut(11, 200))
        .practice(Practice.DEFAULT.tasks(64))
        .budget(Budget.of(2).attempts(20_000).diskBytes(1L << 30))
        .store(store)
        .registry(registry, 2)
        .build();
  }

  /** Runs to the end, whatever is in the way, and tells how often it was left. */
  private static List<End> driven(ImprovementLoop<Sum, Long> loop, Loops loops) {
    List<End> ends = new ArrayList<>();
    while (true) {
      try {
        Optional<String> open = loop.unfinished();
        RunReport report =
            open.isPresent()
                ? loop.resume(open.get(), Loops.TASKS)
                : loop.run(loops.start, Loops.TASKS);
        ends.add(report.end());
        if (report.end() != End.SURROUNDINGS) {
          return ends;
        }
      } catch (RsiException | UncheckedIOException e) {
        ends.add(End.OPEN);
        assertThat(ends).as("a fault that does not go: " + e).hasSizeLessThan(4);
      }
    }
  }

  private record Calm(Loops loops, List<RunEvent> course, String live, int operations) {}

  private Calm calm(boolean store) {
    Loops loops = new Loops(home.resolve("calm"));
    Failing counting = new Failing(0, () -> new RsiException("never"));
    ImprovementLoop<Sum, Long> loop =
        store
            ? loop(loops, loops.registry, counting.around(RunStore.class, loops.store))
            : loop(loops, counting.around(ModelRegistry.class, loops.registry), loops.store);
    RunReport report = loop.run(loops.start, Loops.TASKS);
    assertThat(report.promotions()).isPositive();
    return new Calm(loops, Loops.course(loops.store, report.run()), report.live(), counting.count);
  }

  private static RuntimeException fault(String kind) {
    return kind.equals("unchecked")
        ? new UncheckedIOException(new IOException("No space left on device"))
        : new RsiException("disk full", new IOException("No space left on device"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsi", "unchecked"})
  void should_end_as_if_nothing_had_happened_when_an_operation_of_the_registry_failed(String kind) {
    checkRegistry(kind, 4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsi", "unchecked"})
  @Tag("nightly")
  void should_end_as_if_nothing_had_happened_whichever_operation_of_the_registry_failed(
      String kind) {
    checkRegistry(kind, 1);
  }

  private void checkRegistry(String kind, int stride) {
    Calm calm = calm(false);
    int left = 0;
    for (int at = 2; at <= calm.operations; at += stride) {
      Loops loops = new Loops(home.resolve("n-" + at));
      Failing failing = new Failing(at, () -> fault(kind));
      ImprovementLoop<Sum, Long> loop =
          loop(loops, failing.around(ModelRegistry.class, loops.registry), loops.store);
      List<End> ends = driven(loop, loops);
      left += ends.contains(End.SURROUNDINGS) ? 1 : 0;
      String run = loops.store.runs().get(loops.store.runs().size() - 1);
      assertThat(Loops.course(loops.store, run))
          .as("operation %d of %d, ends %s", at, calm.operations, ends)
          .isEqualTo(calm.course);
      assertThat(loops.registry.live().orElseThrow().id()).isEqualTo(calm.live);
    }
    assertThat(left).isPositive();
  }

  @Test
  void should_end_as_if_nothing_had_happened_when_an_operation_of_the_store_failed() {
    checkStore(40);
  }

  @Test
  @Tag("nightly")
  void should_end_as_if_nothing_had_happened_whichever_operation_of_the_store_failed() {
    checkStore(1);
  }

  private void checkStore(int stride) {
    Calm calm = calm(true);
    for (int at = 1; at <= calm.operations; at += stride) {
      Loops loops = new Loops(home.resolve("n-" + at));
      Failing failing = new Failing(at, () -> fault("rsi"));
      ImprovementLoop<Sum, Long> loop =
          loop(loops, loops.registry, failing.around(RunStore.class, loops.store));
      List<End> ends = driven(loop, loops);
      String run = loops.store.runs().get(loops.store.runs().size() - 1);
      assertThat(Loops.course(loops.store, run))
          .as("operation %d of %d, ends %s", at, calm.operations, ends)
          .isEqualTo(calm.course);
      assertThat(loops.registry.live().orElseThrow().id()).isEqualTo(calm.live);
    }
  }

  // File systems that are full or gone, each mounted for one child process alone.

  private static final String MOUNT =
      "mount -t tmpfs -o \"$1\" tmpfs \"$2\" && shift 2 && exec \"$@\"";

  private List<String> mounted() {
    return List.of(
        "unshare",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        MOUNT,
        "sh",
        "size=8m",
        home.toString());
  }

  private String child(String... arguments) throws Exception {
    List<String> trial = new ArrayList<>(mounted());
    trial.add("true");
    boolean may;
    try {
      may = new ProcessBuilder(trial).start().waitFor() == 0;
    } catch (IOException e) {
      may = false;
    }
    Assumptions.assumeTrue(may, "This user may not mount a file system of its own.");
    List<String> command = new ArrayList<>(mounted());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(Disk.class.getName());
    command.add(home.toString());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  @ParameterizedTest
  @ValueSource(strings = {"full", "gone", "descriptors"})
  @EnabledOnOs(OS.LINUX)
  void should_carry_out_what_was_decided_when_the_disk_is_there_again(String how) throws Exception {
    assertThat(child(how, "Gated")).contains("left SURROUNDINGS", "same true");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void should_not_blame_a_trainer_for_the_disk_that_it_shares_with_the_registry() throws Exception {
    assertThat(child("full", "LessonsSelected")).contains("left SURROUNDINGS", "same true");
  }

  /** Runs on a disk of its own, takes it away at an event, gives it back and resumes. */
  static final class Disk {
    public static void main(String[] arguments) throws Exception {
      Path home = Path.of(arguments[0]);
      Loops calm = new Loops(home.resolve("calm"));
      RunReport calmly = loop(calm, calm.registry, calm.store).run(calm.start, Loops.TASKS);
      Loops loops = new Loops(home.resolve("disk"));
      Taken taken = new Taken(home, arguments[1]);
      ImprovementLoop<Sum, Long> loop =
          loop(loops, loops.registry, loops.store).plan().toBuilder()
              .listener(
                  event -> {
                    if (event.getClass().getSimpleName().equals(arguments[2])) {
                      taken.away();
                    }
                  })
              .build();
      RunReport report = loop.run(loops.start, Loops.TASKS);
      taken.back();
      System.out.println("left " + report.end() + " " + report.reason());
      report = loop.resume(report.run(), Loops.TASKS);
      System.out.println(
          "same "
              + Loops.course(loops.store, report.run())
                  .equals(Loops.course(calm.store, calmly.run())));
    }
  }

  /** A disk, or what else files need, that is there or not. */
  private static final class Taken {
    private final Path disk;
    private final String how;
    private final List<InputStream> open = new ArrayList<>();
    private boolean was;

    Taken(Path disk, String how) {
      this.disk = disk;
      this.how = how;
    }

    void away() {
      if (was) {
        return;
      }
      was = true;
      try {
        switch (how) {
          case "full" -> fill();
          case "gone" -> mount("mount", "-t", "tmpfs", "tmpfs", models().toString());
          default -> exhaust();
        }
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    private void fill() throws IOException {
      byte[] some = new byte[4096];
      try {
        while (true) {
          Files.write(
              disk.resolve("filler"), some, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
      } catch (IOException full) {
        // As it is meant to be.
      }
    }

    private void exhaust() {
      try {
        while (true) {
          open.add(Files.newInputStream(Path.of("/dev/null")));
        }
      } catch (IOException none) {
        // As it is meant to be.
      }
    }

    private Path models() {
      return disk.resolve("disk/models");
    }

    private static void mount(String... command) throws IOException, InterruptedException {
      if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
        throw new IOException("It could not be mounted.");
      }
    }

    void back() throws IOException, InterruptedException {
      for (InputStream each : open) {
        each.close();
      }
      if (how.equals("gone")) {
        mount("umount", models().toString());
      }
      Files.deleteIfExists(disk.resolve("filler"));
    }
  }
}
