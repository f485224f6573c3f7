package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Knob;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.core.RunHandle;
import dev.rsi.core.RunHandle.State;
import dev.rsi.core.RunListener;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunHandleTest {
  @TempDir Path home;
  private Loops loops;

  @BeforeEach
  void open() {
    loops = new Loops(home);
  }

  private ImprovementLoop<Sum, Long> loop(RunListener listener) {
    return loops.whole(Budget.of(2)).listener(listener).build();
  }

  private RunHandle started(RunListener listener) {
    return loop(listener).start(loops.start, Loops.TASKS);
  }

  @Test
  void should_run_on_a_thread_of_its_own_as_it_does_on_the_callers() throws Exception {
    List<Thread> made = Collections.synchronizedList(new ArrayList<>());
    List<Thread> drove = Collections.synchronizedList(new ArrayList<>());
    ImprovementLoop<Sum, Long> loop =
        loops
            .whole(Budget.of(2))
            .listener(event -> drove.add(Thread.currentThread()))
            .threads(
                work -> {
                  Thread thread = new Thread(work);
                  made.add(thread);
                  return thread;
                })
            .build();
    try (RunHandle handle = loop.start(loops.start, Loops.TASKS)) {
      RunReport report = handle.await();
      assertThat(handle.run()).isEqualTo(report.run()).isEqualTo("run-1");
      assertThat(report.promotions()).isPositive();
      assertThat(handle.report()).isCompletedWithValue(report);
      assertThat(drove).containsOnly(made.get(0));
      assertThat(made.get(0).getName()).isEqualTo("rsi run-1");
      Loops others = new Loops(home.resolve("others"));
      RunReport same = others.whole(Budget.of(2)).build().run(others.start, Loops.TASKS);
      assertThat(course(loops.store)).isEqualTo(course(others.store));
      assertThat(same.generations()).isEqualTo(report.generations());
    }
  }

  @Test
  void should_refuse_what_run_refuses_and_leave_no_lease() throws Exception {
    assertThatThrownBy(() -> loop(event -> {}).start("run-7", Loops.TASKS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("run-7");
    ImprovementLoop<Sum, Long> threadless =
        loops
            .whole(Budget.of(2))
            .threads(
                work -> {
                  throw new IllegalStateException("no threads left");
                })
            .build();
    assertThatThrownBy(() -> threadless.start(loops.start, Loops.TASKS))
        .hasMessage("no threads left");
    loops.store.lease(loops.store.runs().get(0)).close();
  }

  @Test
  void should_throw_to_who_waits_what_the_run_threw() throws Exception {
    Error error = new OutOfMemoryError("not true");
    try (RunHandle handle =
        loops
            .parts(Budget.of(2), Practice.DEFAULT)
            .verifier(
                (task, candidate) -> {
                  throw error;
                })
            .trainer(loops.learner.trainer())
            .gate(DriftGates.paired())
            .build()
            .start(loops.start, Loops.TASKS)) {
      assertThatThrownBy(handle::await).isSameAs(error);
      assertThat(handle.report()).isCompletedExceptionally();
      assertThat(handle.pause().join()).isEqualTo(State.ENDED);
    }
  }

  @Test
  void should_not_wait_for_itself() throws Exception {
    CompletableFuture<RunHandle> handle = new CompletableFuture<>();
    List<Throwable> thrown = new ArrayList<>();
    RunListener listener =
        event -> {
          if (event instanceof RunEvent.GenerationStarted) {
            try {
              handle.join().await();
            } catch (IllegalStateException | InterruptedException e) {
              thrown.add(e);
            }
          }
        };
    try (RunHandle run = started(listener)) {
      handle.complete(run);
      run.await();
    }
    assertThat(thrown)
        .isNotEmpty()
        .allMatch(e -> String.valueOf(e.getMessage()).contains("itself"));
  }

  @Test
  void should_be_gone_on_with_though_it_was_stopped_before_its_first_step() throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    RunListener waiting =
        event -> {
          if (event instanceof RunEvent.RunStarted) {
            awaitQuietly(told);
          }
        };
    for (boolean now : new boolean[] {false, true}) {
      RunHandle handle = started(waiting);
      CompletableFuture<State> honoured = now ? handle.stopNow() : handle.stop();
      told.countDown();
      assertThat(honoured.join()).isEqualTo(State.ENDED);
      assertThat(handle.state()).isEqualTo(State.ENDED);
      assertThat(handle.await().end()).isEqualTo(End.CANCELLED);
      assertThat(kinds(handle.run())).containsExactly("RunStarted", "Stopped");
      assertThat(loop(event -> {}).unfinished()).hasValue(handle.run());
    }
    RunReport report = loop(event -> {}).resume("run-2", Loops.TASKS);
    assertThat(report.promotions()).isPositive();
  }

  @Test
  void should_tell_what_it_is_at() throws Exception {
    CompletableFuture<RunHandle> handle = new CompletableFuture<>();
    CompletableFuture<State> paused = new CompletableFuture<>();
    RunListener listener =
        event -> {
          if (event instanceof RunEvent.Trained && !paused.isDone()) {
            RunHandle run = handle.join();
            run.pause().thenAccept(paused::complete);
            assertThat(run.state()).isEqualTo(State.RUNNING);
          }
        };
    try (RunHandle run = started(listener)) {
      handle.complete(run);
      assertThat(paused.join()).isEqualTo(State.PAUSED);
      assertThat(run.state()).isEqualTo(State.PAUSED);
      assertThat(run.pause().join()).isEqualTo(State.PAUSED);
      assertThat(kinds(run.run())).endsWith("ProbesCommitted", "Paused");
      assertThat(run.resume().join()).isEqualTo(State.RUNNING);
      assertThat(run.resume().join()).isIn(State.RUNNING, State.ENDED);
      run.await();
      assertThat(kinds(run.run())).containsOnlyOnce("Paused", "Unpaused").endsWith("RunFinished");
    }
  }

  @Test
  void should_take_back_a_pause_that_was_not_honoured_yet() throws Exception {
    CompletableFuture<RunHandle> handle = new CompletableFuture<>();
    List<CompletableFuture<State>> honoured = new ArrayList<>();
    RunListener listener =
        event -> {
          if (event instanceof RunEvent.LessonsSelected) {
            honoured.add(handle.join().pause());
            honoured.add(handle.join().resume());
          }
        };
    try (RunHandle run = started(listener)) {
      handle.complete(run);
      run.await();
      assertThat(honoured).isNotEmpty().allMatch(future -> future.join() == State.RUNNING);
      assertThat(kinds(run.run())).doesNotContain("Paused");
    }
  }

  /** A trainer that goes on until it is cancelled, by its context or by an interrupt. */
  private Trainer<Sum, Long> endless(CountDownLatch training, boolean polls) {
    return new Trainer<>() {
      @Override
      public List<Knob> knobs() {
        return List.of();
      }

      @Override
      public TrainedArtifact train(
          TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
        training.countDown();
        while (polls) {
          context.checkActive();
          Thread.onSpinWait();
        }
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          // Swallowed, as careless code does.
        }
        return loops.learner.trainer().train(request, context);
      }
    };
  }

  @Test
  void should_cut_a_training_short_and_keep_nothing_of_it() throws Exception {
    for (boolean polls : new boolean[] {true, false}) {
      CountDownLatch training = new CountDownLatch(1);
      RunHandle handle =
          loops
              .parts()
              .verifier(ToyTasks.verifier())
              .gate(DriftGates.paired())
              .trainer(endless(training, polls))
              .build()
              .start(loops.start, Loops.TASKS);
      training.await();
      handle.close();
      assertThat(handle.state()).isEqualTo(State.ENDED);
      assertThat(handle.await().end()).isEqualTo(End.CANCELLED);
      assertThat(kinds(handle.run())).endsWith("LessonsSelected", "Stopped");
      assertThat(kinds(handle.run()))
          .doesNotContain("Faulted", "Trained")
          .containsOnlyOnce("GenerationFinished");
      assertThat(last(handle.run()))
          .isEqualTo(new RunEvent.Stopped(1, End.CANCELLED, "It was told to stop now."));
    }
  }

  @Test
  void should_get_a_run_back_from_a_listener_that_blocks_it() throws Exception {
    CountDownLatch blocked = new CountDownLatch(1);
    RunListener blocking =
        event -> {
          blocked.countDown();
          awaitQuietly(new CountDownLatch(1));
        };
    RunHandle run = started(blocking);
    blocked.await();
    assertThat(run.stopNow().join()).isEqualTo(State.ENDED);
    assertThat(run.await().end()).isEqualTo(End.CANCELLED);
    assertThat(loop(event -> {}).resume(run.run(), Loops.TASKS).promotions()).isPositive();
  }

  @Test
  void should_stop_a_run_that_is_paused() throws Exception {
    RunHandle run = started(event -> {});
    assertThat(run.pause().join()).isEqualTo(State.PAUSED);
    assertThat(run.stop().join()).isEqualTo(State.ENDED);
    assertThat(kinds(run.run())).endsWith("Paused", "Stopped");
    RunHandle again = loop(event -> {}).start(run.run(), Loops.TASKS);
    assertThat(again.await().promotions()).isPositive();
  }

  // The kill switch.

  @Test
  void should_not_run_under_a_stop_file() throws Exception {
    Path stop = Files.createFile(home.resolve("STOP"));
    ImprovementLoop<Sum, Long> loop =
        loops.whole().oversight(Oversight.NONE.stopFile(stop)).build();
    assertThatThrownBy(() -> loop.run(loops.start, Loops.TASKS))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(stop.toString());
    assertThatThrownBy(() -> loop.start(loops.start, Loops.TASKS))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> loop.resume("run-1", Loops.TASKS))
        .isInstanceOf(IllegalStateException.class);
    assertThat(loops.store.runs()).isEmpty();
  }

  @Test
  void should_leave_a_run_when_a_stop_file_appears() throws Exception {
    Path stop = home.resolve("STOP");
    List<RunEvent> after = new ArrayList<>();
    RunListener listener =
        event -> {
          if (Files.exists(stop)) {
            after.add(event);
          } else if (event instanceof RunEvent.Trained) {
            touch(stop);
          }
        };
    ImprovementLoop<Sum, Long> loop =
        loops
            .whole(Budget.of(2))
            .oversight(Oversight.NONE.stopFile(stop))
            .listener(listener)
            .build();
    RunReport report = loop.run(loops.start, Loops.TASKS);
    assertThat(report.end()).isEqualTo(End.CANCELLED);
    assertThat(report.reason()).contains(stop.toString());
    // What was reserved for the steps after the training is told of too.
    assertThat(after)
        .filteredOn(event -> !(event instanceof RunEvent.BudgetMoved))
        .hasSize(2)
        .last()
        .isEqualTo(
            new RunEvent.Stopped(1, End.CANCELLED, "The stop file (" + stop + ") is there."));
    Files.delete(stop);
    after.clear();
    RunReport resumed = loops.whole(Budget.of(2)).build().resume(report.run(), Loops.TASKS);
    assertThat(resumed.end()).isEqualTo(End.BUDGET_SPENT);
  }

  @Test
  void should_see_a_stop_file_while_it_stands_still() throws Exception {
    Path stop = home.resolve("STOP");
    RunHandle run =
        loops
            .whole()
            .oversight(Oversight.NONE.stopFile(stop))
            .build()
            .start(loops.start, Loops.TASKS);
    assertThat(run.pause().join()).isEqualTo(State.PAUSED);
    touch(stop);
    assertThat(run.await().reason()).contains(stop.toString());
  }

  // Listeners with threads of their own.

  @Test
  void should_not_be_held_up_by_a_listener_that_blocks() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    List<RunEvent> heard = new ArrayList<>();
    List<Long> lost = new ArrayList<>();
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    RunListener blocking =
        new RunListener() {
          @Override
          public void on(RunEvent event) {
            awaitQuietly(release);
            heard.add(event);
          }

          @Override
          public void missed(long count) {
            lost.add(count);
            done.complete(true);
          }
        };
    try (RunHandle run = started(event -> {})) {
      RunHandle.Subscription subscription = run.subscribe(blocking);
      RunReport report = run.await();
      assertThat(subscription.missed()).isPositive();
      release.countDown();
      assertThat(done.get(1, TimeUnit.MINUTES)).isTrue();
      assertThat(lost).containsExactly(subscription.missed());
      List<RunEvent> events = loops.store.events(report.run());
      assertThat(heard).hasSizeBetween(1024, 1025);
      assertThat(events.size() - heard.size()).isGreaterThanOrEqualTo((int) subscription.missed());
      int first = events.indexOf(heard.get(0));
      assertThat(heard).isEqualTo(events.subList(first, first + heard.size()));
    }
  }

  @Test
  void should_count_what_a_listener_throws_and_go_on() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    RunListener throwing =
        event -> {
          if (event instanceof RunEvent.RunFinished) {
            end.countDown();
          }
          throw new AssertionError("I do not want to hear that");
        };
    CountDownLatch subscribed = new CountDownLatch(1);
    try (RunHandle run = started(event -> awaitQuietly(subscribed))) {
      RunHandle.Subscription subscription = run.subscribe(throwing);
      RunHandle.Subscription closed = run.subscribe(throwing);
      closed.close();
      subscribed.countDown();
      RunReport report = run.await();
      assertThat(report.promotions()).isPositive();
      end.await();
      assertThat(subscription.failures()).isPositive();
      assertThat(closed.failures()).isZero();
      assertThat(kinds(run.run())).doesNotContain("Faulted");
      run.subscribe(throwing).close();
    }
  }

  /** What happened, by its kinds; what was reserved and spent apart. */
  private List<String> kinds(String run) {
    return loops.store.events(run).stream()
        .map(event -> event.getClass().getSimpleName())
        .filter(kind -> !kind.equals("BudgetMoved"))
        .toList();
  }

  private static List<RunEvent> course(RunStore store) {
    return store.events("run-1").stream().filter(event -> !event.circumstantial()).toList();
  }

  private RunEvent last(String run) {
    List<RunEvent> events = loops.store.events(run);
    return events.get(events.size() - 1);
  }

  private static void touch(Path file) {
    try {
      Files.createFile(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
