package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import dev.rsi.core.canary.Canary;
import dev.rsi.core.live.LiveModel;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveModelTest {
  private static final RunContext CONTEXT = RunContext.standalone();
  private static final List<Request<Sum>> REQUESTS =
      IntStream.range(0, 8).mapToObj(i -> new Request<>(Sum.of(i, 900 - i), i)).toList();

  @TempDir Path home;
  private final SimulatedLearner learner = SimulatedLearner.ofLevels(2);
  private final ScriptedGenerator<Sum, Long> scripted = ScriptedGenerator.of(learner.generator());
  private final StrictGenerator<Sum, Long> strict = StrictGenerator.of(scripted);
  private final List<ModelVersion> versions = new ArrayList<>();
  private ModelRegistry registry;

  @BeforeEach
  void writeVersions() {
    registry = ModelRegistry.directory(home.resolve("models"));
    for (double skill : new double[] {0.9, 0.5, 0.1}) {
      Path model = learner.write(home.resolve("model-" + skill), skill, skill);
      versions.add(registry.add(model, Provenance.imported()));
    }
    registry.promote(versions.get(0).id());
  }

  @Test
  void should_answer_from_the_live_version_and_end_on_the_version_it_began_with() {
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 2)) {
      LiveModel.Lease<Sum, Long> old = live.acquire();
      assertThat(old.version()).isEqualTo(versions.get(0)).isEqualTo(live.version());
      assertThat(promote(live, 1)).isEqualTo(versions.get(1)).isEqualTo(live.version());
      try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
        assertThat(lease.version()).isEqualTo(versions.get(1));
        assertThat(lease.generate(REQUESTS, CONTEXT)).isEqualTo(answers(1));
        assertThat(old.generate(REQUESTS, CONTEXT)).isEqualTo(answers(0));
        assertThat(strict.openSessions()).isEqualTo(2);
        old.close();
        assertThat(strict.openSessions()).isEqualTo(1);
        old.close();
      }
      registry.rollBack();
      assertThat(live.refresh()).isEqualTo(versions.get(0));
      assertThat(live.refresh()).isEqualTo(versions.get(0));
      assertThat(strict.opened()).isEqualTo(3);
    }
    assertAllClosed();
  }

  @Test
  void should_keep_what_it_serves_from_being_deleted_to_the_last_lease() throws Exception {
    ModelVersion imported =
        registry.add(learner.write(home.resolve("another"), 1, 1), Provenance.imported());
    registry.promote(imported.id());
    registry.promote(versions.get(0).id());
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 2)) {
      LiveModel.Lease<Sum, Long> old = live.acquire();
      live.canary(versions.get(1), Canary.of(0.5));
      registry.promote(imported.id());
      assertThat(registry.retain(0)).containsExactly(versions.get(2).id());
      live.refresh();
      assertThat(registry.retain(0)).containsExactly(versions.get(1).id());
      assertThat(old.generate(REQUESTS, CONTEXT)).isEqualTo(answers(0));
      old.close();
      assertThat(registry.retain(0)).containsExactly(versions.get(0).id());
      assertThat(live.version()).isEqualTo(imported);
    }
    assertAllClosed();
  }

  @Test
  void should_open_no_more_sessions_than_leases_overlap_and_than_it_was_given() throws Exception {
    LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 2);
    for (int i = 0; i < 5; i++) {
      live.acquire().close();
    }
    assertThat(strict.opened()).isEqualTo(1);
    LiveModel.Lease<Sum, Long> first = live.acquire();
    LiveModel.Lease<Sum, Long> second = live.acquire();
    FutureTask<ModelVersion> third = waiting(live);
    assertThat(third.isDone()).isFalse();
    second.close();
    assertThat(third.get(1, TimeUnit.MINUTES)).isEqualTo(versions.get(0));
    first.close();
    assertThat(strict.opened()).isEqualTo(2);
    live.close();
    assertAllClosed();
  }

  @Test
  void should_give_who_waits_the_version_that_is_live_by_then() throws Exception {
    LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 1);
    LiveModel.Lease<Sum, Long> old = live.acquire();
    FutureTask<ModelVersion> waits = waiting(live);
    promote(live, 1);
    assertThat(waits.get(1, TimeUnit.MINUTES)).isEqualTo(versions.get(1));
    old.close();
    live.close();
    assertAllClosed();
  }

  @Test
  void should_stop_waiting_when_interrupted_or_closed() throws Exception {
    LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 1);
    LiveModel.Lease<Sum, Long> lease = live.acquire();
    AtomicBoolean flagged = new AtomicBoolean();
    FutureTask<Boolean> interrupted =
        new FutureTask<>(
            () -> {
              assertThatExceptionOfType(CancelledException.class).isThrownBy(live::acquire);
              flagged.set(Thread.currentThread().isInterrupted());
              return true;
            });
    Thread thread = start(interrupted);
    thread.interrupt();
    assertThat(interrupted.get(1, TimeUnit.MINUTES)).isTrue();
    assertThat(flagged).isTrue();
    FutureTask<ModelVersion> waits = waiting(live);
    live.close();
    assertThatExceptionOfType(java.util.concurrent.ExecutionException.class)
        .isThrownBy(() -> waits.get(1, TimeUnit.MINUTES))
        .withMessageContaining("closed");
    // Closing waited for nobody, and who has a lease goes on.
    assertThat(strict.openSessions()).isEqualTo(1);
    assertThat(lease.generate(REQUESTS, CONTEXT)).isEqualTo(answers(0));
    lease.close();
    live.close();
    assertAllClosed();
    assertThatIllegalStateException().isThrownBy(live::acquire).withMessageContaining("closed");
    assertThatIllegalStateException().isThrownBy(live::refresh).withMessageContaining("closed");
    live.on(new RunEvent.Promoted(1, "a", "b"));
  }

  @Test
  void should_serve_who_waits_in_their_order_though_others_ask_all_the_time() throws Exception {
    LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 1);
    LiveModel.Lease<Sum, Long> lease = live.acquire();
    List<Integer> order = new CopyOnWriteArrayList<>();
    List<FutureTask<?>> waiting = waitingInOrder(live, 6, order);
    AtomicBoolean over = new AtomicBoolean();
    FutureTask<Integer> busy =
        new FutureTask<>(
            () -> {
              int answered = 0;
              while (!over.get()) {
                live.acquire().close();
                answered++;
              }
              return answered;
            });
    new Thread(busy, "busy").start();
    lease.close();
    for (FutureTask<?> each : waiting) {
      each.get(1, TimeUnit.MINUTES);
    }
    over.set(true);
    busy.get(1, TimeUnit.MINUTES);
    assertThat(order).containsExactly(0, 1, 2, 3, 4, 5);
    live.close();
    assertAllClosed();
  }

  @Test
  void should_keep_the_order_of_who_waits_over_a_swap() throws Exception {
    LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 1);
    LiveModel.Lease<Sum, Long> old = live.acquire();
    List<Integer> order = new CopyOnWriteArrayList<>();
    List<FutureTask<?>> waiting = waitingInOrder(live, 6, order);
    promote(live, 1);
    for (FutureTask<?> each : waiting) {
      assertThat(each.get(1, TimeUnit.MINUTES)).isEqualTo(versions.get(1));
    }
    assertThat(order).containsExactly(0, 1, 2, 3, 4, 5);
    old.close();
    live.close();
    assertAllClosed();
  }

  /** So many wait when this returns; each adds its number when it is served. */
  private static List<FutureTask<?>> waitingInOrder(
      LiveModel<Sum, Long> live, int count, List<Integer> order) {
    List<FutureTask<?>> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      FutureTask<ModelVersion> task =
          new FutureTask<>(
              () -> {
                try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
                  order.add(number);
                  return lease.version();
                }
              });
      start(task);
      tasks.add(task);
    }
    return tasks;
  }

  @Test
  void should_lose_no_session_to_who_stops_waiting() throws Exception {
    long seed = Long.getLong("rsi.seed", System.nanoTime());
    int sessions = 2;
    LiveModel<Sum, Long> live = LiveModel.open(strict, registry, sessions);
    List<Thread> clients = new CopyOnWriteArrayList<>();
    AtomicInteger left = new AtomicInteger(8);
    List<Callable<Integer>> jobs = new ArrayList<>();
    for (int client = 0; client < 8; client++) {
      jobs.add(
          () -> {
            clients.add(Thread.currentThread());
            int cancelled = 0;
            try {
              for (int i = 0; i < 500; i++) {
                try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
                  lease.generate(REQUESTS.subList(0, 1), CONTEXT);
                } catch (CancelledException e) {
                  cancelled++;
                }
                Thread.interrupted();
              }
            } finally {
              left.decrementAndGet();
            }
            return cancelled;
          });
    }
    jobs.add(
        () -> {
          Random random = new Random(seed);
          while (left.get() > 0) {
            if (!clients.isEmpty()) {
              clients.get(random.nextInt(clients.size())).interrupt();
            }
            if (random.nextInt(100) == 0) {
              promote(live, random.nextInt(2));
            }
            Thread.yield();
          }
          return 1;
        });
    Threads.together(jobs);
    List<LiveModel.Lease<Sum, Long>> all = new ArrayList<>();
    for (int i = 0; i < sessions; i++) {
      FutureTask<LiveModel.Lease<Sum, Long>> lease = new FutureTask<>(live::acquire);
      new Thread(lease, "last").start();
      all.add(lease.get(1, TimeUnit.MINUTES));
    }
    all.forEach(LiveModel.Lease::close);
    assertThat(strict.openSessions()).as("seed %d", seed).isLessThanOrEqualTo(sessions);
    live.close();
    assertAllClosed();
  }

  @Test
  void should_keep_the_old_version_where_the_new_one_cannot_be_loaded() throws Exception {
    scripted.throwOnOpen(2, new RsiException("out of memory", null, true));
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 1)) {
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(() -> promote(live, 1))
          .withMessageContaining("version (" + versions.get(0).shortId() + ") goes on")
          .withMessageContaining("out of memory")
          .matches(RsiException::retryable);
      assertAnswersFrom(live, 0);
      assertThat(live.refresh()).isEqualTo(versions.get(1));
      assertAnswersFrom(live, 1);
      registry.promote(versions.get(2).id());
      Files.list(versions.get(2).directory()).forEach(file -> assertThat(damaged(file)).isTrue());
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(live::refresh)
          .withMessageContaining("version (" + versions.get(1).shortId() + ") goes on");
      assertAnswersFrom(live, 1);
    }
    assertAllClosed();
  }

  @Test
  void should_do_with_the_sessions_there_are_where_another_cannot_be_opened() throws Exception {
    scripted.throwOnOpen(2, new RsiException("out of memory"));
    LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 8);
    LiveModel.Lease<Sum, Long> first = live.acquire();
    FutureTask<ModelVersion> second = waiting(live);
    first.close();
    assertThat(second.get(1, TimeUnit.MINUTES)).isEqualTo(versions.get(0));
    assertThat(strict.opened()).isEqualTo(1);
    live.close();
    assertAllClosed();
  }

  @Test
  void should_refuse_a_lease_that_was_closed_and_a_success_that_is_none() {
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 1)) {
      LiveModel.Lease<Sum, Long> lease = live.acquire();
      for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
        assertThatIllegalArgumentException().isThrownBy(() -> lease.report(wrong));
      }
      lease.report(1);
      assertThatIllegalStateException().isThrownBy(() -> lease.report(1));
      lease.close();
      assertThatIllegalStateException()
          .isThrownBy(() -> lease.generate(REQUESTS, CONTEXT))
          .withMessageContaining(versions.get(0).shortId());
      assertThatIllegalStateException().isThrownBy(() -> lease.report(1));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> LiveModel.open(strict, registry, 0));
    ModelRegistry empty = ModelRegistry.directory(home.resolve("empty"));
    assertThatIllegalStateException()
        .isThrownBy(() -> LiveModel.open(strict, empty, 1))
        .withMessageContaining("No version is live");
  }

  @Test
  void should_score_where_the_generator_can() {
    try (LiveModel<Sum, Long> live = LiveModel.open(scripted, registry, 1);
        LiveModel.Lease<Sum, Long> lease = live.acquire();
        Generator.Session<Sum, Long> direct = learner.generator().open(versions.get(0))) {
      List<Sum> tasks = List.of(Sum.of(1, 2));
      assertThat(((ScoringSession<Sum, Long>) lease).score(tasks, List.of(3L), CONTEXT))
          .isEqualTo(((ScoringSession<Sum, Long>) direct).score(tasks, List.of(3L), CONTEXT));
    }
    assertThat(scripted.openSessions()).isZero();
    Generator<Sum, Long> answersAlone = new Unclosable<>(learner.generator());
    try (LiveModel<Sum, Long> live = LiveModel.open(answersAlone, registry, 1);
        LiveModel.Lease<Sum, Long> lease = live.acquire()) {
      assertThat(lease).isNotInstanceOf(ScoringSession.class);
    }
  }

  @Test
  void should_answer_though_an_old_session_does_not_close() {
    Generator<Sum, Long> unclosable = new Unclosable<>(learner.generator());
    LiveModel<Sum, Long> live = LiveModel.open(unclosable, registry, 1);
    LiveModel.Lease<Sum, Long> old = live.acquire();
    promote(live, 1);
    old.close();
    promote(live, 0);
    assertAnswersFrom(live, 0);
    live.close();
  }

  /** Its sessions throw when they are closed. */
  private record Unclosable<T, C>(Generator<T, C> wrapped) implements Generator<T, C> {
    @Override
    public dev.rsi.api.Codec<T, C> codec() {
      return wrapped.codec();
    }

    @Override
    public Session<T, C> open(ModelVersion version) {
      Session<T, C> session = wrapped.open(version);
      return new Session<>() {
        @Override
        public List<Output<C>> generate(List<Request<T>> requests, RunContext context) {
          return session.generate(requests, context);
        }

        @Override
        public void close() {
          throw new RsiException("the memory is not mine");
        }
      };
    }
  }

  @Test
  void should_fail_no_request_while_versions_are_swapped_under_load() throws Exception {
    long seed = Long.getLong("rsi.seed", System.nanoTime());
    int clients = 16;
    int sessions = 4;
    Map<ModelVersion, List<Output<Long>>> expected = new HashMap<>();
    for (int i = 0; i < versions.size(); i++) {
      expected.put(versions.get(i), answers(i));
    }
    LiveModel<Sum, Long> live = LiveModel.open(strict, registry, sessions);
    AtomicBoolean over = new AtomicBoolean();
    List<Callable<Integer>> jobs = new ArrayList<>();
    jobs.add(
        () -> {
          try {
            Random random = new Random(seed);
            for (int swap = 0; swap < 150; swap++) {
              ModelVersion next = swap(random);
              assertThat(live.refresh()).isEqualTo(next);
              try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
                assertThat(lease.version()).isEqualTo(next);
              }
            }
            return 0;
          } finally {
            over.set(true);
          }
        });
    for (int client = 0; client < clients; client++) {
      jobs.add(
          () -> {
            int answered = 0;
            while (!over.get()) {
              try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
                List<Output<Long>> first = lease.generate(REQUESTS, CONTEXT);
                List<Output<Long>> again = lease.generate(REQUESTS, CONTEXT);
                assertThat(first).isEqualTo(again).isEqualTo(expected.get(lease.version()));
                answered++;
              }
            }
            return answered;
          });
    }
    List<Integer> answered = Threads.together(jobs);
    String repeat = "repeat with -Drsi.seed=" + seed;
    assertThat(answered.subList(1, answered.size())).as(repeat).allMatch(each -> each > 0);
    assertThat(strict.openSessions()).as(repeat).isBetween(1, sessions);
    assertThat(strict.mostOpenSessions()).as(repeat).isLessThanOrEqualTo(clients + sessions + 2);
    live.close();
    assertAllClosed();
  }

  /** Promotes another version, or rolls back where there is one before. */
  private ModelVersion swap(Random random) {
    if (random.nextInt(3) == 0) {
      try {
        return registry.rollBack();
      } catch (IllegalStateException nothingBefore) {
        return registry.live().orElseThrow();
      }
    }
    ModelVersion next = versions.get(random.nextInt(versions.size()));
    registry.promote(next.id());
    return next;
  }

  @Test
  void should_serve_a_challenger_to_its_share_and_keep_its_sessions_when_promoted() {
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 1)) {
      assertThat(live.canary()).isEmpty();
      live.canary(versions.get(1), Canary.of(0.25).seed(7));
      assertThatIllegalStateException()
          .isThrownBy(() -> live.canary(versions.get(2), Canary.of(0.1)))
          .withMessageContaining(versions.get(1).shortId());
      List<ModelVersion> served = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        served.add(serve(live, null, lease -> 1));
      }
      assertThat(served.stream().filter(versions.get(1)::equals).count()).isBetween(400L, 600L);
      Canary.Report report = live.canary().orElseThrow();
      assertThat(report.live().requests() + report.challenger().requests()).isEqualTo(2000);
      assertThat(report.challenger().told())
          .isEqualTo(served.stream().filter(versions.get(1)::equals).count());
      assertThat(report.harmful()).isFalse();
      assertThat(live.version()).isEqualTo(versions.get(0));

      promote(live, 1);
      assertThat(strict.opened()).isEqualTo(2);
      assertAnswersFrom(live, 1);
      assertThat(live.canary()).contains(report);

      live.canary(versions.get(0), Canary.of(0.25).seed(7));
      for (int i = 0; i < 2000; i++) {
        assertThat(serve(live, null, lease -> 1)).isNotEqualTo(served.get(i));
      }
      live.endCanary();
      live.endCanary();
      assertAnswersFrom(live, 1);
    }
    assertAllClosed();
  }

  @Test
  void should_send_a_key_to_the_same_side_every_time() {
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 1)) {
      live.canary(versions.get(1), Canary.of(0.5));
      Map<String, ModelVersion> sides = new HashMap<>();
      for (int i = 0; i < 1000; i++) {
        String key = "caller " + i % 100;
        ModelVersion side = serve(live, key, lease -> 1);
        assertThat(sides.computeIfAbsent(key, first -> side)).isEqualTo(side);
      }
      assertThat(sides.values().stream().filter(versions.get(1)::equals).count())
          .isBetween(30L, 70L);
    }
    assertAllClosed();
  }

  @Test
  void should_withdraw_a_challenger_that_does_harm_by_itself() {
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 1)) {
      live.canary(versions.get(2), Canary.of(0.1));
      int requests = 0;
      while (!live.canary().orElseThrow().harmful()) {
        assertThat(requests++).isLessThan(5000);
        serve(live, null, lease -> lease.version().equals(versions.get(2)) ? 0.5 : 0.99);
      }
      assertThat(strict.openSessions()).isEqualTo(1);
      for (int i = 0; i < 200; i++) {
        assertThat(serve(live, null, lease -> 1)).isEqualTo(versions.get(0));
      }
      Canary.Report report = live.canary().orElseThrow();
      assertThat(report.challenger().success()).isEqualTo(0.5);
      assertThat(report.live().success()).isCloseTo(0.99, within());
      assertThat(report.evidence()).isGreaterThanOrEqualTo(report.level());
      live.canary(versions.get(1), Canary.of(0.1));
      assertThat(live.canary().orElseThrow().harmful()).isFalse();
    }
    assertAllClosed();
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.data.Offset.offset(1e-9);
  }

  @Test
  void should_withdraw_and_swap_under_load() throws Exception {
    LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 3);
    AtomicBoolean over = new AtomicBoolean();
    List<Callable<Integer>> jobs = new ArrayList<>();
    jobs.add(
        () -> {
          try {
            for (int trial = 0; trial < 20; trial++) {
              registry.reinstate(versions.get(2).id());
              live.canary(versions.get(2), Canary.of(0.3).seed(trial));
              while (!live.canary().orElseThrow().harmful()) {
                Thread.onSpinWait();
              }
              promote(live, trial % 2);
              // By whoever brought the last evidence, a moment later.
              while (registry.withdrawn(versions.get(2).id()).isEmpty()) {
                Thread.onSpinWait();
              }
            }
            return 1;
          } finally {
            over.set(true);
          }
        });
    for (int client = 0; client < 4; client++) {
      jobs.add(
          () -> {
            int answered = 0;
            while (!over.get()) {
              serve(live, null, lease -> lease.version().equals(versions.get(2)) ? 0 : 1);
              answered++;
            }
            return answered;
          });
    }
    assertThat(Threads.together(jobs)).allMatch(each -> each > 0);
    live.close();
    assertAllClosed();
  }

  /** How well a request went, as its caller sees it. */
  private interface Judge {
    double judge(LiveModel.Lease<Sum, Long> lease);
  }

  private static ModelVersion serve(LiveModel<Sum, Long> live, String key, Judge judge) {
    try (LiveModel.Lease<Sum, Long> lease = key == null ? live.acquire() : live.acquireFor(key)) {
      lease.report(judge.judge(lease));
      return lease.version();
    }
  }

  private ModelVersion promote(LiveModel<Sum, Long> live, int version) {
    registry.promote(versions.get(version).id());
    return live.refresh();
  }

  private void assertAnswersFrom(LiveModel<Sum, Long> live, int version) {
    try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
      assertThat(lease.version()).isEqualTo(versions.get(version));
      assertThat(lease.generate(REQUESTS, CONTEXT)).isEqualTo(answers(version));
    }
  }

  private List<Output<Long>> answers(int version) {
    try (Generator.Session<Sum, Long> session = learner.generator().open(versions.get(version))) {
      return session.generate(REQUESTS, CONTEXT);
    }
  }

  private void assertAllClosed() {
    assertThat(strict.misuses()).isEmpty();
    assertThat(strict.openSessions()).isZero();
  }

  /** Acquires on a thread of its own, which waits when this returns. */
  private static FutureTask<ModelVersion> waiting(LiveModel<Sum, Long> live) {
    FutureTask<ModelVersion> task =
        new FutureTask<>(
            () -> {
              try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
                return lease.version();
              }
            });
    start(task);
    return task;
  }

  private static Thread start(FutureTask<?> task) {
    Thread thread = new Thread(task, "waiting");
    thread.start();
    while (thread.getState() != Thread.State.WAITING && !task.isDone()) {
      Thread.onSpinWait();
    }
    return thread;
  }

  private static boolean damaged(Path file) {
    try {
      Files.writeString(file, "x");
      return true;
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
