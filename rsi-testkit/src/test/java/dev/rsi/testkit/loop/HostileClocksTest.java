package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Calls;
import dev.rsi.api.GateDecision;
import dev.rsi.core.Approval;
import dev.rsi.core.Budget;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.core.Price;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.report.RunReport;
import dev.rsi.testkit.ToyTasks;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clocks at the ends of time, clocks that jump, and durations of centuries. */
class HostileClocksTest {
  private static final Duration CENTURIES = Duration.ofDays(365 * 300);

  @TempDir Path home;

  private RunReport run(Clock clock, Budget budget, Oversight oversight) {
    Loops loops = new Loops(home);
    loops.registry.promote(loops.start.id());
    return loops
        .parts(budget, Practice.DEFAULT.tasks(16).scouts(16).reach(1))
        .verifier(ToyTasks.verifier().with(Calls.DEFAULT.limit(CENTURIES)))
        .trainer(loops.learner.trainer())
        .gate(DriftGates.paired())
        .oversight(oversight)
        .clock(clock)
        .build()
        .run(loops.start, Loops.TASKS);
  }

  private static Budget budget(int generations) {
    Price price = Price.FREE.perSecond(new BigDecimal("0.001"));
    return Budget.of(generations).wallClock(CENTURIES).cpuTime(CENTURIES).price(price);
  }

  @ParameterizedTest
  @ValueSource(strings = {"max", "min", "epoch"})
  void should_run_at_either_end_of_time(String where) {
    Instant at =
        switch (where) {
          case "max" -> Instant.MAX;
          case "min" -> Instant.MIN;
          default -> Instant.EPOCH;
        };
    for (ZoneId zone : new ZoneId[] {ZoneOffset.MAX, ZoneOffset.MIN}) {
      RunReport report =
          run(
              Clock.fixed(at, zone),
              budget(2).attempts(1_000_000, Budget.Window.MONTH),
              Oversight.NONE.approval(
                  Approval.of(Duration.ofDays(365), GateDecision.Action.PROMOTE)
                      .by(question -> Approval.Answer.yes("me", "fine"))));
      assertThat(report.generations()).hasSize(3);
      assertThat(report.generations())
          .noneMatch(generation -> generation.outcome().name().equals("FAILED"));
    }
  }

  /** Each look goes to another end of time. */
  @Test
  void should_not_break_when_the_clock_jumps_over_all_of_time() {
    AtomicLong looks = new AtomicLong();
    InstantSource jumping =
        () ->
            switch ((int) (looks.getAndIncrement() % 3)) {
              case 0 -> Instant.MIN;
              case 1 -> Instant.MAX;
              default -> Instant.EPOCH;
            };
    RunReport report =
        run(
            jumping.withZone(ZoneOffset.UTC),
            Budget.of(2),
            Oversight.NONE.pace(Duration.ofNanos(1)));
    assertThat(report.end()).isEqualTo(RunReport.End.BUDGET_SPENT);
    assertThat(report.generations()).hasSize(3);
    assertThat(report.timing().took()).isPositive();
  }

  /** Time that passed is spent: then the run ends as any whose time is up. */
  @Test
  void should_end_by_the_budget_when_centuries_pass_at_once() {
    AtomicLong looks = new AtomicLong();
    InstantSource jumping =
        () -> Instant.EPOCH.plus(Duration.ofDays(365L * 300 * (looks.getAndIncrement() / 40)));
    RunReport report =
        run(
            jumping.withZone(ZoneOffset.UTC),
            budget(50).wallClock(Duration.ofDays(365 * 100)),
            Oversight.NONE);
    assertThat(report.end()).isEqualTo(RunReport.End.BUDGET_SPENT);
    assertThat(report.reason()).contains("wall clock");
  }
}
