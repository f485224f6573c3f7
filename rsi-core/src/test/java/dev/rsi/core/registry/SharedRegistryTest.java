package dev.rsi.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rsi.api.CancelledException;
import dev.rsi.api.CorruptModelException;
import dev.rsi.api.RsiException;
import dev.rsi.core.internal.ChildJvm;
import dev.rsi.core.internal.Seed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Several objects and processes on one directory, and readers that know nothing of any of them. */
class SharedRegistryTest {
  @TempDir Path temporary;
  private Path home;

  @BeforeEach
  void nameHome() {
    home = temporary.resolve("models");
  }

  @Test
  void should_lose_no_promotion_of_several_objects_and_processes() throws Exception {
    promoteAtOnce(15);
  }

  @Test
  @Tag("nightly")
  void should_lose_no_promotion_of_several_objects_and_processes_in_723() throws Exception {
    promoteAtOnce(241);
  }

  private void promoteAtOnce(int each) throws Exception {
    ModelRegistry registry = ModelRegistry.directory(home);
    Process child = ChildJvm.start(List.of(), Promoter.class, home.toString(), "child", "" + each);
    List<String> promoted = new ArrayList<>();
    try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isEqualTo("begins");
      ExecutorService threads = Executors.newFixedThreadPool(2);
      try {
        Future<List<String>> one = threads.submit(() -> promote(registry, "one", each));
        Future<List<String>> other =
            threads.submit(() -> promote(ModelRegistry.directory(home), "other", each));
        promoted.addAll(one.get());
        promoted.addAll(other.get());
      } finally {
        threads.shutdownNow();
      }
      out.lines().forEach(promoted::add);
      assertThat(child.waitFor()).isZero();
    } finally {
      child.destroyForcibly().waitFor();
    }
    assertThat(promoted).hasSize(3 * each).doesNotHaveDuplicates();
    assertThat(registry.history()).containsExactlyInAnyOrderElementsOf(promoted);
  }

  private static List<String> promote(ModelRegistry registry, String name, int count) {
    List<String> promoted = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String id = add(registry, name + i);
      registry.promote(id);
      promoted.add(id);
    }
    return promoted;
  }

  /** Promotes version after version, and says which it did. */
  static final class Promoter {
    public static void main(String[] arguments) {
      ModelRegistry registry = ModelRegistry.directory(Path.of(arguments[0]));
      System.out.println("begins");
      promote(registry, arguments[1], Integer.parseInt(arguments[2])).forEach(System.out::println);
    }
  }

  @Test
  void should_never_have_a_live_version_that_is_gone() throws Exception {
    Seed seed = Seed.next();
    mix(seed, 20);
  }

  @Test
  @Tag("nightly")
  void should_never_have_a_live_version_that_is_gone_in_4000_steps() throws Exception {
    Seed seed = Seed.next();
    mix(seed, 4000);
  }

  /** Objects and a process store, promote, roll back and delete the same few versions at random. */
  private void mix(Seed seed, int steps) throws Exception {
    ModelRegistry.directory(home);
    Process child =
        ChildJvm.start(List.of(), Mixer.class, home.toString(), "" + seed.value(), "" + steps);
    try {
      ExecutorService threads = Executors.newFixedThreadPool(3);
      try {
        List<Future<?>> mixing = new ArrayList<>();
        for (int i = 1; i <= 2; i++) {
          Random random = new Random(seed.value() + i);
          mixing.add(threads.submit(() -> Mixer.mix(home, random, steps)));
        }
        AtomicBoolean done = new AtomicBoolean();
        Future<?> looking = threads.submit(() -> look(seed, done));
        for (Future<?> one : mixing) {
          one.get();
        }
        assertThat(child.waitFor()).as("%s", seed).isZero();
        done.set(true);
        looking.get();
      } finally {
        threads.shutdownNow();
      }
    } finally {
      child.destroyForcibly().waitFor();
    }
    ModelRegistry registry = ModelRegistry.directory(home);
    for (String id : registry.versions()) {
      assertThat(registry.version(id).id()).as("%s", seed).isEqualTo(id);
    }
  }

  private @Nullable Void look(Seed seed, AtomicBoolean done) throws IOException {
    ModelRegistry registry = ModelRegistry.directory(home);
    LiveRecords records =
        new LiveRecords(home.toRealPath(), new RegistryFiles(), new WorkArea(home.resolve("work")));
    while (!done.get()) {
      long number = records.lastNumber();
      try {
        registry.live();
      } catch (RuntimeException e) {
        // It may have been moved and deleted while it was read, and then only.
        assertThat(records.lastNumber()).as("%s: %s", seed, e).isNotEqualTo(number);
      }
    }
    return null;
  }

  /** Does what may be done to a registry, at random. */
  static final class Mixer {
    public static void main(String[] arguments) {
      mix(
          Path.of(arguments[0]),
          new Random(Long.parseLong(arguments[1])),
          Integer.parseInt(arguments[2]));
    }

    private static void held(
        ModelRegistry registry, ModelRegistry.Hold hold, String id, boolean promotes) {
      try (hold) {
        registry.version(id);
        registry.retain(0);
        registry.version(id);
        if (promotes) {
          registry.promote(id);
        } else {
          registry.rollBack();
        }
        registry.version(id);
      }
    }

    static void mix(Path home, Random random, int steps) {
      ModelRegistry registry = ModelRegistry.directory(home);
      for (int step = 0; step < steps; step++) {
        String id = add(registry, "" + random.nextInt(6));
        try {
          held(registry, registry.hold(id), id, random.nextBoolean());
        } catch (IllegalArgumentException | IllegalStateException e) {
          // It was deleted before it was held, or there is nothing to go back to.
          if (!String.valueOf(e.getMessage()).startsWith("There is no version")) {
            throw e;
          }
        }
        registry.retain(random.nextInt(2));
        if (random.nextInt(100) == 0) {
          registry = ModelRegistry.directory(home);
        }
      }
    }
  }

  @Test
  void should_keep_holds_and_work_while_the_same_process_reads_every_file() throws Exception {
    ModelRegistry registry = ModelRegistry.directory(home);
    String held = add(registry, "held");
    String under = add(registry, "under way");
    registry.promote(add(registry, "live"));
    ModelRegistry.Hold hold = registry.hold(held);
    Path work = registry.newWorkDirectory();
    Files.writeString(work.resolve("weights"), "half a training");
    ModelRegistry.Driver driver = registry.drive("store", "run-1", Instant.EPOCH);
    driver.add(artifact("under way"), Provenance.imported(), 100, () -> false);
    for (int walk = 0; walk < 2; walk++) {
      readAll();
      // Another process opens, sweeps and deletes what it may.
      assertThat(ChildJvm.run(List.of(), Retainer.class, home.toString()))
          .contains("deleted []")
          .contains("is driven by run (run-1)");
      assertThat(work.resolve("weights")).hasContent("half a training");
      assertThat(registry.versions()).contains(held, under);
    }
    hold.close();
    driver.settle(1, "a");
    driver.close();
    assertThat(ChildJvm.run(List.of(), Retainer.class, home.toString()))
        .contains(held)
        .contains(under)
        .contains("drives");
  }

  /** Reads and closes every file, as a backup does: with that every lock of the system is gone. */
  private void readAll() throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.readAllBytes(file);
        Path copy = temporary.resolve("copy").resolve(home.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** Opens a registry, deletes what it may, and would drive it. */
  static final class Retainer {
    public static void main(String[] arguments) {
      ModelRegistry registry = ModelRegistry.directory(Path.of(arguments[0]));
      System.out.println("deleted " + registry.retain(0));
      try {
        registry.drive("store", "run-2", Instant.EPOCH).close();
        System.out.println("drives");
      } catch (RuntimeException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void should_be_driven_again_once_the_process_that_did_was_killed() throws Exception {
    ModelRegistry registry = ModelRegistry.directory(home);
    Process child = ChildJvm.start(List.of(), Driving.class, home.toString());
    try {
      assertThat(child.inputReader().readLine()).isEqualTo("drives");
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(() -> registry.drive("store", "run-2", Instant.EPOCH))
          .withMessageContaining("(" + child.pid() + ")");
    } finally {
      child.destroyForcibly().waitFor();
    }
    registry.drive("store", "run-2", Instant.EPOCH).close();
  }

  /** Drives a run until it is killed, or whoever started it ends. */
  static final class Driving {
    public static void main(String[] arguments) throws IOException {
      ModelRegistry.directory(Path.of(arguments[0])).drive("store", "run-1", Instant.EPOCH);
      System.out.println("drives");
      if (System.in.read() >= 0) {
        throw new IllegalStateException("The parent said something.");
      }
    }
  }

  @Test
  void should_refuse_what_was_swapped_between_check_and_loading() throws Exception {
    ModelRegistry registry = ModelRegistry.directory(home);
    AtomicInteger refused = new AtomicInteger();
    for (int run = 0; run < 16; run++) {
      String id = add(registry, "good" + run);
      Path file = registry.version(id).directory().resolve("weights");
      Path bad = Files.writeString(temporary.resolve("bad"), "evil" + run);
      Path good = temporary.resolve("good");
      try {
        String loaded =
            registry.load(
                id,
                version -> {
                  try {
                    Files.move(file, good);
                    Files.move(bad, file);
                    String read = Files.readString(file);
                    Files.move(good, file, StandardCopyOption.REPLACE_EXISTING);
                    return read;
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
        assertThat(loaded).isEqualTo("good" + run);
      } catch (CorruptModelException e) {
        refused.incrementAndGet();
      }
      assertThat(registry.<String>load(id, version -> "whole")).isEqualTo("whole");
    }
    assertThat(refused).hasValue(16);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void should_store_no_more_than_it_saw_and_nothing_that_has_no_end() throws Exception {
    ModelRegistry registry = ModelRegistry.directory(home);
    Path growing = artifact("1234");
    boolean[] grown = {false};
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                registry.add(
                    growing,
                    Provenance.imported(),
                    Long.MAX_VALUE,
                    () -> {
                      // Asked when its size is known: from now on it grows.
                      write(growing.resolve("weights"), grown[0] ? "123456" : "1234");
                      grown[0] = true;
                      return false;
                    }))
        .withMessageContaining("was changed while it was copied");
    Path piped = artifact("1234");
    assertThat(new ProcessBuilder("mkfifo", piped.resolve("pipe").toString()).start().waitFor())
        .isZero();
    Path endless = artifact("1234");
    Files.createSymbolicLink(endless.resolve("zeros"), Path.of("/dev/zero"));
    for (Path bad : List.of(piped, endless)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> registry.add(bad, Provenance.imported()));
    }
    Path large = artifact("1234");
    Files.write(large.resolve("large"), new byte[10_000_000]);
    int[] asked = {0};
    assertThatExceptionOfType(CancelledException.class)
        .isThrownBy(
            () -> registry.add(large, Provenance.imported(), 20_000_000, () -> ++asked[0] > 20));
    assertThat(registry.versions()).isEmpty();
    assertThat(home.resolve("versions")).isEmptyDirectory();
  }

  @Test
  void should_store_again_what_is_being_deleted_just_now() throws Exception {
    ModelRegistry registry = ModelRegistry.directory(home);
    registry.promote(add(registry, "live"));
    String id = add(registry, "weights");
    // As a process leaves it that stands still between hiding a version and taking it away.
    WorkArea other = new WorkArea(home.resolve("work"));
    Path mark = other.busy(id);
    Path json = home.resolve("versions/" + id + ".json");
    Files.move(json, home.resolve("retired/" + id + ".json"));
    assertThat(add(registry, "weights")).isEqualTo(id);
    Path place = registry.version(id).directory();
    assertThat(place.getFileName().toString()).startsWith(id + "-");
    // It goes on.
    Files.move(home.resolve("versions/" + id), other.fresh());
    Files.delete(mark);
    for (ModelRegistry any : List.of(registry, ModelRegistry.directory(home))) {
      assertThat(any.version(id).directory()).isEqualTo(place);
      assertThat(any.<String>load(id, version -> "loaded")).isEqualTo("loaded");
    }
    assertThat(registry.retain(0)).containsExactly(id);
    assertThat(place).doesNotExist();
  }

  @Test
  void should_not_take_a_record_for_the_last_whose_number_was_moved_away() throws Exception {
    ModelRegistry registry = ModelRegistry.directory(home);
    Set<String> promoted = new HashSet<>(promote(registry, "", 40));
    RegistryFiles files = new RegistryFiles();
    WorkArea work = new WorkArea(home.resolve("work"));
    LiveRecords records = new LiveRecords(home.toRealPath(), files, work);
    LiveRecord stale = records.record(3);
    assertThat(home.resolve("live/4.json")).doesNotExist();
    assertThat(records.offer(stale.promote("0".repeat(64)))).isFalse();
    assertThat(home.resolve("live/4.json")).doesNotExist();
    assertThat(registry.history()).hasSize(40).allMatch(promoted::contains);
  }

  private static String add(ModelRegistry registry, String weights) {
    Path work = registry.newWorkDirectory();
    write(work.resolve("weights"), weights);
    return registry
        .add(work, new Provenance(null, null, 0, null, 0, 0, Map.of(), Map.of(), Map.of()))
        .id();
  }

  private Path artifact(String weights) throws IOException {
    Path artifact = Files.createTempDirectory(temporary, "artifact");
    write(artifact.resolve("weights"), weights);
    return artifact;
  }

  private static void write(Path file, String content) {
    try {
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
