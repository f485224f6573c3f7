package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Attempt;
import dev.rsi.api.Calls;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.Output;
import dev.rsi.api.Resilience;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ResilienceTest {
  private static final RsiException BUSY = new RsiException("503", null, true);

  /** A clock that leaps a second whenever it is asked. */
  private static final class Leaping extends Clock {
    private Instant now = Instant.EPOCH;

    @Override
    public synchronized Instant instant() {
      now = now.plusSeconds(1);
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private final Leaping clock = new Leaping();
  private final AtomicInteger calls = new AtomicInteger();

  private Verifier<String, String> failing(int times, RuntimeException thrown) {
    return Verifier.named(
        "right",
        (task, candidate) -> {
          if (calls.incrementAndGet() <= times) {
            throw thrown;
          }
          return Verdict.pass();
        });
  }

  private static List<Verdict> rule(Verifier<String, String> verifier) {
    try (Verifier.Session<String, String> session = verifier.open()) {
      return session.verify(
          List.of(Attempt.of("task", Output.of("answer", 0), 1, 1, 0)), RunContext.standalone());
    }
  }

  @Test
  void should_make_a_call_again_that_may_succeed_and_no_other() {
    Resilience thrice = Resilience.NONE.retries(3).clock(clock);
    assertThat(rule(thrice.around(failing(3, BUSY)))).containsExactly(Verdict.pass());
    assertThat(calls).hasValue(4);
    calls.set(0);
    assertThatThrownBy(() -> rule(thrice.around(failing(4, BUSY)))).isSameAs(BUSY);
    calls.set(0);
    assertThat(rule(thrice.around(failing(1, new IllegalStateException("bug")))).get(0).reason())
        .contains("bug");
    assertThat(calls).hasValue(1);
  }

  @Test
  void should_pause_as_long_as_the_server_asks_and_leave_long_waits_to_the_loop() {
    Resilience once = Resilience.NONE.retries(1).clock(clock);
    Instant before = clock.instant();
    rule(once.around(failing(1, new RsiException("429", null, Duration.ofSeconds(40)))));
    assertThat(Duration.between(before, clock.instant())).isGreaterThan(Duration.ofSeconds(40));
    calls.set(0);
    RsiException hour = new RsiException("429", null, Duration.ofHours(1));
    assertThatThrownBy(() -> rule(once.around(failing(1, hour)))).isSameAs(hour);
    assertThat(calls).hasValue(1);
  }

  @Test
  void should_begin_no_more_calls_than_the_rate_allows() {
    Resilience slow = Resilience.NONE.rate(3, Duration.ofSeconds(30)).clock(clock);
    List<Instant> begun = new ArrayList<>();
    Critic<String, String> critic =
        slow.around(
            Critic.named(
                "fine",
                (task, candidate, verdict, rubric) -> {
                  begun.add(clock.now);
                  return Critique.overall(1, "");
                }));
    for (int i = 0; i < 9; i++) {
      critic.critique("task", "answer", Verdict.pass(), dev.rsi.api.Rubric.overall());
    }
    for (int i = 3; i < begun.size(); i++) {
      assertThat(Duration.between(begun.get(i - 3), begun.get(i)))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(30));
    }
  }

  @Test
  void should_cut_a_try_that_takes_too_long_and_replace_its_session() {
    AtomicInteger opened = new AtomicInteger();
    AtomicInteger closed = new AtomicInteger();
    CountDownLatch never = new CountDownLatch(1);
    Verifier<String, String> hanging =
        Verifier.ofSessions(
            "hangs once",
            () ->
                new Verifier.Session<>() {
                  private final int number = opened.incrementAndGet();

                  @Override
                  public List<Verdict> verify(
                      List<Attempt<String, String>> batch, RunContext context) {
                    if (number == 1) {
                      try {
                        never.await();
                      } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                      }
                    }
                    return List.of(Verdict.pass());
                  }

                  @Override
                  public void close() {
                    closed.incrementAndGet();
                  }
                });
    Verifier<String, String> cut =
        Resilience.NONE.limit(Duration.ofMillis(200)).retries(1).clock(clock).around(hanging);
    assertThat(rule(cut)).containsExactly(Verdict.pass());
    assertThat(opened).hasValue(2);
    while (closed.get() < 2) {
      Thread.onSpinWait();
    }
  }

  @Test
  void should_attempt_again_what_failed_alone() {
    SimulatedLearner learner = SimulatedLearner.ofLevels(2);
    ScriptedGenerator<Sum, Long> generator =
        ScriptedGenerator.of(learner.generator())
            .onCall(
                1,
                outputs -> {
                  List<Output<Long>> some = new ArrayList<>(outputs);
                  some.set(1, Output.failed("reset", 0));
                  return some;
                });
    java.nio.file.Path directory;
    try {
      directory = learner.write(java.nio.file.Files.createTempDirectory("rsi").resolve("m"), 1, 1);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    ToyTasks tasks = ToyTasks.ofLevels(2);
    java.util.SplittableRandom random = new java.util.SplittableRandom(1);
    List<dev.rsi.api.Request<Sum>> requests = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      requests.add(new dev.rsi.api.Request<>(tasks.draw(1, random), i));
    }
    try (var session =
        Resilience.NONE
            .retries(2)
            .clock(clock)
            .around(generator)
            .open(new dev.rsi.api.ModelVersion("a".repeat(64), directory))) {
      assertThat(session).isInstanceOf(dev.rsi.api.ScoringSession.class);
      assertThat(session.generate(requests, RunContext.standalone()))
          .allMatch(output -> output.kind() == Output.Kind.CANDIDATE);
    }
    assertThat(generator.calls()).hasSize(2);
  }

  @Test
  void should_change_nothing_of_what_a_part_is() {
    Verifier<String, String> own = failing(0, BUSY).with(Calls.DEFAULT.parallel(3));
    Verifier<String, String> wrapped = Resilience.NONE.retries(2).around(own);
    assertThat(wrapped.describe()).isEqualTo(own.describe());
    assertThat(wrapped.calling()).isEqualTo(own.calling());
    assertThat(Resilience.NONE.limit(Duration.ofSeconds(1)).around(own).calling().limit()).isNull();
    assertThatThrownBy(() -> Resilience.NONE.retries(-1)).hasMessageContaining("retries (-1)");
    assertThatThrownBy(() -> Resilience.NONE.rate(0, Duration.ofSeconds(1)))
        .hasMessageContaining("calls (0)");
  }
}
