package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rsi.api.GateDecision;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Approval;
import dev.rsi.core.canary.Canary;
import dev.rsi.core.canary.Shadow;
import dev.rsi.core.live.Batches;
import dev.rsi.core.live.Conversation;
import dev.rsi.core.live.Feedback;
import dev.rsi.core.live.LiveListener;
import dev.rsi.core.live.LiveModel;
import dev.rsi.core.live.Serving;
import dev.rsi.core.live.Usage;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.told.Told;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What users of a live model are promised, whatever a challenger does to them. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServingTest {
  private static final RunContext CONTEXT = RunContext.standalone();
  private static final Request<Sum> REQUEST = new Request<>(Sum.of(20, 22), 1);
  private static final Duration PATIENCE = Duration.ofMillis(100);

  @TempDir Path home;
  private final ServedModels models = new ServedModels();
  private final StrictGenerator<Sum, Long> strict = StrictGenerator.of(models);
  private final List<ModelVersion> versions = new ArrayList<>();
  private ModelRegistry registry;

  @BeforeEach
  void addVersions() throws Exception {
    registry = ModelRegistry.directory(home.resolve("models"));
    for (int i = 0; i < 3; i++) {
      Path artifact = Files.createDirectory(home.resolve("model-" + i));
      Files.writeString(artifact.resolve("model"), "model " + i);
      versions.add(registry.add(artifact, Provenance.imported()));
    }
    registry.promote(versions.get(0).id());
  }

  /**
   * A request as an application makes it: what it cannot use it tells of. Whether it was served.
   */
  private boolean ask(LiveModel<Sum, Long> live) {
    try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
      Output<Long> answer = lease.generate(List.of(REQUEST), CONTEXT).get(0);
      lease.report(Long.valueOf(42).equals(answer.candidate()) ? 1 : 0);
      return true;
    } catch (RsiException e) {
      return false;
    }
  }

  private Approval.Question question(int challenger) {
    return new Approval.Question(
        "run",
        1,
        versions.get(0).id(),
        versions.get(challenger).id(),
        GateDecision.hold("asked", List.of()),
        null,
        Instant.MAX);
  }

  /** Asks until the approver has answered. */
  private Approval.Answer answered(LiveModel<Sum, Long> live, Approval.Approver approver)
      throws Exception {
    FutureTask<Approval.Answer> answer = new FutureTask<>(() -> approver.answer(question(1)));
    Thread thread = new Thread(answer, "approver");
    thread.start();
    while (!answer.isDone()) {
      ask(live);
    }
    return answer.get();
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 50, 90, 100})
  void should_refuse_a_challenger_that_throws_and_spare_its_users(int percent) throws Exception {
    long seed = Long.getLong("rsi.seed", System.nanoTime());
    Random random = new Random(seed);
    AtomicInteger failed = new AtomicInteger();
    models.answers(
        versions.get(1),
        (requests, context) -> {
          if (random.nextInt(100) < percent) {
            failed.incrementAndGet();
            throw new IllegalStateException("broken");
          }
          return ServedModels.answers(requests, 0);
        });
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 2)) {
      Approval.Answer answer =
          answeredBy(live, live.trial(Canary.of(0.1).tolerated(0.05).seed(seed), 200));
      assertThat(answer.approved()).as("seed %d", seed).isFalse();
      assertThat(answer.why()).contains("fail");
      assertThat(failed.get()).as("seed %d", seed).isLessThan(60);
      assertThat(registry.withdrawn(versions.get(1).id())).isPresent();
      assertThat(live.canary().orElseThrow().challenger().told()).isLessThan(10_000);
    }
  }

  /** The application throws away what broke, and asks again. */
  private Approval.Answer answeredBy(LiveModel<Sum, Long> live, Approval.Approver approver)
      throws Exception {
    FutureTask<Approval.Answer> answer = new FutureTask<>(() -> approver.answer(question(1)));
    new Thread(answer, "approver").start();
    while (!answer.isDone()) {
      try {
        ask(live);
      } catch (IllegalStateException broken) {
        assertThat(broken).hasMessage("broken");
      }
    }
    return answer.get();
  }

  @Test
  void should_go_on_serving_beside_a_challenger_that_hangs_and_withdraw_it() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    models.answers(
        versions.get(1),
        (requests, context) -> {
          // Deaf: it does not end for an interrupt.
          boolean interrupted = false;
          while (release.getCount() > 0) {
            try {
              release.await();
            } catch (InterruptedException e) {
              interrupted = true;
            }
          }
          assertThat(interrupted).isTrue();
          return ServedModels.answers(requests, 0);
        });
    List<String> withdrawn = new CopyOnWriteArrayList<>();
    Serving<Sum, Long> serving =
        Serving.<Sum, Long>of(4)
            .listener(
                new LiveListener<>() {
                  @Override
                  public void withdrawn(ModelVersion version, String why) {
                    withdrawn.add(version.shortId() + ": " + why);
                  }
                });
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, serving)) {
      live.canary(versions.get(1), Canary.of(0.5).patience(PATIENCE));
      AtomicInteger served = new AtomicInteger();
      AtomicInteger cut = new AtomicInteger();
      List<Callable<Integer>> clients = new ArrayList<>();
      for (int client = 0; client < 4; client++) {
        clients.add(
            () -> {
              while (withdrawn.isEmpty()) {
                (ask(live) ? served : cut).incrementAndGet();
              }
              return 1;
            });
      }
      Threads.together(clients);
      assertThat(cut.get()).isBetween(1, 40);
      assertThat(served.get()).isGreaterThan(cut.get());
      assertThat(withdrawn).singleElement().asString().startsWith(versions.get(1).shortId());
      for (int i = 0; i < 100; i++) {
        assertThat(ask(live)).isTrue();
      }
      release.countDown();
    }
    awaitAllClosed();
  }

  /** Calls that hung end on threads of their own. */
  private void awaitAllClosed() {
    while (strict.openSessions() > 0) {
      Thread.onSpinWait();
    }
    assertThat(strict.misuses()).isEmpty();
  }

  @Test
  void should_go_on_serving_beside_a_challenger_whose_sessions_do_not_open() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger opened = new AtomicInteger();
    models.opens(
        versions.get(1),
        () -> {
          // The first one is the canary's own.
          boolean hangs = opened.getAndIncrement() > 0;
          while (hangs && release.getCount() > 0) {
            Thread.onSpinWait();
          }
        });
    CountDownLatch together = new CountDownLatch(2);
    models.answers(
        versions.get(1),
        (requests, context) -> {
          together.countDown();
          await(together);
          return ServedModels.answers(requests, 0);
        });
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 4)) {
      live.canary(versions.get(1), Canary.of(0.5).patience(PATIENCE));
      AtomicInteger served = new AtomicInteger();
      List<Callable<Integer>> clients = new ArrayList<>();
      for (int client = 0; client < 4; client++) {
        clients.add(
            () -> {
              while (opened.get() < 2 || served.get() < 500) {
                served.addAndGet(ask(live) ? 1 : 0);
              }
              return 1;
            });
      }
      Threads.together(clients);
      release.countDown();
    }
    awaitAllClosed();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void should_lose_no_session_to_an_executor_that_takes_no_work() throws Exception {
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 1)) {
      ExecutorService ended = Executors.newSingleThreadExecutor();
      LiveModel.Lease<Sum, Long> lease = live.acquire();
      CompletableFuture<LiveModel.Lease<Sum, Long>> waits = live.acquireAsync(ended);
      ended.shutdownNow();
      lease.close();
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> waits.get(1, TimeUnit.MINUTES))
          .withCauseInstanceOf(RejectedExecutionException.class);
      assertThat(ask(live)).isTrue();
      CompletableFuture<LiveModel.Lease<Sum, Long>> refused = live.acquireAsync(ended);
      assertThat(refused).isCompletedExceptionally();
      assertThat(ask(live)).isTrue();
    }
    assertThat(strict.openSessions()).isZero();
  }

  @Test
  void should_hold_nobody_up_with_what_follows_an_asynchronous_lease() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 1)) {
      LiveModel.Lease<Sum, Long> lease = live.acquire();
      CompletableFuture<Void> follows =
          live.acquireAsync(Runnable::run)
              .thenAccept(
                  next -> {
                    await(release);
                    next.close();
                  });
      lease.close();
      assertThat(live.usage()).hasSize(1);
      assertThat(live.version()).isEqualTo(versions.get(0));
      release.countDown();
      follows.get(1, TimeUnit.MINUTES);
      assertThat(ask(live)).isTrue();
    }
    assertThat(strict.openSessions()).isZero();
  }

  @Test
  void should_take_back_a_challengers_lease_that_is_never_given_back() {
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 4)) {
      live.canary(versions.get(1), Canary.of(0.5).patience(PATIENCE));
      LiveModel.Lease<Sum, Long> leaked;
      do {
        leaked = live.acquire();
        if (!leaked.version().equals(versions.get(1))) {
          leaked.close();
        }
      } while (!leaked.version().equals(versions.get(1)));
      LiveModel.Lease<Sum, Long> held = leaked;
      boolean back = false;
      while (!back) {
        assertThat(ask(live)).isTrue();
        try {
          held.report(1);
          held.generate(List.of(REQUEST), CONTEXT);
        } catch (IllegalStateException e) {
          back = e.getMessage().contains("taken back");
        }
      }
      Canary.Report report = live.canary().orElseThrow();
      assertThat(report.challenger().failed()).isEqualTo(1);
      assertThat(report.harmful()).isFalse();
      held.close();
    }
    assertThat(strict.misuses()).isEmpty();
    assertThat(strict.openSessions()).isZero();
  }

  @Test
  void should_say_yes_by_proof_and_keep_the_challenger_loaded_for_its_promotion() throws Exception {
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 2)) {
      Approval.Answer answer = answered(live, live.trial(Canary.of(0.5).tolerated(0.05)));
      assertThat(answer.approved()).isTrue();
      assertThat(answer.by()).isEqualTo("canary");
      assertThat(live.canary().orElseThrow().safe()).isTrue();
      int opened = strict.opened();
      try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
        assertThat(lease.version()).isEqualTo(versions.get(0));
      }
      registry.promote(versions.get(1).id());
      assertThat(live.refresh()).isEqualTo(versions.get(1));
      assertThat(strict.opened()).isEqualTo(opened);
    }
    assertThat(strict.openSessions()).isZero();
  }

  @Test
  void should_answer_for_its_own_challenger_alone() throws Exception {
    models.answers(versions.get(2), ServedModels.Manner.RIGHT);
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 2)) {
      Approval.Approver approver = live.trial(Canary.of(0.5).tolerated(0.05), 50);
      FutureTask<Approval.Answer> first = new FutureTask<>(() -> approver.answer(question(1)));
      new Thread(first, "first").start();
      awaitCanary(live);
      // By hand, while the question is open: another version, and a canary of a third.
      registry.promote(versions.get(2).id());
      live.refresh();
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> first.get(1, TimeUnit.MINUTES))
          .withCauseInstanceOf(RsiException.class)
          .withMessageContaining(versions.get(2).shortId());
      live.canary(versions.get(1), Canary.of(0.5));
      // Its parent is not live any more: it begins nothing, and ends no other.
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(() -> approver.answer(question(1)))
          .matches(RsiException::retryable);
      assertThat(live.canary().orElseThrow().challenger().requests()).isZero();
      for (int i = 0; i < 20; i++) {
        ask(live);
      }
      assertThat(live.canary().orElseThrow().challenger().requests()).isPositive();
      registry.promote(versions.get(0).id());
      live.refresh();
      live.canary(versions.get(1), Canary.of(0.5));
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(() -> approver.answer(question(1)))
          .withMessageContaining("under way")
          .matches(RsiException::retryable);
      live.endCanary();
      FutureTask<Approval.Answer> ended = new FutureTask<>(() -> approver.answer(question(1)));
      new Thread(ended, "ended").start();
      awaitCanaryUnderWay(live);
      live.endCanary();
      assertThat(ended.get(1, TimeUnit.MINUTES).approved()).isFalse();
    }
    assertThatExceptionOfType(RsiException.class)
        .isThrownBy(() -> closedTrial().answer(question(1)))
        .matches(RsiException::retryable);
    assertThat(strict.openSessions()).isZero();
  }

  private Approval.Approver closedTrial() {
    LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 1);
    live.close();
    return live.trial(Canary.of(0.5));
  }

  private static void awaitCanary(LiveModel<Sum, Long> live) {
    while (live.canary().isEmpty()) {
      Thread.onSpinWait();
    }
  }

  private void awaitCanaryUnderWay(LiveModel<Sum, Long> live) {
    while (live.usage().size() < 2) {
      Thread.onSpinWait();
    }
  }

  @Test
  void should_go_on_with_what_a_canary_saw_before_a_restart() {
    models.answers(versions.get(1), ServedModels.Manner.WRONG);
    Canary.Report before;
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 2)) {
      live.canary(versions.get(1), Canary.of(0.1));
      while (live.canary().orElseThrow().challenger().told() < 2) {
        ask(live);
      }
      before = live.canary().orElseThrow();
      assertThat(before.harmful()).isFalse();
    }
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 2)) {
      live.canary(versions.get(1), Canary.of(0.1));
      assertThat(live.canary()).contains(before);
      while (!live.canary().orElseThrow().harmful()) {
        ask(live);
      }
    }
    assertThat(registry.withdrawn(versions.get(1).id())).isPresent();
    // Nor does it serve again by forgetting, but by a person's word.
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 2)) {
      assertThatExceptionOfType(ModelRegistry.WithdrawnException.class)
          .isThrownBy(() -> live.canary(versions.get(1), Canary.of(0.1)));
      assertThatExceptionOfType(ModelRegistry.WithdrawnException.class)
          .isThrownBy(
              () -> live.shadow(versions.get(1), Shadow.of(0.1), (sum, x) -> Verdict.pass()));
      registry.reinstate(versions.get(1).id());
      live.canary(versions.get(1), Canary.of(0.1));
      assertThat(live.canary().orElseThrow().harmful()).isFalse();
      assertThat(live.canary().orElseThrow().live().requests()).isZero();
    }
    assertThat(strict.openSessions()).isZero();
  }

  @Test
  void should_meet_nobody_once_a_person_withdrew_it() throws Exception {
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 2)) {
      Approval.Approver approver = live.trial(Canary.of(0.5).tolerated(0.001), 1);
      FutureTask<Approval.Answer> answer = new FutureTask<>(() -> approver.answer(question(1)));
      new Thread(answer, "approver").start();
      awaitCanaryUnderWay(live);
      registry.withdraw(versions.get(1).id(), "seen by a person");
      while (!answer.isDone()) {
        ask(live);
      }
      assertThat(answer.get().approved()).isFalse();
      assertThat(answer.get().why()).contains("seen by a person");
      assertThat(live.usage()).hasSize(1);
    }
  }

  @Test
  void should_hold_no_interrupt_of_a_caller_against_a_challenger() {
    ServedModels.Manner deaf =
        (requests, context) -> {
          long end = System.nanoTime() + 200_000;
          while (System.nanoTime() < end) {
            Thread.onSpinWait();
          }
          return ServedModels.answers(requests, 0);
        };
    models.answers(versions.get(0), deaf);
    models.answers(versions.get(1), deaf);
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 2)) {
      live.canary(versions.get(1), Canary.of(0.5));
      for (int i = 0; i < 300; i++) {
        boolean interrupted = i % 3 == 0;
        try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
          if (interrupted) {
            Thread.currentThread().interrupt();
          }
          assertThat(lease.generate(List.of(REQUEST), CONTEXT).get(0).candidate()).isEqualTo(42);
          assertThat(Thread.interrupted()).isEqualTo(interrupted);
          lease.report(1);
        }
      }
      Canary.Report report = live.canary().orElseThrow();
      assertThat(report.harmful()).isFalse();
      assertThat(report.challenger().failed()).isZero();
      assertThat(report.challenger().requests()).isPositive();
    }
    assertThat(strict.openSessions()).isZero();
  }

  @Test
  void should_give_each_session_to_one_caller_though_all_ask_asynchronously() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(3);
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 2)) {
      live.canary(versions.get(1), Canary.of(0.5));
      List<Callable<Integer>> clients = new ArrayList<>();
      for (int client = 0; client < 4; client++) {
        clients.add(
            () -> {
              for (int i = 0; i < 2000; i++) {
                try (LiveModel.Lease<Sum, Long> lease = live.acquireAsync(executor).get()) {
                  lease.generate(List.of(REQUEST), CONTEXT);
                }
              }
              return 1;
            });
      }
      Threads.together(clients);
      Canary.Report report = live.canary().orElseThrow();
      assertThat(report.live().requests() + report.challenger().requests()).isLessThan(8001);
      assertThat(live.usage().get(1).requests()).isEqualTo(report.challenger().requests());
    } finally {
      executor.shutdownNow();
    }
    assertThat(strict.misuses()).isEmpty();
    assertThat(strict.openSessions()).isZero();
  }

  @Test
  void should_not_wait_longer_than_it_was_told() throws Exception {
    LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 1);
    LiveModel.Lease<Sum, Long> only = live.tryAcquire().orElseThrow();
    assertThat(live.tryAcquire()).isEmpty();
    assertThatExceptionOfType(RsiException.class)
        .isThrownBy(() -> live.acquire(Duration.ofMillis(1)))
        .withMessageContaining("PT0.001S")
        .matches(RsiException::retryable);
    assertThatIllegalArgumentException().isThrownBy(() -> live.acquire(Duration.ofMillis(-1)));
    CompletableFuture<LiveModel.Lease<Sum, Long>> given = live.acquireAsync(Runnable::run);
    CompletableFuture<LiveModel.Lease<Sum, Long>> cancelled = live.acquireAsync(Runnable::run);
    CompletableFuture<LiveModel.Lease<Sum, Long>> next = live.acquireAsync(Runnable::run);
    assertThat(given).isNotDone();
    cancelled.cancel(false);
    only.close();
    LiveModel.Lease<Sum, Long> first = given.get(1, TimeUnit.MINUTES);
    assertThat(next).isNotDone();
    first.close();
    assertThat(next.get(1, TimeUnit.MINUTES).version()).isEqualTo(versions.get(0));
    CompletableFuture<LiveModel.Lease<Sum, Long>> left = live.acquireAsync(Runnable::run);
    live.close();
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> left.get(1, TimeUnit.MINUTES))
        .withMessageContaining("closed");
    next.get().close();
    assertThat(strict.misuses()).isEmpty();
    assertThat(strict.openSessions()).isZero();
  }

  @Test
  void should_keep_a_conversation_on_the_version_that_it_began_with() {
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 2)) {
      Conversation<Sum, Long> old = live.conversation();
      assertThat(old.version()).isEmpty();
      old.acquire().close();
      registry.promote(versions.get(1).id());
      live.refresh();
      Conversation<Sum, Long> young = live.conversation();
      young.acquire().close();
      registry.promote(versions.get(2).id());
      live.refresh();
      try (LiveModel.Lease<Sum, Long> lease = old.acquire();
          LiveModel.Lease<Sum, Long> other = young.acquire();
          LiveModel.Lease<Sum, Long> now = live.acquire()) {
        assertThat(lease.version()).isEqualTo(versions.get(0));
        assertThat(other.version()).isEqualTo(versions.get(1));
        assertThat(now.version()).isEqualTo(versions.get(2));
      }
      assertThat(live.usage())
          .extracting(Usage::version)
          .containsExactly(versions.get(2), versions.get(0), versions.get(1));
      assertThat(strict.openSessions()).isEqualTo(3);
      old.close();
      assertThat(strict.openSessions()).isEqualTo(2);
      assertThatIllegalStateException().isThrownBy(old::acquire).withMessageContaining("closed");
    }
    assertThat(strict.openSessions()).isZero();
  }

  @Test
  void should_move_conversations_off_a_challenger_that_is_withdrawn() {
    models.answers(versions.get(1), ServedModels.Manner.WRONG);
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 2)) {
      live.canary(versions.get(1), Canary.of(0.5));
      List<Conversation<Sum, Long>> all = new ArrayList<>();
      while (all.stream().noneMatch(each -> each.version().equals(Optional.of(versions.get(1))))) {
        Conversation<Sum, Long> each = live.conversation();
        each.acquire().close();
        all.add(each);
      }
      Conversation<Sum, Long> tried = all.get(all.size() - 1);
      while (!live.canary().orElseThrow().harmful()) {
        ask(live);
      }
      try (LiveModel.Lease<Sum, Long> lease = tried.acquire()) {
        assertThat(lease.version()).isEqualTo(versions.get(0));
      }
    }
    assertThat(strict.openSessions()).isZero();
  }

  @Test
  void should_forget_a_conversation_that_stands_idle() {
    Serving<Sum, Long> serving = Serving.<Sum, Long>of(1).conversations(Duration.ofNanos(1));
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, serving)) {
      Conversation<Sum, Long> idle = live.conversation();
      idle.acquire().close();
      registry.promote(versions.get(1).id());
      live.refresh();
      assertThat(live.usage()).hasSize(1);
      try (LiveModel.Lease<Sum, Long> lease = idle.acquire()) {
        assertThat(lease.version()).isEqualTo(versions.get(1));
      }
    }
    assertThat(strict.openSessions()).isZero();
  }

  @Test
  void should_serve_no_version_that_fails_when_it_is_warmed_up() {
    AtomicInteger warm = new AtomicInteger();
    models.answers(
        versions.get(0),
        (requests, context) -> {
          warm.incrementAndGet();
          return ServedModels.answers(requests, 0);
        });
    models.answers(versions.get(1), (requests, context) -> List.of(Output.failed("no memory", 0)));
    Serving<Sum, Long> serving = Serving.<Sum, Long>of(1).warmUp(List.of(REQUEST));
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, serving)) {
      assertThat(warm).hasValue(1);
      registry.promote(versions.get(1).id());
      assertThatExceptionOfType(RsiException.class)
          .isThrownBy(live::refresh)
          .withMessageContaining("no memory");
      assertThat(live.version()).isEqualTo(versions.get(0));
      assertThat(strict.openSessions()).isEqualTo(1);
    }
    assertThat(strict.openSessions()).isZero();
  }

  @Test
  void should_tell_each_listener_what_was_told_when_and_by_whom() {
    List<String> heard = new ArrayList<>();
    LiveListener<Sum, Long> broken =
        new LiveListener<>() {
          @Override
          public void told(Told<Sum, Long> word) {
            throw new AssertionError("broken");
          }
        };
    LiveListener<Sum, Long> hears =
        new LiveListener<>() {
          @Override
          public void told(Told<Sum, Long> word) {
            heard.add(word.candidate() + " " + word.success() + " " + word.by());
          }

          @Override
          public void swapped(ModelVersion from, ModelVersion to) {
            heard.add(from.shortId() + " " + to.shortId());
          }
        };
    Serving<Sum, Long> serving = Serving.<Sum, Long>of(1).listener(broken).listener(hears);
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, serving)) {
      Feedback later;
      try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
        lease.generate(List.of(REQUEST), CONTEXT);
        later = lease.feedback();
      }
      assertThat(later.report(0.5, "user 7")).isTrue();
      assertThat(later.report(1, "user 7")).isFalse();
      assertThat(ask(live)).isTrue();
      registry.promote(versions.get(1).id());
      live.refresh();
      assertThat(heard)
          .containsExactly(
              "42 0.5 user 7",
              "42 1.0 caller",
              versions.get(0).shortId() + " " + versions.get(1).shortId());
      assertThat(live.usage().get(0).requests()).isZero();
    }
  }

  @Test
  void should_hear_what_users_say_after_a_canary_has_ended() {
    List<Double> heard = new ArrayList<>();
    Serving<Sum, Long> serving =
        Serving.<Sum, Long>of(1)
            .listener(
                new LiveListener<>() {
                  @Override
                  public void told(Told<Sum, Long> word) {
                    heard.add(word.success());
                  }
                });
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, serving)) {
      live.canary(versions.get(1), Canary.of(0.5));
      List<Feedback> late = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
          lease.generate(List.of(REQUEST), CONTEXT);
          late.add(lease.feedback());
        }
      }
      live.endCanary();
      Canary.Report ended = live.canary().orElseThrow();
      late.forEach(feedback -> assertThat(feedback.report(1, "user")).isTrue());
      late.forEach(feedback -> assertThat(feedback.report(0, "user")).isFalse());
      assertThat(heard).hasSize(20).containsOnly(1.0);
      assertThat(live.canary().orElseThrow().harmful()).isEqualTo(ended.harmful()).isFalse();
    }
  }

  @Test
  void should_count_what_is_told_after_the_lease() {
    models.answers(versions.get(1), ServedModels.Manner.WRONG);
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 1)) {
      live.canary(versions.get(1), Canary.of(0.2));
      List<Feedback> told = new ArrayList<>();
      while (!live.canary().orElseThrow().harmful()) {
        Feedback feedback;
        boolean right;
        try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
          right =
              Long.valueOf(42).equals(lease.generate(List.of(REQUEST), CONTEXT).get(0).candidate());
          feedback = lease.feedback();
        }
        told.add(feedback);
        assertThat(told).hasSizeLessThan(2000);
        assertThat(feedback.report(right ? 1 : 0)).isTrue();
      }
      Usage usage = live.usage().get(0);
      assertThat(usage.success()).isEqualTo(1);
      assertThat(usage.failures()).isZero();
      assertThat(usage.open()).isZero();
    }
  }

  @Test
  void should_answer_many_callers_in_batches_as_one_by_one() throws Exception {
    List<Integer> sizes = new CopyOnWriteArrayList<>();
    models.answers(
        versions.get(0),
        (requests, context) -> {
          sizes.add(requests.size());
          if (requests.stream().anyMatch(each -> each.task().expected() == 13)) {
            throw new IllegalArgumentException("13");
          }
          return ServedModels.answers(requests, 0);
        });
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 1)) {
      Batches<Sum, Long> batches = live.batches(8, Duration.ofMillis(2));
      AtomicBoolean poisoned = new AtomicBoolean();
      List<Callable<Integer>> clients = new ArrayList<>();
      for (int client = 0; client < 8; client++) {
        int number = client;
        clients.add(
            () -> {
              for (int i = 0; i < 100; i++) {
                Sum sum = Sum.of(number, i);
                try {
                  Batches.Answer<Long> answer = batches.generate(new Request<>(sum, i));
                  assertThat(answer.output().candidate()).isEqualTo(sum.expected());
                  assertThat(answer.version()).isEqualTo(versions.get(0));
                  assertThat(answer.feedback().report(1)).isTrue();
                } catch (IllegalArgumentException e) {
                  assertThat(sum.expected()).isEqualTo(13);
                  poisoned.set(true);
                }
              }
              return 1;
            });
      }
      Threads.together(clients);
      assertThat(poisoned).isTrue();
      assertThat(sizes).allMatch(size -> size <= 8).anyMatch(size -> size > 1);
      CompletableFuture<Batches.Answer<Long>> left;
      try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
        left = batches.ask(REQUEST);
        left.cancel(false);
        assertThat(lease.version()).isEqualTo(versions.get(0));
      }
      assertThat(batches.generate(REQUEST).output().candidate()).isEqualTo(42);
      assertThat(left).isCancelled();
    }
    while (strict.openSessions() > 0) {
      Thread.onSpinWait();
    }
    assertThat(strict.misuses()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"wrong", "throws", "hangs"})
  void should_withdraw_a_challenger_in_the_shadow_that_no_user_ever_meets(String manner)
      throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    models.answers(
        versions.get(1),
        (requests, context) -> {
          switch (manner) {
            case "wrong" -> {
              return ServedModels.answers(requests, 1);
            }
            case "throws" -> throw new AssertionError("broken");
            default -> {
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return ServedModels.answers(requests, 0);
            }
          }
        });
    Verifier<Sum, Long> verifier =
        (sum, answer) -> Verdict.passIf(answer == sum.expected(), "wrong");
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 2)) {
      for (int i = 0; i < 30; i++) {
        assertThat(ask(live)).isTrue();
      }
      live.shadow(versions.get(1), Shadow.of(0.01), verifier);
      while (registry.withdrawn(versions.get(1).id()).isEmpty()) {
        assertThat(ask(live)).isTrue();
      }
      assertThat(live.usage())
          .singleElement()
          .satisfies(usage -> assertThat(usage.success()).isEqualTo(1));
      if (!manner.equals("hangs")) {
        assertThat(live.shadow().orElseThrow().harmful()).isTrue();
        assertThat(live.shadow().orElseThrow().challenger().requests()).isLessThan(50);
      }
    }
    release.countDown();
    awaitAllClosed();
  }

  @Test
  void should_let_a_challenger_go_that_was_in_the_shadow_and_count_no_answer_as_a_failure()
      throws Exception {
    models.answers(versions.get(0), (requests, context) -> null);
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 1)) {
      live.shadow(versions.get(1), Shadow.of(0.1), (sum, answer) -> Verdict.pass());
      assertThat(registry.retain(0)).containsExactly(versions.get(2).id());
      try (LiveModel.Lease<Sum, Long> lease = live.acquire()) {
        assertThat(lease.generate(List.of(REQUEST), CONTEXT)).isNull();
      }
      assertThat(live.usage().get(0).failures()).isEqualTo(1);
      live.endShadow();
      while (!registry.retain(0).contains(versions.get(1).id())) {
        Thread.onSpinWait();
      }
    }
    awaitAllClosed();
  }

  @Test
  void should_call_a_challenger_in_the_shadow_safe_and_end_it_with_a_swap() {
    Verifier<Sum, Long> verifier =
        (sum, answer) -> Verdict.passIf(answer == sum.expected(), "wrong");
    try (LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 2)) {
      assertThat(live.shadow()).isEmpty();
      live.shadow(versions.get(1), Shadow.of(0.05), verifier);
      while (!live.shadow().orElseThrow().safe()) {
        assertThat(ask(live)).isTrue();
      }
      registry.promote(versions.get(2).id());
      live.refresh();
      long seen = live.shadow().orElseThrow().challenger().requests();
      for (int i = 0; i < 20; i++) {
        assertThat(ask(live)).isTrue();
      }
      assertThat(live.shadow().orElseThrow().challenger().requests())
          .isLessThanOrEqualTo(seen + 64);
    }
    awaitAllClosed();
  }

  @Test
  void should_tell_who_asks_for_a_batch_that_the_live_model_is_closed() {
    LiveModel<Sum, Long> live = LiveModel.open(strict, registry, 1);
    Batches<Sum, Long> batches = live.batches(4, Duration.ZERO);
    live.close();
    IntStream.range(0, 3)
        .forEach(
            i ->
                assertThatIllegalStateException()
                    .isThrownBy(() -> batches.generate(REQUEST))
                    .withMessageContaining("closed"));
    assertThatIllegalArgumentException().isThrownBy(() -> live.batches(0, Duration.ZERO));
  }
}
