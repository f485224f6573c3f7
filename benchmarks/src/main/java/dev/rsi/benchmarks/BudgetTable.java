package dev.rsi.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.rsi.api.DriftGate;
import dev.rsi.api.ModelVersion;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.Practice;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.gate.PairedGate;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.report.RunReport.End;
import dev.rsi.core.store.RunStore;
import dev.rsi.testkit.ManualClock;
import dev.rsi.testkit.SimulatedLearner;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * How near the worst case that a loop states before its first attempt is to what it spends. Whole
 * loops around a simulated learner under random practice and budgets: patience of 3 generations in
 * half of them, in the others without an end; banks of 20 to 80 probes of six kinds, 1.2 to 4 times
 * what proves a challenger without a loss safe at the gate's margins; 1 to 20 generations; a
 * ceiling on attempts of 1 to 12 times what a first generation may need; in half of them one on
 * tokens, and in half of them one on attempts a day, with which the run is resumed every day.
 * Stated over spent attempts, or tokens where their ceiling ended the run, by why it ended.
 * Targets: none ever passes it; a ratio of at most 1.25 at the 90th percentile where a ceiling on
 * attempts or tokens ended the run, as a worst case cannot be near to what a run spends that stops
 * by itself.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.BudgetTable "-Dbench.args=10000 1"}
 */
public final class BudgetTable {
  private static final String ATTEMPTS = "budget spent: attempts";
  private static final String TOKENS = "budget spent: tokens";
  private static final int LEVELS = 8;
  private static final ToyTasks TASKS = ToyTasks.ofLevels(LEVELS);

  private BudgetTable() {}

  /** Arguments: how many configurations, 10,000 if not given, and a seed, 1 if not given. */
  public static void main(String[] arguments) throws IOException {
    int configurations = arguments.length == 0 ? 10_000 : Integer.parseInt(arguments[0]);
    SplittableRandom random =
        new SplittableRandom(arguments.length < 2 ? 1 : Long.parseLong(arguments[1]));
    Map<String, List<Double>> ratios = new TreeMap<>();
    int passed = 0;
    int stops = 0;
    for (int i = 0; i < configurations; i++) {
      Path home = Files.createTempDirectory("budget-table");
      try {
        Row row = run(home, random.split());
        passed += row.passed ? 1 : 0;
        stops += row.stops;
        ratios.computeIfAbsent("all", key -> new ArrayList<>()).add(row.ratio);
        ratios.computeIfAbsent(row.end, key -> new ArrayList<>()).add(row.ratio);
        if (row.end.equals(ATTEMPTS) || row.end.equals(TOKENS)) {
          ratios.computeIfAbsent("a ceiling", key -> new ArrayList<>()).add(row.ratio);
          String size = row.firsts < 3 ? "a ceiling of less than 3" : "a ceiling of 3 or more";
          ratios.computeIfAbsent(size, key -> new ArrayList<>()).add(row.ratio);
        }
      } finally {
        MoreFiles.deleteRecursively(home, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    }
    print(
        "%,d configurations, %,d stops at spent days, worst case passed: %d",
        configurations, stops, passed);
    print("%-28s %8s %8s %8s %8s", "stated / spent", "runs", "median", "90th", "most");
    ratios.forEach(
        (end, each) -> {
          double[] sorted = each.stream().mapToDouble(r -> r).sorted().toArray();
          print(
              "%-28s %,8d %8.2f %8.2f %8.2f",
              end,
              sorted.length,
              sorted[sorted.length / 2],
              sorted[(int) Math.ceil(.9 * sorted.length) - 1],
              sorted[sorted.length - 1]);
        });
  }

  /**
   * A run.
   *
   * @param firsts the worst case that it ended on, in what a first generation may need
   */
  private record Row(String end, double ratio, double firsts, boolean passed, int stops) {}

  private static Row run(Path home, SplittableRandom random) {
    SimulatedLearner learner = SimulatedLearner.ofLevels(LEVELS).noise(.02);
    ModelRegistry registry = ModelRegistry.directory(home.resolve("models"));
    Path model = learner.write(home.resolve("start"), 1, 1, .6, .3);
    ModelVersion start = registry.add(model, Provenance.imported());
    Practice practice =
        Practice.DEFAULT
            .tasks(random.nextInt(10, 61))
            .scouts(random.nextInt(5, 31))
            .reach(random.nextInt(1, 5))
            .batch(random.nextInt(1, 65))
            .patience(random.nextBoolean() ? 3 : 1000);
    int size = random.nextInt(20, 81);
    ProbeBank<Sum, Long> probes = heldOut(11, size);
    // A kind without a loss is safe after ln(6 / level) / margin probes: see PairedGate.
    double needed = Math.log(6 / PairedGate.DEFAULT_LEVEL) / size;
    double margin = Math.min(.6, random.nextDouble(1.2, 4) * needed);
    long first =
        (long) LEVELS * practice.scouts()
            + (long) practice.reach() * practice.tasks()
            + 2L * probes.size()
            + 8L * probes.families().size();
    Budget budget =
        Budget.of(random.nextInt(1, 21)).attempts(random.nextLong(first, 12 * first + 1));
    if (random.nextBoolean()) {
      long tokens = learner.generator().maxTokens();
      budget = budget.tokens(random.nextLong(tokens * first, 12 * tokens * first + 1));
    }
    if (random.nextBoolean()) {
      budget = budget.attempts(random.nextLong(first, 3 * first), Budget.Window.DAY);
    }
    ManualClock clock = ManualClock.create();
    try (RunStore store = RunStore.inMemory()) {
      ImprovementLoop<Sum, Long> loop =
          ImprovementLoop.builder(learner.generator())
              .verifier(ToyTasks.verifier())
              .trainer(learner.trainer())
              .gate(random.nextBoolean() ? paired(margin, size) : anchored(margin))
              .probes(probes)
              .practice(practice)
              .budget(budget)
              .seed(random.nextLong())
              .clock(clock)
              .store(store)
              .registry(registry)
              .build();
      RunReport.Spending stated = loop.worstCase(TASKS);
      RunReport report = loop.run(start, TASKS);
      int stops = 0;
      for (; report.end() == End.WINDOW_SPENT; stops++) {
        clock.advance(Duration.ofDays(1));
        report = loop.resume(report.run(), TASKS);
      }
      RunReport.Spending spent = report.spending();
      boolean passed =
          spent.attempts() > stated.attempts()
              || spent.tokens() > stated.tokens()
              || spent.trainingSteps() > stated.trainingSteps()
              || spent.generations() > stated.generations();
      String end = end(report);
      boolean byTokens = end.equals(TOKENS);
      double most = byTokens ? stated.tokens() : stated.attempts();
      double ratio = most / (byTokens ? spent.tokens() : spent.attempts());
      double firsts = most / first / (byTokens ? learner.generator().maxTokens() : 1);
      return new Row(end, ratio, firsts, passed, stops);
    }
  }

  private static DriftGate paired(double margin, int size) {
    return DriftGates.paired().margin(margin).firstLook(size / 4);
  }

  private static DriftGate anchored(double margin) {
    return DriftGates.anchored()
        .margins(margin / 5, margin)
        .incumbentMargins(margin / 5, margin)
        .evenIfSmall();
  }

  private static String end(RunReport report) {
    if (report.end() != End.BUDGET_SPENT) {
      return report.end().toString().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
    return report.reason().contains("tokens")
        ? TOKENS
        : report.reason().contains("attempts") ? ATTEMPTS : "budget spent: generations";
  }

  private static ProbeBank<Sum, Long> heldOut(long seed, int perLevel) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, List<Sum>> kinds = new LinkedHashMap<>();
    for (int level = 3; level <= LEVELS; level++) {
      Set<Sum> tasks = new LinkedHashSet<>();
      while (tasks.size() < perLevel) {
        tasks.add(TASKS.draw(level, random));
      }
      kinds.put("level " + level, new ArrayList<>(tasks));
    }
    return ProbeBank.of(ToyTasks.codec(), ToyTasks.verifier(), kinds);
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
