package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.rsi.api.RsiException;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.RunHandle;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.loop.DisturbedLoop.Place;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** A part that hangs holds up no run for longer than its limit and a second. */
@Timeout(120)
class HangingPartsTest {
  private static final Duration LIMIT = Duration.ofMillis(300);

  /** How long what is cut has to end, and how long is waited where the machine is busy. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private static final Duration BUSY = Duration.ofSeconds(1);

  @TempDir Path home;
  private final CountDownLatch release = new CountDownLatch(1);
  private final CountDownLatch hangs = new CountDownLatch(1);
  private final AtomicBoolean free = new AtomicBoolean();

  /** What is asked of a run whose part hangs. */
  enum Asked {
    STOP,
    STOP_NOW,
    WALL_CLOCK,
    CLOSE
  }

  @AfterEach
  void let() {
    release.countDown();
  }

  private void hang(boolean deaf) {
    if (free.get()) {
      return;
    }
    hangs.countDown();
    if (deaf) {
      Uninterruptibles.awaitUninterruptibly(release);
      return;
    }
    try {
      release.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private DisturbedLoop loop(Path own, Place place, boolean deaf) {
    return new DisturbedLoop(own, place, () -> hang(deaf), LIMIT);
  }

  /** Asks it of a run whose part hangs, and gives the time until it was honoured. */
  private Duration honoured(DisturbedLoop loop, Asked asked) throws Exception {
    RunHandle run = loop.build().start(loop.loops.start, loop.tasks());
    assertThat(hangs.await(1, TimeUnit.MINUTES)).isTrue();
    long begun = System.nanoTime();
    switch (asked) {
      case STOP -> run.stop().get(1, TimeUnit.MINUTES);
      case STOP_NOW -> run.stopNow().get(1, TimeUnit.MINUTES);
      case WALL_CLOCK -> {
        loop.clock.advance(Duration.ofHours(3));
        run.report().handle((report, thrown) -> true).get(1, TimeUnit.MINUTES);
      }
      case CLOSE -> run.close(GRACE);
    }
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  private static Duration most(Asked asked) {
    Duration limit = asked == Asked.STOP ? LIMIT : Duration.ZERO;
    return limit.plus(GRACE).plus(BUSY);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.MATCH_ANY,
      names = {"GATE", "TASKS", "CODEC_WRITES_TASK", "LISTENER"})
  void should_leave_behind_a_run_that_is_held_up_on_its_own_thread(Place place) throws Exception {
    DisturbedLoop loop = new DisturbedLoop(home, place, () -> hang(true));
    RunHandle run = loop.build().start(loop.loops.start, loop.tasks());
    hangs.await();
    assertThat(run.close(Duration.ofMillis(50))).isFalse();
    assertThat(run.state()).isEqualTo(RunHandle.State.ENDED);
    assertThatThrownBy(run::await)
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("was left behind")
        .cause()
        .satisfies(
            where ->
                assertThat(where.getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().equals("hang")));
    free.set(true);
    List<RunEvent> before = loop.loops.store.events("run-1");
    RunReport report = loop.build().resume("run-1", loop.tasks());
    assertThat(report.end()).isEqualTo(End.BUDGET_SPENT);
    List<RunEvent> events = loop.loops.store.events("run-1");
    assertThat(events.subList(0, before.size())).isEqualTo(before);
    // Whatever the thread that was left behind comes to reaches nothing.
    release.countDown();
    assertThat(run.close(Duration.ofMinutes(1))).isTrue();
    assertThat(loop.loops.store.events("run-1")).isEqualTo(events);
    assertThat(loop.loops.store.audit().sound()).isTrue();
  }

  @Test
  void should_cut_what_hangs_on_its_own_thread_at_its_limit_and_go_on() {
    Duration limit = Duration.ofSeconds(2);
    DisturbedLoop loop = new DisturbedLoop(home, Place.GATE, () -> hang(false), limit);
    RunReport report = loop.build().run(loop.loops.start, loop.tasks());
    assertThat(report.end()).isEqualTo(End.BUDGET_SPENT);
    assertThat(loop.loops.store.events("run-1"))
        .filteredOn(RunEvent.Faulted.class::isInstance)
        .singleElement()
        .asString()
        .contains("The gate took longer than (PT2S)");
  }

  @Test
  void should_leave_its_directory_to_a_trainer_that_does_not_end() throws Exception {
    DisturbedLoop loop = new DisturbedLoop(home, Place.TRAINER, () -> hang(true));
    RunHandle run = loop.build().start(loop.loops.start, loop.tasks());
    hangs.await();
    assertThat(run.stopNow().get(1, TimeUnit.MINUTES)).isEqualTo(RunHandle.State.ENDED);
    assertThat(run.await().end()).isEqualTo(End.CANCELLED);
    free.set(true);
    RunReport report = loop.build().resume("run-1", loop.tasks());
    assertThat(report.end()).isEqualTo(End.BUDGET_SPENT);
    Set<String> versions = loop.loops.registry.versions();
    release.countDown();
    assertThat(loop.loops.registry.versions()).isEqualTo(versions);
  }

  @Test
  void should_stop_within_the_time_of_one_call_though_all_of_a_batch_hang() throws Exception {
    List<Long> begun = new ArrayList<>();
    Loops loops = new Loops(home);
    ImprovementLoop<Sum, Long> loop =
        loops.whole().build().plan().toBuilder()
            .verifier(
                dev.rsi.api.Verifier.<Sum, Long>named(
                        "hangs",
                        (task, candidate) -> {
                          begun.add(System.nanoTime());
                          hang(false);
                          return dev.rsi.api.Verdict.pass();
                        })
                    .with(dev.rsi.api.Calls.DEFAULT.limit(LIMIT)))
            .build();
    RunHandle run = loop.start(loops.start, Loops.TASKS);
    hangs.await();
    long asked = System.nanoTime();
    assertThat(run.stop().get(1, TimeUnit.MINUTES)).isEqualTo(RunHandle.State.ENDED);
    assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(most(Asked.STOP));
    assertThat(run.await().end()).isEqualTo(End.CANCELLED);
    assertThat(loops.store.events("run-1")).noneMatch(RunEvent.Attempted.class::isInstance);
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  @Tag("nightly")
  void should_honour_whatever_is_asked_within_the_limit_and_a_second(Place place) throws Exception {
    StringBuilder row = new StringBuilder("HangingPartsTest: " + place);
    for (boolean deaf : List.of(false, true)) {
      for (Asked asked : Asked.values()) {
        boolean unlimited = place == Place.TRAINER || place == Place.PROGRESS;
        if (asked == Asked.STOP && unlimited) {
          row.append(" | -");
          continue;
        }
        HangingPartsTest own = new HangingPartsTest();
        DisturbedLoop loop = own.loop(home.resolve(deaf + " " + asked), place, deaf);
        Duration time = own.honoured(loop, asked);
        row.append(" | ").append(TimeUnit.MILLISECONDS.convert(time));
        own.free.set(true);
        if (asked != Asked.WALL_CLOCK && loop.build().unfinished().isPresent()) {
          assertThat(loop.build().resume("run-1", loop.tasks()).end()).isEqualTo(End.BUDGET_SPENT);
        }
        own.release.countDown();
        assertThat(time).as(row.toString()).isLessThan(most(asked));
      }
    }
    System.out.println(row);
  }
}
