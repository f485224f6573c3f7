package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.rsi.api.GateDecision;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.RunHandle;
import dev.rsi.core.RunListener;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.testkit.ScriptedGate;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.time.Duration;
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
import org.slf4j.LoggerFactory;

/** Who listens hears the end, and no listener keeps another one from hearing. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HearingTest {
  @TempDir Path home;
  private final Logger logger = (Logger) LoggerFactory.getLogger(ImprovementLoop.class);
  private Loops loops;

  @BeforeEach
  void open() {
    loops = new Loops(home);
  }

  /** A run of fewer events than wait for a listener. */
  private RunHandle started(RunListener listener) {
    return loops
        .parts(Budget.of(1), Practice.DEFAULT.tasks(8).scouts(8))
        .verifier(ToyTasks.verifier())
        .trainer(loops.learner.trainer())
        .gate(ScriptedGate.of(GateDecision.promote("as the test says", List.of())))
        .listener(listener)
        .build()
        .start(loops.start, Loops.TASKS);
  }

  @Test
  void should_wait_in_closing_until_a_slow_subscriber_has_heard_the_end() throws Exception {
    CountDownLatch subscribed = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    List<RunEvent> heard = Collections.synchronizedList(new ArrayList<>());
    RunHandle run =
        started(
            event -> {
              if (event instanceof RunEvent.RunStarted) {
                awaitQuietly(subscribed);
              }
            });
    // It begins to hear when the run has ended, and still hears all that its queue holds.
    RunHandle.Subscription subscription =
        run.subscribe(
            event -> {
              awaitQuietly(ended);
              heard.add(event);
            });
    subscribed.countDown();
    RunReport report = run.await();
    assertThat(heard).isEmpty();
    ended.countDown();
    assertThat(run.close(Duration.ofMinutes(1))).isTrue();
    assertThat(subscription.missed()).isZero();
    List<RunEvent> events = loops.store.events(report.run());
    assertThat(heard.size()).isGreaterThan(30);
    assertThat(heard.equals(events.subList(events.size() - heard.size(), events.size()))).isTrue();
  }

  @Test
  void should_name_a_subscriber_that_has_not_heard_the_end_and_wait_no_longer() throws Exception {
    CountDownLatch goesOn = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    CompletableFuture<Boolean> subscribed = new CompletableFuture<>();
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    logger.setLevel(Level.WARN);
    logger.setAdditive(false);
    try {
      RunHandle run = started(event -> subscribed.join());
      class Blocked implements RunListener {
        @Override
        public void on(RunEvent event) {
          awaitQuietly(goesOn);
          if (event instanceof RunEvent.RunFinished) {
            done.countDown();
          }
        }
      }
      List<RunEvent> heard = Collections.synchronizedList(new ArrayList<>());
      run.subscribe(new Blocked());
      run.subscribe(heard::add);
      subscribed.complete(true);
      RunReport report = run.await();
      assertThat(run.close(Duration.ofMinutes(1))).isTrue();
      assertThat(log.list)
          .filteredOn(event -> event.getFormattedMessage().contains("has not heard the end"))
          .singleElement()
          .satisfies(
              event -> {
                assertThat(event.getFormattedMessage()).contains(report.run(), "Blocked");
                assertThat(event.getThrowableProxy().getStackTraceElementProxyArray())
                    .anyMatch(at -> at.toString().contains("Blocked.on"));
              });
      assertThat(heard).last().isInstanceOf(RunEvent.RunFinished.class);
      // It was left where it was, and hears the rest.
      goesOn.countDown();
      done.await();
    } finally {
      goesOn.countDown();
      logger.detachAppender(log);
      logger.setLevel(null);
      logger.setAdditive(true);
    }
  }

  @Test
  void should_not_wait_for_itself_when_a_subscriber_closes_the_run() throws Exception {
    CompletableFuture<RunHandle> handle = new CompletableFuture<>();
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    RunHandle run = started(event -> handle.join());
    run.subscribe(
        event -> {
          if (!closed.isDone()) {
            // Longer than this test may take.
            closed.complete(run.close(Duration.ofMinutes(10)));
          }
        });
    handle.complete(run);
    assertThat(closed.join()).isTrue();
    run.close();
  }

  @Test
  void should_tell_all_listeners_although_some_throw() {
    List<RunEvent> first = new ArrayList<>();
    List<RunEvent> last = new ArrayList<>();
    RunListener throwing =
        event -> {
          throw new AssertionError("I do not want to hear that");
        };
    RunReport report =
        loops
            .whole(Budget.of(1))
            .listener(RunListener.all(throwing, first::add, throwing, last::add))
            .build()
            .run(loops.start, Loops.TASKS);
    assertThat(report.promotions()).isOne();
    assertThat(first.equals(last)).isTrue();
    // Nobody is told what is recorded of a listener.
    List<RunEvent> events = new ArrayList<>(loops.store.events(report.run()));
    events.removeIf(RunEvent.Faulted.class::isInstance);
    assertThat(first.equals(events)).isTrue();
    assertThat(loops.store.events(report.run(), RunEvent.Faulted.class))
        .isNotEmpty()
        .allMatch(fault -> fault.part().equals("listener"));
  }

  @Test
  void should_throw_what_the_first_threw_with_the_others_in_it() {
    List<String> told = new ArrayList<>();
    IllegalStateException one = new IllegalStateException("one");
    IllegalArgumentException two = new IllegalArgumentException("two");
    RunListener all =
        RunListener.all(
            named("a", told, null),
            named("b", told, one),
            named("c", told, two),
            named("d", told, one),
            named("e", told, null));
    RunEvent event = new RunEvent.Paused(1);
    List<Runnable> calls =
        List.of(() -> all.on(event), () -> all.progress("training", 1, 2), () -> all.missed(3));
    for (Runnable call : calls) {
      told.clear();
      assertThatThrownBy(call::run).isSameAs(one).hasSuppressedException(two);
      assertThat(told).containsExactly("a", "b", "c", "d", "e");
    }
    RunListener.all(named("f", told, null)).on(event);
    assertThat(told).endsWith("f");
  }

  private static RunListener named(String name, List<String> told, RuntimeException thrown) {
    return new RunListener() {
      @Override
      public void on(RunEvent event) {
        tell();
      }

      @Override
      public void progress(String step, long done, long total) {
        tell();
      }

      @Override
      public void missed(long count) {
        tell();
      }

      private void tell() {
        told.add(name);
        if (thrown != null) {
          throw thrown;
        }
      }
    };
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
