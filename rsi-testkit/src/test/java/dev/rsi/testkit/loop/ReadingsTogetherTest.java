package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.ManualClock;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many readings a commit holds, and that it changes nothing in the record. */
class ReadingsTogetherTest {
  @TempDir Path home;
  private final ManualClock clock = ManualClock.at(Instant.parse("2026-01-01T00:00:00Z"));

  @Test
  void should_record_the_readings_of_a_quick_model_together() {
    Loops loops = new Loops(home);
    Counted store = new Counted(loops.store);
    loop(loops, store, Duration.ZERO).run(loops.start, Loops.TASKS);
    long readings = loops.store.events("run-1", RunEvent.Probed.class).size();
    assertThat(store.commitsOfReadings * 5).isLessThan(readings);
  }

  @Test
  void should_record_them_together_though_nobody_says_how_many_tokens_they_take() {
    Loops loops = new Loops(home);
    Counted store = new Counted(loops.store);
    RunReport report = loop(loops, store, Duration.ZERO).run(loops.start, Loops.TASKS);
    long readings = loops.store.events("run-1", RunEvent.Probed.class).size();
    assertThat(store.commitsOfReadings * 5).isLessThan(readings);
    assertThat(loops.store.events("run-1", RunEvent.BudgetMoved.class).size() * 3L)
        .isLessThan(readings);
    assertThat(report.spending().tokens()).isGreaterThan(readings);
  }

  @Test
  void should_record_each_reading_of_a_slow_model_at_once_and_have_the_same_course() {
    Loops quick = new Loops(home.resolve("quick"));
    loop(quick, quick.store, Duration.ZERO).run(quick.start, Loops.TASKS);
    Loops slow = new Loops(home.resolve("slow"));
    Counted store = new Counted(slow.store);
    loop(slow, store, Duration.ofSeconds(2)).run(slow.start, Loops.TASKS);
    assertThat(store.mostReadings).isEqualTo(1);
    assertThat(Loops.course(slow.store, "run-1")).isEqualTo(Loops.course(quick.store, "run-1"));
  }

  @Test
  void should_read_again_what_a_kill_took_and_end_as_if_there_had_been_none() {
    Loops whole = new Loops(home.resolve("whole"));
    loop(whole, whole.store, Duration.ZERO).run(whole.start, Loops.TASKS);
    int kills = 0;
    for (int appends = 3; ; appends += 6) {
      Loops cut = new Loops(home.resolve("cut " + appends));
      try {
        loop(cut, new BreakingStore(cut.store, appends, false), Duration.ZERO)
            .run(cut.start, Loops.TASKS);
        break;
      } catch (RsiException e) {
        assertThat(e).hasMessageContaining("the power failed");
      }
      loop(cut, cut.store, Duration.ZERO).resume("run-1", Loops.TASKS);
      assertThat(Loops.course(cut.store, "run-1"))
          .as("killed at append %d", appends)
          .isEqualTo(Loops.course(whole.store, "run-1"));
      kills++;
    }
    assertThat(kills).isGreaterThan(3);
  }

  private ImprovementLoop<Sum, Long> loop(Loops loops, RunStore store, Duration perCall) {
    return ImprovementLoop.builder(new Slow(loops.learner.generator(), perCall))
        .verifier(ToyTasks.verifier())
        .trainer(loops.learner.trainer())
        .gate(DriftGates.paired())
        .probes(Loops.heldOut(11, 200))
        .exam(Loops.heldOut(12, 100))
        .practice(Practice.DEFAULT.tasks(64))
        .budget(Budget.of(2))
        .clock(clock)
        .store(store)
        .registry(loops.registry)
        .build();
  }

  /** Takes its time by the loop's clock. */
  private final class Slow implements Generator<Sum, Long> {
    private final Generator<Sum, Long> wrapped;
    private final Duration perCall;

    Slow(Generator<Sum, Long> wrapped, Duration perCall) {
      this.wrapped = wrapped;
      this.perCall = perCall;
    }

    @Override
    public Codec<Sum, Long> codec() {
      return wrapped.codec();
    }

    @Override
    public Session<Sum, Long> open(ModelVersion version) {
      Session<Sum, Long> session = wrapped.open(version);
      return new Session<>() {
        @Override
        public List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
          clock.advance(perCall);
          return session.generate(requests, context);
        }

        @Override
        public void close() {
          session.close();
        }
      };
    }
  }

  /** Counts commits that hold readings alone, and the most of them in one. */
  private static final class Counted extends ForwardingStore {
    private long commitsOfReadings;
    private long mostReadings;

    Counted(RunStore store) {
      super(store);
    }

    @Override
    public void append(String run, Instant at, List<? extends RunEvent> events) {
      List<RunEvent> readings = new ArrayList<>(events);
      readings.removeIf(event -> !(event instanceof RunEvent.Probed));
      commitsOfReadings += readings.size() == events.size() ? 1 : 0;
      mostReadings = Math.max(mostReadings, readings.size());
      super.append(run, at, events);
    }
  }
}
