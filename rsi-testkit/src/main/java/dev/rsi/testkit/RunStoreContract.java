package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Cost;
import dev.rsi.api.GateDecision;
import dev.rsi.api.GateFinding;
import dev.rsi.api.RsiException;
import dev.rsi.api.Verdict;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.io.BufferedReader;
import java.lang.reflect.Constructor;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link RunStore} must do. Extend it and say how to open yours. */
public abstract class RunStoreContract {
  private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");

  @TempDir Path home;
  private RunStore store;

  /**
   * Opens a store.
   *
   * @param home an empty directory, or one given to this method before: the store then holds what
   *     it held when it was closed, if it is {@link #durable()}; another process may be asked to
   *     open it too, by a suite of this class that it makes without arguments
   */
  protected abstract RunStore open(Path home);

  /** Whether what was recorded outlives the store object. */
  protected boolean durable() {
    return true;
  }

  @BeforeEach
  void openStore() {
    store = open(home);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void should_give_back_every_kind_of_event() {
    store.create("run");
    store.append("run", AT, everyKind());
    assertThat(store.events("run")).isEqualTo(everyKind());
    assertThat(everyKind().stream().map(Object::getClass).distinct())
        .hasSize(RunEvent.class.getPermittedSubclasses().length);
  }

  @Test
  void should_give_back_one_kind_of_event() {
    store.create("before");
    store.append("before", AT, everyKind());
    store.create("run");
    store.append("run", AT, everyKind());
    store.append("run", AT, List.of(attempt(2, "1+1", 1)));
    for (RunEvent event : everyKind()) {
      assertThat(store.events("run", event.getClass()))
          .isEqualTo(
              store.events("run").stream().filter(e -> e.getClass() == event.getClass()).toList());
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.events("walk", RunEvent.Promoted.class))
        .withMessageContaining("walk");
  }

  @Test
  void should_tell_one_kind_of_event_one_by_one() {
    int attempts = 2500;
    store.create("run");
    for (int batch = 0; batch < attempts; batch += 500) {
      List<RunEvent> events = new ArrayList<>(everyKind());
      for (int i = batch; i < batch + 500; i++) {
        events.add(attempt(7, "task " + i, 1));
      }
      store.append("run", AT, events);
    }
    List<String> told = new ArrayList<>();
    store.forEach(
        "run",
        RunEvent.Attempted.class,
        attempt -> {
          if (attempt.generation() == 7) {
            told.add(attempt.task());
          }
          if (told.size() == 1000) {
            // Whoever listens may record, which is not told any more.
            store.append("run", AT, List.of(attempt(8, "later", 1)));
          }
        });
    assertThat(told)
        .hasSize(attempts)
        .isEqualTo(IntStream.range(0, attempts).mapToObj(i -> "task " + i).toList());
    assertThat(store.events("run", RunEvent.Attempted.class))
        .isEqualTo(
            store.events("run").stream().filter(RunEvent.Attempted.class::isInstance).toList());
    assertThatThrownBy(
            () ->
                store.forEach(
                    "run",
                    RunEvent.Attempted.class,
                    attempt -> {
                      throw new IllegalStateException("enough");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("enough");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.forEach("walk", RunEvent.Promoted.class, event -> {}))
        .withMessageContaining("walk");
  }

  @Test
  void should_tell_every_event_with_the_instant_it_was_recorded_at() {
    int batches = 1200;
    store.create("before");
    store.append("before", AT, everyKind());
    store.create("run");
    List<RunEvent> recorded = new ArrayList<>();
    List<Instant> instants = new ArrayList<>();
    for (int batch = 0; batch < batches; batch++) {
      // Clocks are set back now and then, and are finer than a millisecond.
      Instant at = AT.plusMillis(batch % 7 * 100L).plusNanos(batch % 1000 * 999L);
      List<RunEvent> events =
          batch % 100 == 0 ? everyKind() : List.of(attempt(1, "a", 1), attempt(1, "b", 0));
      store.append("run", at, events);
      recorded.addAll(events);
      instants.addAll(Collections.nCopies(events.size(), at.truncatedTo(ChronoUnit.MILLIS)));
    }
    List<RunEvent> told = new ArrayList<>();
    List<Instant> times = new ArrayList<>();
    store.forEach(
        "run",
        (at, event) -> {
          times.add(at);
          told.add(event);
          if (told.size() == 1000) {
            store.append("before", AT, List.of(attempt(8, "later", 1)));
          }
        });
    assertThat(told).isEqualTo(recorded);
    assertThat(times).isEqualTo(instants);
    assertThatThrownBy(
            () ->
                store.forEach(
                    "run",
                    (at, event) -> {
                      throw new IllegalStateException("enough");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("enough");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.forEach("walk", (at, event) -> {}))
        .withMessageContaining("walk");
  }

  @Test
  void should_tell_some_kinds_of_events_in_the_order_they_were_recorded() {
    store.create("run");
    for (int batch = 0; batch < 3; batch++) {
      store.append("run", AT.plusSeconds(batch), everyKind());
    }
    for (Set<Class<? extends RunEvent>> kinds :
        List.<Set<Class<? extends RunEvent>>>of(
            Set.of(),
            Set.of(RunEvent.Promoted.class),
            Set.of(RunEvent.RunFinished.class, RunEvent.RunStarted.class, RunEvent.Trained.class),
            RunEvent.kinds())) {
      List<RunEvent> told = new ArrayList<>();
      Set<Instant> times = new LinkedHashSet<>();
      store.forEach(
          "run",
          kinds,
          (at, event) -> {
            told.add(event);
            times.add(at);
          });
      assertThat(told)
          .isEqualTo(
              store.events("run").stream().filter(e -> kinds.contains(e.getClass())).toList());
      assertThat(times).hasSize(kinds.isEmpty() ? 0 : 3);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.forEach("walk", kinds, (at, event) -> {}))
          .withMessageContaining("walk");
    }
  }

  @Test
  void should_say_what_it_takes_on_the_disk() {
    long empty = store.bytes();
    store.create("run");
    for (int i = 0; i < 100; i++) {
      store.append("run", AT, everyKind());
    }
    assertThat(store.bytes()).isGreaterThanOrEqualTo(empty);
    assertThat(empty > 0).isEqualTo(store.bytes() > 0);
  }

  @Test
  void should_give_back_any_text_and_any_number() {
    List<RunEvent> events = new ArrayList<>();
    List<String> texts =
        List.of(
            "", "\u0000", "\"\\\n\t", "\u00e4\u4e2d", "\ud83d\ude00", "half \ud83d", "\ude00 half");
    for (String text : texts) {
      events.add(attempt(1, text, 0.5));
    }
    for (double number : new double[] {0, 1, 0.1 + 0.2, Double.MIN_VALUE, 1 - 1e-16}) {
      events.add(attempt(1, "number", number));
    }
    double[] odd = {-0.0, Double.NaN, Double.NEGATIVE_INFINITY, Double.MAX_VALUE, 1e300, 123456789};
    for (double number : odd) {
      events.add(new RunEvent.Trained(1, "c", "p", Long.MAX_VALUE, Map.of("loss", number)));
    }
    for (long seed : new long[] {Long.MIN_VALUE, -1, 0, 1L << 53, (1L << 53) + 1, Long.MAX_VALUE}) {
      events.add(new RunEvent.RunStarted(seed, "anchor", Map.of()));
    }
    store.create("run");
    store.append("run", AT, events);
    assertThat(store.events("run")).isEqualTo(events);
  }

  @Test
  void should_keep_the_order_of_named_numbers() {
    Map<String, Double> numbers = new LinkedHashMap<>();
    Stream.of("z", "a", "m", "b").forEach(name -> numbers.put(name, 1.0));
    store.create("run");
    store.append("run", AT, List.of(new RunEvent.Trained(1, "c", "p", 1, numbers)));
    RunEvent.Trained trained = (RunEvent.Trained) store.events("run").get(0);
    assertThat(trained.metrics().keySet()).containsExactly("z", "a", "m", "b");
  }

  @Test
  void should_give_a_run_page_by_page() {
    store.create("before");
    store.append("before", AT, everyKind());
    store.create("run");
    assertThat(store.events("run", 0, 1)).isEmpty();
    store.append("run", AT, everyKind());
    store.append("run", AT, List.of());
    store.append("run", AT, everyKind());
    List<RunEvent> all = store.events("run");
    for (int most : new int[] {1, 7, everyKind().size(), all.size(), Integer.MAX_VALUE}) {
      List<RunEvent> told = new ArrayList<>();
      List<RunEvent> page = store.events("run", 0, most);
      while (!page.isEmpty()) {
        assertThat(page).hasSize(Math.min(most, all.size() - told.size()));
        told.addAll(page);
        page = store.events("run", told.size(), most);
      }
      assertThat(told).isEqualTo(all);
    }
    assertThat(store.events("run", Long.MAX_VALUE, 1)).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.events("walk", 0, 1))
        .withMessageContaining("walk");
    assertThatIllegalArgumentException().isThrownBy(() -> store.events("run", -1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> store.events("run", 0, 0));
  }

  @Test
  void should_tell_what_was_recorded_since() {
    store.create("before");
    store.create("run");
    assertThat(store.sizes()).containsExactly(Map.entry("before", 0L), Map.entry("run", 0L));
    store.append("before", AT, everyKind());
    for (int batch = 0; batch < 3; batch++) {
      store.append("run", AT, everyKind());
    }
    List<RunEvent> all = store.events("run");
    long size = all.size();
    assertThat(store.sizes()).containsEntry("run", size);
    for (Set<Class<? extends RunEvent>> kinds :
        List.<Set<Class<? extends RunEvent>>>of(
            Set.of(RunEvent.BudgetMoved.class, RunEvent.RunFinished.class),
            Set.of(RunEvent.RunFinished.class),
            Set.of(RunEvent.Attempted.class, RunEvent.RunFinished.class),
            RunEvent.kinds())) {
      for (long after : new long[] {0, 1, size / 2, size, size + 5}) {
        for (long to : new long[] {0, after, after + 1, size - 1, size, Long.MAX_VALUE}) {
          List<RunEvent> told = new ArrayList<>();
          store.forEach("run", after, to, kinds, told::add);
          assertThat(told)
              .isEqualTo(
                  all.stream()
                      .limit(Math.min(size, to))
                      .skip(after)
                      .filter(event -> kinds.contains(event.getClass()))
                      .toList());
        }
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.forEach("walk", 0, 1, RunEvent.kinds(), event -> {}))
        .withMessageContaining("walk");
  }

  @Test
  void should_tell_one_store_from_another() throws Exception {
    assertThat(store.id()).matches("[0-9a-f]{32}").isEqualTo(store.id());
    try (RunStore other = open(Files.createDirectory(home.resolve("elsewhere")))) {
      assertThat(other.id()).isNotEqualTo(store.id());
    }
    if (durable()) {
      String id = store.id();
      store.close();
      store = open(home);
      assertThat(store.id()).isEqualTo(id);
    }
  }

  @Test
  void should_say_where_the_record_of_a_run_ends() {
    store.create("before");
    store.create("run");
    List<RunStore.Head> heads = new ArrayList<>();
    for (int batch = 0; batch < 3; batch++) {
      RunStore.Audit audit = store.audit("run");
      assertThat(store.head("run")).isEqualTo(new RunStore.Head(audit.events(), audit.head()));
      heads.add(store.head("run"));
      store.append("run", AT, everyKind());
    }
    heads.add(store.head("run"));
    for (RunStore.Head head : heads) {
      assertThat(store.holds("run", head)).isTrue();
      assertThat(store.holds("before", head)).isFalse();
      assertThat(store.holds("run", new RunStore.Head(head.events() + 1, head.hash()))).isFalse();
      assertThat(store.holds("run", new RunStore.Head(head.events(), "0".repeat(64)))).isFalse();
    }
    assertThat(store.head("run").events()).isEqualTo(3L * everyKind().size());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.head("walk"))
        .withMessageContaining("walk");
  }

  @Test
  void should_keep_runs_apart_and_in_order() {
    assertThat(store.runs()).isEmpty();
    List<String> runs = List.of("z", "a", "A-1_.", "x".repeat(64));
    runs.forEach(store::create);
    for (int round = 0; round < 3; round++) {
      for (String run : runs) {
        store.append(run, AT, List.of(attempt(round, run, 0), attempt(round, run, 1)));
      }
    }
    assertThat(store.runs()).isEqualTo(runs);
    for (String run : runs) {
      assertThat(store.events(run))
          .isEqualTo(IntStream.range(0, 6).mapToObj(i -> attempt(i / 2, run, i % 2)).toList());
    }
  }

  @Test
  void should_accept_an_empty_batch_and_an_empty_run() {
    store.create("run");
    store.append("run", AT, List.of());
    assertThat(store.events("run")).isEmpty();
  }

  @Test
  void should_accept_any_instant() {
    List<Instant> instants =
        List.of(Instant.EPOCH, Instant.parse("1969-12-31T23:59:59.999999999Z"), AT);
    store.create("run");
    instants.forEach(at -> store.append("run", at, List.of(attempt(1, "1+1", 1))));
    List<Instant> told = new ArrayList<>();
    store.forEach("run", (at, event) -> told.add(at));
    assertThat(told).containsExactly(Instant.EPOCH, Instant.parse("1969-12-31T23:59:59.999Z"), AT);
  }

  @Test
  void should_refuse_run_ids_that_are_malformed_or_taken_or_unknown() {
    for (String id : List.of("", "a b", "a/b", "ä", "a\n", "x".repeat(65), "a'b")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.create(id))
          .withMessageContaining("(" + id + ")");
    }
    store.create("run");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.create("run"))
        .withMessageContaining("(run)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.append("other", AT, List.of()))
        .withMessageContaining("(other)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.events("other"))
        .withMessageContaining("(other)");
    assertThat(store.runs()).containsExactly("run");
  }

  @Test
  void should_record_all_of_a_batch_or_none() {
    store.create("run");
    store.append("run", AT, List.of(attempt(1, "1+1", 1)));
    List<RunEvent> bad = Arrays.asList(attempt(2, "2+2", 1), null);
    assertThatNullPointerException().isThrownBy(() -> store.append("run", AT, bad));
    assertThat(store.events("run")).containsExactly(attempt(1, "1+1", 1));
  }

  @Test
  void should_keep_what_was_recorded_when_maps_or_lists_change_later() {
    Map<String, String> setting = new LinkedHashMap<>(Map.of("seed", "1"));
    List<RunEvent> batch = new ArrayList<>(List.of(new RunEvent.RunStarted(1, "a", setting)));
    store.create("run");
    store.append("run", AT, batch);
    setting.put("more", "x");
    batch.clear();
    assertThat(store.events("run"))
        .containsExactly(new RunEvent.RunStarted(1, "a", Map.of("seed", "1")));
  }

  @Test
  void should_lose_nothing_when_threads_append_at_once() throws Exception {
    int threads = 4;
    int batches = 25;
    store.create("run");
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<Void>> calls = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        String task = "thread " + thread;
        calls.add(
            () -> {
              for (int batch = 1; batch <= batches; batch++) {
                store.append("run", AT, List.of(attempt(batch, task, 0), attempt(batch, task, 1)));
              }
              return null;
            });
      }
      for (Future<Void> call : executor.invokeAll(calls)) {
        call.get();
      }
    } finally {
      executor.shutdownNow();
    }
    List<RunEvent> events = store.events("run");
    assertThat(events).hasSize(threads * batches * 2);
    for (int i = 0; i < events.size(); i += 2) {
      RunEvent.Attempted first = (RunEvent.Attempted) events.get(i);
      assertThat(events.get(i + 1)).isEqualTo(attempt(first.generation(), first.task(), 1));
    }
    for (int thread = 0; thread < threads; thread++) {
      String task = "thread " + thread;
      assertThat(events.stream().filter(e -> ((RunEvent.Attempted) e).task().equals(task)))
          .isSortedAccordingTo((a, b) -> Integer.compare(a.generation(), b.generation()))
          .hasSize(batches * 2);
    }
  }

  @Test
  void should_record_when_the_thread_is_interrupted() {
    store.create("run");
    Thread.currentThread().interrupt();
    try {
      store.append("run", AT, everyKind());
      assertThat(store.events("run")).isEqualTo(everyKind());
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void should_hold_everything_when_opened_again() {
    Assumptions.assumeTrue(durable(), "not durable");
    store.create("first");
    store.create("second");
    store.append("second", AT, everyKind());
    store.close();
    store = open(home);
    assertThat(store.runs()).containsExactly("first", "second");
    store.append("second", AT, everyKind());
    assertThat(store.events("second"))
        .isEqualTo(Stream.of(everyKind(), everyKind()).flatMap(List::stream).toList());
    store.forEach("second", (at, event) -> assertThat(at).isEqualTo(AT));
    assertThatIllegalArgumentException().isThrownBy(() -> store.create("first"));
  }

  @Test
  void should_show_another_store_object_what_was_recorded() {
    Assumptions.assumeTrue(durable(), "not durable");
    store.create("run");
    try (RunStore other = open(home)) {
      other.append("run", AT, everyKind());
      store.append("run", AT, everyKind());
      assertThat(other.events("run"))
          .hasSize(2 * everyKind().size())
          .isEqualTo(store.events("run"));
    }
  }

  @Test
  void should_find_nothing_wrong_with_what_it_recorded() {
    assertThat(store.audit().sound()).isTrue();
    store.create("first");
    store.create("second");
    store.append("second", AT, everyKind());
    store.append("first", AT, List.of(attempt(1, "half \ud83d", 0.1 + 0.2)));
    store.append("second", AT.plusMillis(1), everyKind());
    RunStore.Audit audit = store.audit();
    assertThat(audit.fault()).isNull();
    assertThat(audit.events()).isEqualTo(2L * everyKind().size() + 1);
    assertThat(audit.unchained()).isZero();
    assertThat(store.audit("first").events()).isEqualTo(1);
    assertThat(store.audit("second").sound()).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.audit("other"))
        .withMessageContaining("(other)");
  }

  @Test
  void should_give_every_record_a_hash_of_its_own_and_equal_records_the_same() throws Exception {
    List<String> heads = new ArrayList<>();
    store.create("run");
    heads.add(store.audit("run").head());
    for (RunEvent event : everyKind()) {
      store.append("run", AT, List.of(event));
      heads.add(store.audit("run").head());
    }
    assertThat(heads).doesNotHaveDuplicates().allMatch(head -> head.matches("[0-9a-f]{64}"));
    String whole = store.audit().head();
    Path elsewhere = Files.createDirectory(home.resolve("elsewhere"));
    try (RunStore other = open(elsewhere)) {
      other.create("run");
      other.append("run", AT, everyKind());
      assertThat(other.audit("run").head()).isEqualTo(heads.get(everyKind().size()));
      assertThat(other.audit().head()).isEqualTo(whole);
    }
    try (RunStore other = open(Files.createDirectory(home.resolve("later")))) {
      other.create("run");
      other.append("run", AT.plusMillis(1), everyKind());
      assertThat(other.audit("run").head()).isNotIn(heads);
    }
  }

  @Test
  void should_chain_a_run_to_the_one_before_it() throws Exception {
    store.create("run");
    try (RunStore other = open(Files.createDirectory(home.resolve("elsewhere")))) {
      other.create("before");
      other.create("run");
      assertThat(other.audit("run").head()).isNotEqualTo(store.audit("run").head());
    }
  }

  @Test
  void should_write_the_same_hashes_as_every_store_of_this_format() {
    store.create("run");
    store.append("run", AT, List.of(new RunEvent.Promoted(1, "anchor", "challenger")));
    assertThat(store.audit("run").head()).isEqualTo(expectedHead());
  }

  /** The head of that run, made with the JDK alone. */
  private static String expectedHead() {
    ByteBuffer origin = little(32 + 8 + 8 + 3);
    origin.position(32);
    origin.putLong(1).putLong(0).put("run".getBytes(StandardCharsets.UTF_8));
    byte[] kind = "promoted".getBytes(StandardCharsets.UTF_8);
    byte[] body =
        "{\"generation\":1,\"from\":\"anchor\",\"to\":\"challenger\"}"
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer event = little(32 + 4 * 8 + kind.length + body.length);
    event.put(sha256(origin)).putLong(1).putLong(AT.toEpochMilli()).putLong(1);
    event.putLong(kind.length).put(kind).put(body);
    return HexFormat.of().formatHex(sha256(event));
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] sha256(ByteBuffer bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes.flip());
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void should_audit_while_events_are_appended() throws Exception {
    store.create("run");
    List<Callable<Void>> jobs = new ArrayList<>();
    jobs.add(
        () -> {
          for (int batch = 0; batch < 100; batch++) {
            store.append("run", AT, everyKind());
          }
          return null;
        });
    jobs.add(
        () -> {
          for (int audit = 0; audit < 10; audit++) {
            RunStore.Audit found = store.audit();
            assertThat(found.fault()).isNull();
            assertThat(found.events() % everyKind().size()).as("whole batches").isZero();
          }
          return null;
        });
    Threads.together(jobs);
    assertThat(store.audit().events()).isEqualTo(100L * everyKind().size());
  }

  @Test
  void should_lease_a_run_to_one_driver_at_a_time() {
    store.create("run");
    store.create("other");
    RunStore.Lease lease = store.lease("run");
    assertTaken("run", ProcessHandle.current().pid());
    lease.check();
    store.append("run", AT, everyKind());
    RunStore.Lease other = store.lease("other");
    lease.close();
    RunStore.Lease next = store.lease("run");
    // The second time it is somebody else's.
    lease.close();
    assertTaken("run", ProcessHandle.current().pid());
    next.check();
    assertThatExceptionOfType(RsiException.class)
        .isThrownBy(lease::check)
        .withMessageContaining("(run)");
    next.close();
    other.close();
    store.lease("run").close();
    assertThat(store.events("run")).isEqualTo(everyKind());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.lease("nobody's"))
        .withMessageContaining("(nobody's)");
  }

  @Test
  void should_lease_a_run_to_one_of_those_who_ask_at_once() throws Exception {
    store.create("run");
    Callable<Integer> ask =
        () -> {
          try {
            store.lease("run");
            return 1;
          } catch (RsiException e) {
            return 0;
          }
        };
    assertThat(Threads.together(Collections.nCopies(4, ask)).stream().mapToInt(won -> won).sum())
        .isEqualTo(1);
  }

  @Test
  void should_end_the_leases_of_a_store_that_is_closed_and_no_others() {
    Assumptions.assumeTrue(durable(), "not durable");
    store.create("run");
    RunStore.Lease lease = store.lease("run");
    try (RunStore other = open(home)) {
      assertThatExceptionOfType(RsiException.class).isThrownBy(() -> other.lease("run"));
    }
    assertTaken("run", ProcessHandle.current().pid());
    store.close();
    lease.close();
    store = open(home);
    store.lease("run").close();
  }

  @Test
  void should_lease_the_run_of_a_driver_that_was_killed_and_of_no_other() throws Exception {
    Assumptions.assumeTrue(durable(), "not durable");
    store.create("run");
    store.lease("run").close();
    Process driver = ChildJvm.start(Driver.class, getClass().getName(), home.toString(), "run");
    try {
      assertThat(driver.inputReader().readLine()).as("what the driver says").isEqualTo("driving");
      assertTaken("run", driver.pid());
    } finally {
      driver.destroyForcibly().waitFor();
    }
    store.lease("run");
    assertThat(store.events("run")).isEqualTo(everyKind());
    assertTaken("run", ProcessHandle.current().pid());
  }

  @Test
  void should_lose_nothing_and_keep_whole_batches_when_the_process_is_killed() throws Exception {
    Assumptions.assumeTrue(durable(), "not durable");
    store.create("run");
    for (int batches : new int[] {1, 7, 30}) {
      Process appender =
          ChildJvm.start(Appender.class, getClass().getName(), home.toString(), "run");
      int promised = 0;
      try {
        BufferedReader said = appender.inputReader();
        for (int i = 0; i < batches; i++) {
          promised = Integer.parseInt(said.readLine());
        }
      } finally {
        appender.destroyForcibly().waitFor();
      }
      List<RunEvent> events = store.events("run");
      assertThat(events).hasSizeGreaterThanOrEqualTo(promised * Appender.BATCH);
      assertThat(events).isEqualTo(Appender.batches(0, events.size() / Appender.BATCH));
      assertThat(store.audit().fault()).isNull();
    }
  }

  /** Appends batch after batch until it is killed, and says after each how many there are. */
  static final class Appender {
    static final int BATCH = 50;

    public static void main(String[] arguments) throws Exception {
      try (RunStore store = open(arguments)) {
        for (int batch = store.events(arguments[2]).size() / BATCH; ; batch++) {
          store.append(arguments[2], AT, batches(batch, batch + 1));
          ChildJvm.say("" + (batch + 1));
        }
      }
    }

    static List<RunEvent> batches(int from, int to) {
      return IntStream.range(from * BATCH, to * BATCH)
          .<RunEvent>mapToObj(i -> new RunEvent.Faulted(i / BATCH, "part", "message " + i))
          .toList();
    }
  }

  /** In a child: the store of a suite and a directory. */
  private static RunStore open(String[] arguments) throws ReflectiveOperationException {
    Constructor<?> suite = Class.forName(arguments[0]).getDeclaredConstructor();
    suite.setAccessible(true);
    return ((RunStoreContract) suite.newInstance()).open(Path.of(arguments[1]));
  }

  /** Drives a run until it is killed, or whoever started it ends. */
  static final class Driver {
    public static void main(String[] arguments) throws Exception {
      try (RunStore store = open(arguments)) {
        store.lease(arguments[2]);
        store.append(arguments[2], AT, everyKind());
        ChildJvm.say("driving");
        ChildJvm.awaitParent();
      }
    }
  }

  private void assertTaken(String run, long pid) {
    assertThatExceptionOfType(RsiException.class)
        .isThrownBy(() -> store.lease(run))
        .withMessageContaining("Run (" + run + ") has a driver already")
        .withMessageContaining("process (" + pid + ") on (")
        .withMessageContaining("Maybe")
        .matches(RsiException::retryable);
  }

  @Test
  void should_refuse_everything_once_closed() {
    store.create("run");
    store.close();
    store.close();
    for (Runnable call :
        List.<Runnable>of(
            () -> store.create("other"),
            () -> store.append("run", AT, List.of()),
            () -> store.events("run"),
            () -> store.forEach("run", (at, event) -> {}),
            () -> store.events("run", 0, 1),
            () -> store.head("run"),
            store::id,
            store::sizes,
            () -> store.lease("run"),
            () -> store.audit("run"),
            store::audit,
            store::runs)) {
      assertThatIllegalStateException().isThrownBy(call::run).withMessageContaining("closed");
    }
  }

  private static RunEvent attempt(int generation, String task, double score) {
    return new RunEvent.Attempted(
        generation,
        RunEvent.Stage.PRACTICE,
        5,
        task,
        42,
        task,
        3,
        Verdict.Outcome.PASS,
        score,
        "",
        null,
        null);
  }

  /** A short run in which everything happens. */
  private static List<RunEvent> everyKind() {
    GateDecision promote =
        GateDecision.promote(
            "better and safe",
            List.of(
                new GateFinding("5 digits", "safe", Map.of("wins", 12.0)),
                new GateFinding("gain", "shown", Map.of())));
    return List.of(
        new RunEvent.RunStarted(7, "anchor", Map.of("budget", "3 generations")),
        new RunEvent.GenerationStarted(1, "anchor", 64),
        attempt(1, "12+34", 1),
        new RunEvent.Attempted(
            1,
            RunEvent.Stage.SCOUT,
            6,
            "1+1",
            -1,
            null,
            0,
            Verdict.Outcome.UNDECIDED,
            0,
            "the generator gave nothing",
            Map.of("overall", 0.5),
            "half right"),
        new RunEvent.Attempted(
            1,
            RunEvent.Stage.PRACTICE,
            6,
            "1+2",
            5,
            null,
            2,
            Verdict.Outcome.FAIL,
            0,
            "malformed: no number",
            null,
            null,
            new Cost(30, 1),
            null,
            "three",
            new Cost(40, 2, 32, new BigDecimal("0.000125"))),
        new RunEvent.LessonsSelected(1, 6, 100, 90, 190, "digest"),
        new RunEvent.Attempted(
            1,
            RunEvent.Stage.TRAINING,
            6,
            "1+2",
            5,
            "3",
            2,
            Verdict.Outcome.PASS,
            1,
            "",
            null,
            null,
            null,
            null,
            null,
            new Cost(30, 2),
            "d".repeat(64)),
        new RunEvent.Replied(1, "e".repeat(64), "a line\nand another", new Cost(20, 7)),
        new RunEvent.Replied(1, "e".repeat(64), "", null),
        new RunEvent.Trained(1, "challenger", "anchor", 250, Map.of("loss", 0.25)),
        new RunEvent.Trained(2, "other", "anchor", 0, Map.of(), Map.of("prompt", "be brief")),
        new RunEvent.Screened(1, "challenger", 128, 127, 0.1 + 0.2),
        new RunEvent.Screened(
            2, "other", 4, 3, .5, new Cost(30, 2), new Cost(1, 0), new Cost(0, 2)),
        new RunEvent.ProbesCommitted(1, 1, 1, "digest", 2, "commitment", 600L),
        new RunEvent.Probed(
            1,
            "probe",
            "5 digits",
            "challenger",
            List.of(7, 0),
            List.of(1.0, Double.NaN),
            List.of("46"),
            new Cost(80, 4, 64, BigDecimal.ZERO),
            new Cost(90, 2)),
        new RunEvent.Stopped(1, RunReport.End.CANCELLED, "it was interrupted"),
        new RunEvent.Resumed(1, 7, "3 generations"),
        new RunEvent.BudgetMoved(
            1,
            "scout",
            "2026-02-28",
            Map.of("attempts", 256L),
            Map.of("wall clock", Long.MAX_VALUE),
            Map.of("attempts", 200L)),
        new RunEvent.ProbesRevealed(1, -7),
        new RunEvent.Gated(1, "challenger", promote, "a".repeat(64)),
        new RunEvent.Asked(1, "challenger", GateDecision.Action.PROMOTE, "PT8H"),
        new RunEvent.Answered(1, "challenger", true, "Ada", "fine"),
        new RunEvent.Paused(1),
        new RunEvent.Unpaused(1),
        new RunEvent.OutageBegan(1, "verifier", "it threw"),
        new RunEvent.OutageEnded(1, "verifier"),
        new RunEvent.Described(1, "challenger", Map.of("distinct-2", 0.25)),
        new RunEvent.Described(
            1, "challenger", Map.of("divergence on a", Double.POSITIVE_INFINITY)),
        new RunEvent.Promoted(1, "anchor", "challenger"),
        new RunEvent.FellBack(1, "challenger", "anchor", "a file was changed"),
        new RunEvent.Faulted(1, "listener", "it threw"),
        new RunEvent.GenerationFinished(
            new GenerationReport(
                1,
                GenerationReport.Outcome.PROMOTED,
                6,
                100,
                90,
                "challenger",
                promote,
                Map.of("5 digits", 1.0),
                "challenger")),
        new RunEvent.GenerationFinished(
            new GenerationReport(
                2, GenerationReport.Outcome.NO_LESSONS, 6, 100, 0, null, null, Map.of(), "live")),
        new RunEvent.GenerationFinished(
            new GenerationReport(
                3,
                GenerationReport.Outcome.NO_LESSONS,
                6,
                10,
                0,
                null,
                null,
                Map.of(),
                "live",
                new GenerationReport.Practised(4, 3, 2, 1, 1, 3, Map.of("it was asleep", 1)),
                "nothing new",
                new GenerationReport.Supplied(1, 120, 3, 0.1 + 0.2),
                null)),
        new RunEvent.GenerationFinished(
            new GenerationReport(
                4,
                GenerationReport.Outcome.PROMOTED,
                6,
                10,
                6,
                "challenger",
                promote,
                Map.of(),
                "challenger",
                new GenerationReport.Practised(6, 3, 1, 0, 0, 0, Map.of(), 0.1 + 0.2),
                null,
                null,
                new GenerationReport.Proposed(4, 3, 2))),
        new RunEvent.RunFinished(2, RunReport.End.BUDGET_SPENT, "3 generations", "challenger"));
  }
}
