package dev.rsi.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.GateDecision;
import dev.rsi.api.ModelVersion;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.RunListener;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of records, where they may be of any length. */
class LongRecordTest {
  private static final int LEVELS = 4;
  private static final ToyTasks TASKS = ToyTasks.ofLevels(LEVELS);

  @TempDir Path home;

  @Test
  void should_resume_a_run_without_ever_holding_it() throws Exception {
    ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
    SimulatedLearner learner = SimulatedLearner.ofLevels(LEVELS).lessonsToLearn(1e6);
    ModelVersion start =
        registry.add(learner.write(home.resolve("start"), .5, .3), Provenance.imported());
    AtomicLong left = new AtomicLong(2000);
    RunListener leaves =
        event -> {
          if (event instanceof RunEvent.Attempted && left.decrementAndGet() == 0) {
            Thread.currentThread().interrupt();
          }
        };
    try (RunStore store = RunStore.inMemory()) {
      RunReport report = loop(learner, store, registry).listener(leaves).build().run(start, TASKS);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(report.end()).isEqualTo(RunReport.End.CANCELLED);
      long events = store.head(report.run()).events();
      assertThat(events).isGreaterThan(2000);
      AtomicLong most = new AtomicLong();
      ImprovementLoop<Sum, Long> again =
          loop(learner, counted(store, most), registry).listener(event -> {}).build();
      assertThat(again.unfinished()).hasValue(report.run());
      RunReport ended = again.resume(report.run(), TASKS);
      assertThat(ended.end()).isEqualTo(RunReport.End.BUDGET_SPENT);
      assertThat(store.events(report.run(), RunEvent.Resumed.class)).hasSize(1);
      assertThat(most.get()).as("events handed out at once").isBetween(1L, events / 4);
      most.set(0);
      assertThat(again.replay(report.run(), TASKS).verify(2).identical()).isTrue();
      assertThat(most.get()).as("events handed out at once").isBetween(1L, events / 4);
    }
  }

  private static ImprovementLoop.Builder<Sum, Long> loop(
      SimulatedLearner learner, RunStore store, ModelRegistry registry) {
    SplittableRandom random = new SplittableRandom(7);
    List<Sum> probes = Stream.generate(() -> TASKS.draw(3, random)).distinct().limit(8).toList();
    return ImprovementLoop.builder(learner.generator())
        .verifier(ToyTasks.verifier())
        .trainer(learner.trainer())
        .gate(probing -> GateDecision.hold("never", List.of()))
        .probes(ProbeBank.of(ToyTasks.codec(), ToyTasks.verifier(), Map.of("probes", probes)))
        .practice(Practice.DEFAULT.tasks(100).scouts(8).memory(100).patience(100))
        .budget(Budget.of(10))
        .store(store)
        .registry(registry);
  }

  /** Notes the longest list of events that a store hands out. */
  private static RunStore counted(RunStore store, AtomicLong most) {
    return (RunStore)
        Proxy.newProxyInstance(
            RunStore.class.getClassLoader(),
            new Class<?>[] {RunStore.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(store, arguments);
                if (result instanceof List<?> list && method.getName().equals("events")) {
                  most.accumulateAndGet(list.size(), Math::max);
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
