package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Oversight;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What fails alone and what fails with all the rest are told apart, in batches of any size. */
class LoneFailuresTest {
  @TempDir Path home;

  @Test
  void should_not_take_an_attempt_that_always_fails_for_an_outage() {
    Loops loops = new Loops(home);
    RunReport report =
        loop(loops, request -> request.seed() % 8 == 0, () -> false)
            .practice(Practice.DEFAULT.tasks(8).scouts(8).batch(1))
            .oversight(Oversight.NONE.outages(Duration.ZERO))
            .build()
            .run(loops.start, Loops.TASKS);
    assertThat(report.end()).as(report.reason()).isEqualTo(End.BUDGET_SPENT);
    assertThat(loops.store.events(report.run(), RunEvent.OutageBegan.class)).isEmpty();
    assertThat(loops.store.events(report.run(), RunEvent.Attempted.class))
        .anyMatch(attempt -> attempt.candidate() == null);
  }

  @Test
  void should_get_beyond_a_first_batch_that_no_verifier_will_ever_rule_on() {
    Loops loops = new Loops(home);
    int[] ruled = {0};
    Verifier<Sum, Long> verifier =
        Verifier.named(
            "breaks on the first four",
            (task, answer) -> {
              if (ruled[0]++ < 4 || answer == Integer.MIN_VALUE) {
                throw new AssertionError("never seen such an answer");
              }
              return ToyTasks.verifier().verify(task, answer);
            });
    ImprovementLoop.Builder<Sum, Long> builder =
        ImprovementLoop.builder(loops.learner.generator())
            .verifier(verifier)
            .trainer(loops.learner.trainer())
            .gate(DriftGates.paired())
            .probes(probes(ToyTasks.verifier()))
            .practice(Practice.DEFAULT.tasks(8).scouts(8).batch(2))
            .oversight(Oversight.NONE.outages(Duration.ZERO))
            .budget(Budget.of(1))
            .store(loops.store)
            .registry(loops.registry);
    ImprovementLoop<Sum, Long> loop = builder.build();
    RunReport report = loop.run(loops.start, Loops.TASKS);
    assertThat(report.end()).isEqualTo(End.OUTAGE);
    ruled[0] = 0;
    report = loop.resume(report.run(), Loops.TASKS);
    int left = 0;
    while (report.end() == End.OUTAGE) {
      left++;
      assertThat(left).isLessThan(4);
      report = loop.resume(report.run(), Loops.TASKS);
    }
    assertThat(report.end()).as(report.reason()).isEqualTo(End.BUDGET_SPENT);
    assertThat(loops.store.events(report.run(), RunEvent.Attempted.class))
        .anyMatch(attempt -> attempt.reason().contains("never seen such an answer"));
  }

  @Test
  void should_wait_for_a_judge_though_some_answers_are_read_without_it() {
    Loops calm = new Loops(home.resolve("calm"));
    calm.learner.malformed(.1);
    RunReport expected =
        loop(calm, request -> false, () -> false).build().run(calm.start, Loops.TASKS);
    Loops loops = new Loops(home.resolve("out"));
    loops.learner.malformed(.1);
    int[] calls = {0};
    ImprovementLoop<Sum, Long> loop =
        loop(loops, request -> false, () -> ++calls[0] > 100 && calls[0] < 1_000)
            .oversight(Oversight.NONE.outages(Duration.ZERO))
            .build();
    RunReport report = loop.run(loops.start, Loops.TASKS);
    int left = 0;
    while (report.end() == End.OUTAGE) {
      left++;
      report = loop.resume(report.run(), Loops.TASKS);
    }
    assertThat(left).isPositive();
    assertThat(Loops.course(loops.store, report.run()))
        .isEqualTo(Loops.course(calm.store, expected.run()));
  }

  /** Which requests fail. */
  private interface Doomed {
    boolean fails(Request<Sum> request);
  }

  private static ImprovementLoop.Builder<Sum, Long> loop(
      Loops loops, Doomed doomed, BooleanSupplier judgeIsOut) {
    Verifier<Sum, Long> sound = ToyTasks.verifier();
    Verifier<Sum, Long> judge =
        Verifier.named(
            "judge",
            (task, answer) -> {
              if (judgeIsOut.getAsBoolean()) {
                throw new RsiException("503", null, true);
              }
              return sound.verify(task, answer);
            });
    return ImprovementLoop.builder(
            new WrappedGenerator(
                loops.learner.generator(),
                (session, requests, context) -> {
                  List<Output<Long>> outputs = new ArrayList<>(session.generate(requests, context));
                  for (int i = 0; i < outputs.size(); i++) {
                    if (doomed.fails(requests.get(i))) {
                      outputs.set(i, Output.failed("no answer", 0));
                    }
                  }
                  return outputs;
                }))
        .verifier(sound)
        .trainer(loops.learner.trainer())
        .gate(DriftGates.paired())
        .probes(probes(judge))
        .budget(Budget.of(1))
        .store(loops.store)
        .registry(loops.registry);
  }

  private static ProbeBank<Sum, Long> probes(Verifier<Sum, Long> judge) {
    Set<Sum> tasks = new LinkedHashSet<>();
    SplittableRandom random = new SplittableRandom(3);
    while (tasks.size() < 200) {
      tasks.add(Loops.TASKS.draw(3, random));
    }
    return ProbeBank.of(ToyTasks.codec(), judge, Map.of("level 3", List.copyOf(tasks)));
  }
}
