package dev.rsi.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.ModelVersion;
import dev.rsi.api.TaskSource;
import dev.rsi.core.Budget;
import dev.rsi.core.Budget.Window;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.Price;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.ManualClock;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The budget of docs/reliability.md. */
class BudgetDocumentTest {

  @Test
  void should_go_on_the_next_day_as_shown(@TempDir Path directory) {
    SimulatedLearner model = SimulatedLearner.ofLevels(3);
    TaskSource<Sum> tasks = ToyTasks.ofLevels(3);
    RandomGenerator random = new SplittableRandom(7);
    List<Sum> heldOut = Stream.generate(() -> tasks.draw(2, random)).distinct().limit(100).toList();
    ManualClock clock = ManualClock.create();
    try (RunStore store = RunStore.inMemory()) {
      ModelRegistry registry = ModelRegistry.directory(directory.resolve("models"));
      ModelVersion start =
          registry.add(model.write(directory.resolve("start"), 0.98, 0.5), Provenance.imported());

      // #region budget
      Budget budget =
          Budget.of(5) // generations
              .tokens(40_000)
              .wallClock(Duration.ofHours(8))
              .diskBytes(2L << 30)
              .price(Price.FREE.perThousandTokens(new BigDecimal("0.60")))
              .money(new BigDecimal("10"), Window.DAY);
      // #endregion
      ImprovementLoop<Sum, Long> loop =
          ImprovementLoop.builder(model.generator())
              .verifier(ToyTasks.verifier())
              .trainer(model.trainer())
              .gate(DriftGates.paired())
              .probes(
                  ProbeBank.of(
                      ToyTasks.codec(), ToyTasks.verifier(), Map.of("2 additions", heldOut)))
              .practice(Practice.DEFAULT.tasks(200))
              .budget(budget)
              .clock(clock)
              .store(store)
              .registry(registry)
              .build();
      // #region spend
      RunReport.Spending most = loop.worstCase(tasks); // before anything is done
      RunReport report = loop.run(start, tasks);
      while (report.end() == RunReport.End.WINDOW_SPENT) {
        clock.advance(Duration.ofDays(1)); // or whatever waits until tomorrow
        report = loop.resume(report.run(), tasks);
      }
      String bought = report.bought();
      // #endregion
      assertThat(report.spending().tokens()).isLessThanOrEqualTo(most.tokens());
      assertThat(report.spending().money()).isLessThanOrEqualTo(most.money()).isPositive();
      assertThat(bought).contains(" promotions for ").contains(" of money.");
    }
  }
}
