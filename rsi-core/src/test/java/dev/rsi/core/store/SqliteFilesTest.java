package dev.rsi.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rsi.api.RsiException;
import dev.rsi.core.internal.ChildJvm;
import dev.rsi.core.internal.Seed;
import dev.rsi.core.report.RunEvent;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may become of a store's files while it is open, and between two times. */
class SqliteFilesTest {
  private static final String RUN = "run";
  private static final List<String> SUFFIXES = List.of("", "-wal", "-shm", "-head");

  @TempDir Path temporary;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = temporary.resolve("run.db");
  }

  @Test
  void should_lose_nothing_in_silence_when_the_log_of_a_killed_process_is_damaged()
      throws Exception {
    damage(18);
  }

  @Test
  @Tag("nightly")
  void should_lose_nothing_in_silence_in_150_ways_of_damaging_the_log() throws Exception {
    damage(150);
  }

  private void damage(int ways) throws Exception {
    Map<String, byte[]> left = leftByAKilledProcess(40);
    byte[] log = left.get("-wal");
    Seed seed = Seed.next();
    Random random = seed.random();
    int refused = 0;
    for (int way = 0; way < ways; way++) {
      byte[] damaged = log.clone();
      switch (way % 6) {
        case 0 -> damaged[random.nextInt(log.length)] ^= (byte) (1 << random.nextInt(8));
        case 1 -> damaged = Arrays.copyOf(log, random.nextInt(log.length));
        case 2 -> damaged = null;
        case 3 -> {
          int from = 512 * random.nextInt(log.length / 512);
          Arrays.fill(damaged, from, Math.min(log.length, from + 512), (byte) random.nextInt());
        }
        case 4 -> Arrays.fill(damaged, random.nextInt(log.length), log.length, (byte) 0);
        default -> random.nextBytes(damaged);
      }
      put(left);
      if (damaged == null) {
        Files.delete(Path.of(file + "-wal"));
      } else {
        Files.write(Path.of(file + "-wal"), damaged);
      }
      Files.delete(Path.of(file + "-shm"));
      try (RunStore store = RunStore.sqlite(file)) {
        assertThat(store.events(RUN)).as("way %s, %s", way, seed).isEqualTo(events(0, 40));
      } catch (RsiException e) {
        refused++;
        assertThat(e).as("way %s, %s", way, seed).hasMessageContaining("(" + file + ")");
        assertThat(e).hasMessageContaining("Maybe");
        // The way out that it says, once what was there is back.
        put(left);
        try (RunStore store = RunStore.sqlite(file)) {
          assertThat(store.events(RUN)).isEqualTo(events(0, 40));
        }
      }
    }
    assertThat(refused).as("%s", seed).isGreaterThan(ways * 2 / 3);
  }

  @Test
  void should_forget_what_was_never_acknowledged() throws Exception {
    Map<String, byte[]> torn;
    int acknowledged;
    try (RunStore store = RunStore.sqlite(file)) {
      store.create(RUN);
      append(store, 0, 20);
      byte[] head = Files.readAllBytes(Path.of(file + "-head"));
      acknowledged = (int) Files.size(Path.of(file + "-wal"));
      append(store, 20, 40);
      torn = files();
      torn.put("-head", head);
    }
    byte[] log = torn.get("-wal");
    assertThat(log.length).isGreaterThan(acknowledged);
    for (int cut = acknowledged; cut < log.length; cut += 1000) {
      torn.put("-wal", Arrays.copyOf(log, cut));
      put(torn);
      Files.delete(Path.of(file + "-shm"));
      try (RunStore store = RunStore.sqlite(file)) {
        assertThat(store.events(RUN)).isEqualTo(events(0, 20));
      }
    }
  }

  @Test
  void should_name_an_older_copy_and_take_it_where_that_is_meant() throws Exception {
    begin(5);
    Path old = temporary.resolve("old.db");
    Files.copy(file, old);
    try (RunStore store = RunStore.sqlite(file)) {
      append(store, 5, 9);
    }
    Files.copy(old, file, StandardCopyOption.REPLACE_EXISTING);
    assertThatExceptionOfType(RsiException.class)
        .isThrownBy(() -> RunStore.sqlite(file))
        .withMessageContaining("run (run) had (9) events")
        .withMessageContaining("has (5) now")
        .withMessageContaining("delete (" + file + "-head)");
    Files.delete(Path.of(file + "-head"));
    try (RunStore store = RunStore.sqlite(file)) {
      append(store, 5, 6);
      assertThat(store.audit().fault()).isNull();
    }
  }

  @Test
  void should_name_a_record_that_went_on_otherwise() throws Exception {
    begin(5);
    Path old = temporary.resolve("old.db");
    Files.copy(file, old);
    try (RunStore store = RunStore.sqlite(file)) {
      append(store, 5, 9);
    }
    try (RunStore store = RunStore.sqlite(old)) {
      append(store, 15, 19);
    }
    Files.copy(old, file, StandardCopyOption.REPLACE_EXISTING);
    assertThatExceptionOfType(RsiException.class)
        .isThrownBy(() -> RunStore.sqlite(file))
        .withMessageContaining("with another one in that place");
  }

  @Test
  void should_never_begin_a_store_anew_over_one_that_is_gone() throws Exception {
    begin(5);
    Files.delete(file);
    for (int time = 0; time < 2; time++) {
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(() -> RunStore.sqlite(file))
          .withMessageContaining("is not there any more");
      assertThat(Files.notExists(file) || Files.size(file) == 0).isTrue();
      Files.write(file, new byte[0]);
    }
    Files.delete(file);
    Files.delete(Path.of(file + "-head"));
    begin(1);
  }

  @Test
  void should_name_the_store_of_another_that_was_put_in_its_place() throws Exception {
    begin(5);
    Path other = temporary.resolve("other.db");
    try (RunStore store = RunStore.sqlite(other)) {
      store.create(RUN);
      append(store, 0, 9);
      assertThat(store.id()).matches("[0-9a-f]{32}");
    }
    Files.copy(other, file, StandardCopyOption.REPLACE_EXISTING);
    assertThatExceptionOfType(RsiException.class)
        .isThrownBy(() -> RunStore.sqlite(file))
        .withMessageContaining("of another store");
  }

  @Test
  void should_name_a_second_place_that_is_damaged_and_make_one_that_is_gone() throws Exception {
    begin(5);
    Path head = Path.of(file + "-head");
    byte[] whole = Files.readAllBytes(head);
    for (int at : new int[] {3, 30, 70, 71, 90, 110}) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 4;
      Files.write(head, damaged);
      assertThatExceptionOfType(RsiException.class)
          .as("byte %s", at)
          .isThrownBy(() -> RunStore.sqlite(file))
          .withMessageContaining("(" + head + ")")
          .withMessageContaining("Maybe");
    }
    Files.delete(head);
    begin(0);
    assertThat(Files.readAllBytes(head)).isEqualTo(whole);
  }

  /** Something that is done to the files of an open store. */
  private interface Deed {
    void to(Path file) throws IOException;
  }

  @Test
  void should_refuse_at_once_when_the_file_is_gone_or_another() throws Exception {
    Map<String, Deed> deeds = new LinkedHashMap<>();
    deeds.put("deleted", Files::delete);
    deeds.put("moved", path -> Files.move(path, path.resolveSibling("moved.db")));
    deeds.put(
        "replaced",
        path ->
            Files.copy(path.resolveSibling("old.db"), path, StandardCopyOption.REPLACE_EXISTING));
    deeds.put(
        "written over",
        path -> Files.write(path, Files.readAllBytes(path.resolveSibling("old.db"))));
    deeds.put("emptied", path -> Files.write(path, new byte[0]));
    deeds.put(
        "deleted with all",
        path -> {
          for (String suffix : SUFFIXES) {
            Files.deleteIfExists(Path.of(path + suffix));
          }
        });
    deeds.put(
        "moved with its directory",
        path -> Files.move(path.getParent(), Path.of(path.getParent() + " moved")));
    for (Map.Entry<String, Deed> deed : deeds.entrySet()) {
      file = Files.createDirectories(temporary.resolve(deed.getKey())).resolve("run.db");
      begin(5);
      Files.copy(file, file.resolveSibling("old.db"));
      RunStore store = RunStore.sqlite(file);
      // More pages than the copy has, in the file itself.
      append(store, 5, 300);
      ended(store);
      deed.getValue().to(file);
      for (int time = 0; time < 2; time++) {
        assertThatExceptionOfType(RsiException.class)
            .as(deed.getKey())
            .isThrownBy(() -> append(store, 300, 301))
            .withMessageContaining("(" + file + ") is not the file any more")
            .withMessageContaining("Maybe");
      }
      assertThatExceptionOfType(RsiException.class)
          .as(deed.getKey())
          .isThrownBy(() -> store.events(RUN));
      assertThatExceptionOfType(RsiException.class).as(deed.getKey()).isThrownBy(store::close);
    }
  }

  @Test
  void should_go_on_when_the_log_is_gone_and_nothing_with_it() throws Exception {
    for (List<String> gone :
        List.of(List.of("-wal", "-shm"), List.of("-wal"), List.of("-shm"), List.of("-head"))) {
      file = Files.createDirectories(temporary.resolve("" + gone)).resolve("run.db");
      begin(5);
      try (RunStore store = RunStore.sqlite(file)) {
        append(store, 5, 8);
        for (String suffix : gone) {
          Files.delete(Path.of(file + suffix));
        }
        append(store, 8, 9);
        append(store, 9, 10);
        assertThat(store.events(RUN)).isEqualTo(events(0, 10));
        assertThat(store.audit().fault()).isNull();
      }
      try (RunStore store = RunStore.sqlite(file)) {
        assertThat(store.events(RUN)).isEqualTo(events(0, 10));
      }
    }
  }

  @Test
  void should_go_on_when_the_log_is_cut() throws Exception {
    begin(5);
    try (RunStore store = RunStore.sqlite(file)) {
      append(store, 5, 8);
      Files.write(Path.of(file + "-wal"), new byte[0]);
      append(store, 8, 9);
      assertThat(store.events(RUN)).isEqualTo(events(0, 9));
    }
    try (RunStore store = RunStore.sqlite(file)) {
      assertThat(store.events(RUN)).isEqualTo(events(0, 9));
      assertThat(store.audit().fault()).isNull();
    }
  }

  @Test
  void should_lose_nothing_while_files_are_read_and_others_open_and_close_them() throws Exception {
    begin(0);
    int rounds = 4;
    try (RunStore store = RunStore.sqlite(file);
        RunStore.Lease lease = store.lease(RUN)) {
      for (int round = 0; round < rounds; round++) {
        append(store, 10 * round, 10 * round + 5);
        copyAll();
        assertThat(ChildJvm.run(List.of(), Opener.class, file.toString(), "other-" + round))
            .isEqualTo("driven");
        append(store, 10 * round + 5, 10 * round + 10);
        assertThat(store.events(RUN)).isEqualTo(events(0, 10 * round + 10));
        lease.check();
      }
    }
    try (RunStore store = RunStore.sqlite(file)) {
      assertThat(store.events(RUN)).isEqualTo(events(0, 10 * rounds));
      assertThat(store.runs()).hasSize(1 + rounds);
      assertThat(store.audit().fault()).isNull();
    }
  }

  @Test
  void should_lease_to_nobody_what_a_living_process_drives_whatever_becomes_of_its_lock()
      throws Exception {
    begin(0);
    try (RunStore store = RunStore.sqlite(file);
        RunStore.Lease lease = store.lease(RUN)) {
      for (int time = 0; time < 3; time++) {
        copyAll();
        assertThat(ChildJvm.run(List.of(), Taker.class, file.toString()))
            .contains("has a driver already")
            .contains("process (" + ProcessHandle.current().pid() + ")");
        Files.deleteIfExists(Path.of(file + "-lease-1"));
        lease.check();
      }
      append(store, 0, 1);
    }
    assertThat(ChildJvm.run(List.of(), Taker.class, file.toString())).isEqualTo("taken");
  }

  @Test
  void should_find_the_same_files_by_every_path() throws Exception {
    Path real = Files.createDirectories(temporary.resolve("real/deep"));
    file = real.resolve("run.db");
    begin(3);
    Path link = Files.createSymbolicLink(temporary.resolve("link"), real);
    Path named = Files.createSymbolicLink(temporary.resolve("named.db"), file);
    Path chain = Files.createSymbolicLink(temporary.resolve("chain.db"), named);
    Path up = Files.createSymbolicLink(temporary.resolve("up"), real);
    List<Path> paths =
        List.of(
            link.resolve("run.db"),
            named,
            chain,
            real.resolve("../deep/run.db"),
            // Leads to real/deep, not to the directory that the link is in.
            up.resolve("../deep/run.db"),
            real.resolve("./run.db"));
    try (RunStore store = RunStore.sqlite(file);
        RunStore.Lease lease = store.lease(RUN)) {
      for (Path path : paths) {
        try (RunStore other = RunStore.sqlite(path)) {
          assertThat(other.events(RUN)).as("%s", path).isEqualTo(events(0, 3));
          assertThatExceptionOfType(RsiException.class)
              .as("%s", path)
              .isThrownBy(() -> other.lease(RUN))
              .withMessageContaining("has a driver already");
        }
      }
      lease.check();
    }
    try (Stream<Path> all = Files.walk(temporary)) {
      assertThat(all.filter(each -> each.toString().endsWith(".db")))
          .containsExactlyInAnyOrder(file, named, chain);
    }
  }

  @Test
  void should_make_a_new_store_where_a_link_leads() throws Exception {
    Path target = Files.createDirectories(temporary.resolve("disk")).resolve("run.db");
    file = Files.createSymbolicLink(temporary.resolve("run.db"), target);
    begin(2);
    assertThat(target).isRegularFile();
    assertThat(file).isSymbolicLink();
    assertThat(Files.exists(Path.of(target + "-head"))).isTrue();
  }

  @Test
  void should_refuse_a_file_of_two_names() throws Exception {
    begin(2);
    Path second = Files.createLink(temporary.resolve("second.db"), file);
    for (Path path : List.of(file, second)) {
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(() -> RunStore.sqlite(path))
          .withMessageContaining("(2) names");
    }
    Files.delete(second);
    begin(0);
  }

  @Test
  void should_copy_a_store_while_it_is_written_to() throws Exception {
    begin(3);
    Path copy = temporary.resolve("backups/one.db");
    try (RunStore store = RunStore.sqlite(file);
        RunStore.Lease lease = store.lease(RUN)) {
      append(store, 3, 5);
      store.backup(copy);
      append(store, 5, 6);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.backup(copy))
          .withMessageContaining("(" + copy + ") already");
      lease.check();
      try (RunStore copied = RunStore.sqlite(copy)) {
        assertThat(copied.events(RUN)).isEqualTo(events(0, 5));
        assertThat(copied.audit().fault()).isNull();
        assertThat(copied.id()).isEqualTo(store.id());
      }
      assertThat(store.events(RUN)).isEqualTo(events(0, 6));
    }
    try (Stream<Path> all = Files.list(copy.getParent())) {
      assertThat(all.map(Path::toString)).noneMatch(name -> name.contains(".part-"));
    }
  }

  /** Opens the store, drives a run of its own, asks for another's, and closes. */
  static final class Opener {
    public static void main(String[] arguments) {
      try (RunStore store = RunStore.sqlite(Path.of(arguments[0]))) {
        store.create(arguments[1]);
        try (RunStore.Lease lease = store.lease(arguments[1])) {
          append(store, arguments[1], 0, 2);
          lease.check();
        }
        store.lease(RUN).close();
        System.out.print("not driven");
      } catch (RsiException e) {
        System.out.print(e.getMessage().contains("has a driver already") ? "driven" : e);
      }
    }
  }

  /** Says whether it could lease the run. */
  static final class Taker {
    public static void main(String[] arguments) throws IOException {
      try (RunStore store = RunStore.sqlite(Path.of(arguments[0]))) {
        store.lease(RUN).close();
        System.out.print("taken");
      } catch (RsiException e) {
        System.out.print(e.getMessage());
      }
    }
  }

  /** Appends until it is killed, as soon as it has said how many. */
  static final class Appender {
    public static void main(String[] arguments) throws IOException {
      int events = Integer.parseInt(arguments[1]);
      RunStore store = RunStore.sqlite(Path.of(arguments[0]));
      store.create(RUN);
      for (int i = 0; i < events; i++) {
        append(store, RUN, i, i + 1);
      }
      System.out.println("appended");
      new FileInputStream(FileDescriptor.in).read();
    }
  }

  private Map<String, byte[]> leftByAKilledProcess(int events) throws Exception {
    for (String suffix : SUFFIXES) {
      Files.deleteIfExists(Path.of(file + suffix));
    }
    ChildJvm.killAfter(1, Appender.class, file.toString(), "" + events);
    return files();
  }

  private Map<String, byte[]> files() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String suffix : SUFFIXES) {
      files.put(suffix, Files.readAllBytes(Path.of(file + suffix)));
    }
    return files;
  }

  private void put(Map<String, byte[]> files) throws IOException {
    for (Map.Entry<String, byte[]> each : files.entrySet()) {
      Files.write(Path.of(file + each.getKey()), each.getValue());
    }
  }

  /** What a program does that backs a directory up. */
  private void copyAll() throws IOException {
    try (Stream<Path> all = Files.list(file.getParent())) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        try {
          Files.readAllBytes(each);
        } catch (IOException | UncheckedIOException gone) {
          // Another process was through with it.
        }
      }
    }
  }

  private void begin(int events) {
    try (RunStore store = RunStore.sqlite(file)) {
      if (store.runs().isEmpty()) {
        store.create(RUN);
      }
      append(store, 0, events);
    }
  }

  private static void ended(RunStore store) {
    store.create("ended");
    store.append(
        "ended",
        Instant.EPOCH,
        SampleEvents.ALL.stream().filter(RunEvent.GenerationFinished.class::isInstance).toList());
  }

  private static void append(RunStore store, int from, int to) {
    append(store, RUN, from, to);
  }

  private static void append(RunStore store, String run, int from, int to) {
    store.append(run, Instant.EPOCH, events(from, to));
  }

  private static List<RunEvent> events(int from, int to) {
    return new ArrayList<>(
        IntStream.range(from, to)
            .mapToObj(i -> (RunEvent) new RunEvent.Faulted(i, "part", "message ".repeat(20) + i))
            .toList());
  }
}
