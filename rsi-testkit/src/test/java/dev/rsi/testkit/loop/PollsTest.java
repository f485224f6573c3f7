package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Knob;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.core.Budget;
import dev.rsi.core.RunListener;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.testkit.ManualClock;
import dev.rsi.testkit.Sum;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A question about the run has no effects; what has to be recorded meanwhile, the run records. */
class PollsTest {
  @TempDir Path home;

  private final ManualClock clock = ManualClock.create();
  private final Set<Thread> hearing = Collections.synchronizedSet(new HashSet<>());
  private final CountDownLatch moved = new CountDownLatch(1);
  private volatile boolean training;
  private volatile Thread trainer = Thread.currentThread();

  @Test
  void should_record_on_the_thread_of_the_run_that_a_long_training_takes_more_time() {
    Loops loops = new Loops(home);
    RunListener listener =
        event -> {
          hearing.add(Thread.currentThread());
          if (training && event instanceof RunEvent.BudgetMoved) {
            moved.countDown();
          }
        };
    RunReport report =
        loops.whole(Budget.of(1).wallClock(Duration.ofHours(10))).build().plan().toBuilder()
            .trainer(new Slow(loops.learner.trainer()))
            .clock(clock)
            .listener(listener)
            .build()
            .run(loops.start, Loops.TASKS);
    assertThat(report.generations()).hasSize(2);
    assertThat(moved.getCount()).as("the advance was recorded while it trained").isZero();
    assertThat(trainer).isNotEqualTo(Thread.currentThread());
    assertThat(hearing).containsExactly(Thread.currentThread());
  }

  /** Takes an hour by the clock, and asks all the while whether it is to stop. */
  private final class Slow implements Trainer<Sum, Long> {
    private final Trainer<Sum, Long> quick;

    Slow(Trainer<Sum, Long> quick) {
      this.quick = quick;
    }

    @Override
    public List<Knob> knobs() {
      return quick.knobs();
    }

    @Override
    public TrainedArtifact train(
        TrainingRequest<Sum, Long> request, TrainingContext<Sum, Long> context) {
      trainer = Thread.currentThread();
      training = true;
      clock.advance(Duration.ofHours(1));
      for (int i = 0; i < 100_000; i++) {
        context.checkActive();
      }
      try {
        assertThat(moved.await(10, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      training = false;
      return quick.train(request, context);
    }
  }
}
