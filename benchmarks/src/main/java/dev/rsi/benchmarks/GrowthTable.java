package dev.rsi.benchmarks;

import dev.rsi.api.Codec;
import dev.rsi.api.GateDecision;
import dev.rsi.api.Role;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * What grows: the cost of a step at ten times the size over its cost at the size. Targets: 1.2 at
 * most, of whether a task is near a probe, in a bank whose tasks share a template, and of a
 * generation of a run whose bank is renewed. By the processor time of the calling thread, the least
 * of several tries, so that other work on the machine counts little.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.GrowthTable "-Dbench.args=5000"}; the
 * argument is how many generations the longer run has, at least 1,000.
 */
public final class GrowthTable {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int QUERIES = 2_000;
  private static final int TRIES = 15;

  private GrowthTable() {}

  /** Measures, and prints. */
  public static void main(String[] args) {
    Map<String, IntFunction<String>> makes =
        Map.of(
            "two numbers vary",
            i ->
                "A shop has "
                    + 7L * i
                    + " apples and sells "
                    + 13L * i
                    + " of them to people who"
                    + " come in. How many apples are left in the shop in the evening?",
            "one number varies",
            i -> "Write a poem about the number " + 7L * i + " in the style of an old sailor.",
            "numbers below 1,000",
            i -> "Add " + i % 1000 + " to " + i / 1000 + " and give the sum as one number only.");
    makes.forEach(
        (name, make) -> {
          double before = 0;
          for (int size : new int[] {1_000, 10_000, 100_000}) {
            double now = near(make, size);
            print("near a probe, " + name, size, now, before);
            before = now;
          }
        });
    int generations = Integer.parseInt(args[0]);
    renewed(generations / 10);
    List<Double> costs = renewed(generations);
    double early = median(costs.subList(costs.size() / 20, costs.size() / 10));
    double late = median(costs.subList(costs.size() * 9 / 10, costs.size()));
    print("generation of a renewed bank", generations / 10, early, 0);
    print("generation of a renewed bank", generations, late, early);
  }

  private static void print(String what, int size, double micros, double before) {
    System.out.printf(
        Locale.ROOT,
        "%-36s %8d %10.2f us %s%n",
        what,
        size,
        micros,
        before == 0 ? "" : String.format(Locale.ROOT, "%.2f x", micros / before));
  }

  /** Microseconds to ask whether one more task of a make is in a bank of so many. */
  private static double near(IntFunction<String> make, int size) {
    Verifier<String, String> judge = (task, answer) -> Verdict.pass();
    List<String> tasks = IntStream.range(0, size).mapToObj(make).toList();
    ProbeBank<String, String> bank = ProbeBank.of(Codec.text(), judge, Map.of("all", tasks));
    List<String> asked = IntStream.range(size, size + QUERIES).mapToObj(make).toList();
    double least = Double.MAX_VALUE;
    for (int i = 0; i < TRIES; i++) {
      long began = THREADS.getCurrentThreadCpuTime();
      asked.forEach(bank::contains);
      least = Math.min(least, (THREADS.getCurrentThreadCpuTime() - began) / 1e3 / QUERIES);
    }
    return least;
  }

  /** Microseconds of each generation of a run whose bank makes way at every third refusal. */
  private static List<Double> renewed(int generations) {
    InstantModel model = new InstantModel();
    ModelRegistry registry = new InstantRegistry();
    List<Double> costs = new ArrayList<>();
    long[] began = {THREADS.getCurrentThreadCpuTime()};
    LongFunction<Long> probe = number -> number >>> 1;
    SplittableRandom random = new SplittableRandom(5);
    List<Long> probes = random.longs(50).mapToObj(probe).toList();
    try (RunStore store = RunStore.inMemory()) {
      ImprovementLoop.builder(model)
          .verifier((task, answer) -> Verdict.passIf((answer & 1) == 0, "odd"))
          .trainer(model)
          .gate(
              source -> {
                source.pull("all", 8, Set.of(Role.INCUMBENT, Role.CHALLENGER));
                return GateDecision.hold("never", List.of());
              })
          .probes(
              ProbeBank.<Long, Long>of(
                      model, (task, answer) -> Verdict.pass(), Map.of("all", probes))
                  .renewed((String kind, RandomGenerator draws) -> probe.apply(draws.nextLong())))
          .practice(Practice.DEFAULT.scouts(8).tasks(64).patience(generations).memory(100))
          .budget(Budget.of(generations))
          .store(store)
          .registry(registry)
          .listener(
              event -> {
                if (event instanceof RunEvent.GenerationFinished) {
                  long now = THREADS.getCurrentThreadCpuTime();
                  costs.add((now - began[0]) / 1e3);
                  began[0] = now;
                }
              })
          .build()
          .run(registry.version("any"), model);
    }
    return costs;
  }

  /** Over three generations at a time, since every third has a fresh bank. */
  private static double median(List<Double> costs) {
    List<Double> sums = new ArrayList<>();
    for (int i = 0; i + 3 <= costs.size(); i += 3) {
      sums.add((costs.get(i) + costs.get(i + 1) + costs.get(i + 2)) / 3);
    }
    Collections.sort(sums);
    return sums.get(sums.size() / 2);
  }
}
