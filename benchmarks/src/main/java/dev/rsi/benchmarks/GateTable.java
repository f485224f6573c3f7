package dev.rsi.benchmarks;

import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.Role;
import dev.rsi.core.gate.AnchoredGate;
import dev.rsi.core.gate.DriftGates;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Error rates and costs of the drift gate as shipped, and of the usual gates, on simulated probes
 * of known truth. Prints the tables of docs/drift-gate.md and writes what was measured as CSV.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.GateTable "-Dbench.args=clean retry"}
 * runs two tables, without arguments all. As arguments, too: {@code scale=0.1} runs a tenth of
 * each, {@code out=DIRECTORY} takes the files, which otherwise go to {@code
 * benchmarks/target/gate}. {@link GatePlots} draws them.
 */
public final class GateTable {
  /** Share of probes that flip for no reason. */
  private static final double CHURN = 0.04;

  private static final double CLEAN = AnchoredGate.DEFAULT_TOLERATED;
  private static final double LIMIT = AnchoredGate.DEFAULT_LIMIT;

  private final Sheet sheet;
  private final SimulatedKind.Results results = new SimulatedKind.Results();

  GateTable(Sheet sheet) {
    this.sheet = sheet;
  }

  /** See the class comment. */
  public static void main(String[] arguments) {
    double scale = 1;
    Path directory = Path.of("benchmarks", "target", "gate");
    List<String> wanted = new ArrayList<>();
    for (String argument : arguments) {
      if (argument.startsWith("scale=")) {
        scale = Double.parseDouble(argument.substring("scale=".length()));
      } else if (argument.startsWith("out=")) {
        directory = Path.of(argument.substring("out=".length()));
      } else {
        wanted.add(argument);
      }
    }
    GateTable table = new GateTable(new Sheet(System.out, scale, directory));
    table.run(wanted.isEmpty() ? table.tables().keySet() : Set.copyOf(wanted));
  }

  /** Runs some tables, in their order. */
  void run(Set<String> wanted) {
    tables()
        .forEach(
            (name, table) -> {
              if (wanted.contains(name)) {
                sheet.begin(name);
                table.accept(new SplittableRandom(name.hashCode()));
                sheet.end();
              }
            });
  }

  /** The tables by name, in the order of the document. */
  Map<String, Consumer<SplittableRandom>> tables() {
    Map<String, Consumer<SplittableRandom>> tables = new LinkedHashMap<>();
    tables.put("clean", this::clean);
    tables.put("slow", this::slow);
    tables.put("abrupt", this::abrupt);
    tables.put("cost", this::cost);
    tables.put("grey", this::grey);
    tables.put("retry", this::retry);
    tables.put("rejection", this::rejection);
    tables.put("reuse", new ReusedBank(sheet, results)::reuse);
    PlantedFaults faults = new PlantedFaults(sheet, results);
    tables.put("plants", faults::plants);
    tables.put("dependent", faults::dependent);
    tables.put("unchanged", faults::unchanged);
    tables.put("streams", faults::streams);
    tables.put("usual", new UsualGates(sheet, results)::compare);
    tables.put("battery", new GrowingModel(sheet, results)::battery);
    return tables;
  }

  /** The gate on one signal: drift since generation 0, no gain demanded. */
  private static AnchoredGate gate() {
    return DriftGates.anchored().anchorOnly();
  }

  private static SimulatedSource probes(
      SimulatedKind law, int available, long ordinal, SplittableRandom random) {
    return new SimulatedSource(SimulatedSource.kinds(1, available), List.of(law), ordinal, random);
  }

  private SimulatedKind drift(double drift, double churn) {
    return drift >= 0
        ? results.flips(churn / 2 + drift, churn / 2)
        : results.flips(churn / 2, churn / 2 - drift);
  }

  /** Runs of 1,000 clean generations. */
  private void clean(SplittableRandom random) {
    int runs = sheet.runs(200);
    Rows curve = sheet.curve("rollbacks");
    for (double mean : new double[] {0, CLEAN}) {
      int withRollback = 0;
      long promotions = 0;
      long given = 0;
      int[] firsts = new int[1001];
      for (int run = 0; run < runs; run++) {
        DriftGate gate = gate();
        boolean rolledBack = false;
        for (int g = 1; g <= 1000; g++) {
          SimulatedSource probes = probes(drift(mean, CHURN), 1600, g, random);
          Action action = gate.decide(probes).action();
          firsts[g] += action == Action.ROLLBACK && !rolledBack ? 1 : 0;
          rolledBack |= action == Action.ROLLBACK;
          promotions += action == Action.PROMOTE ? 1 : 0;
          given += probes.given();
        }
        withRollback += rolledBack ? 1 : 0;
      }
      String which = mean == 0 ? "drift 0" : "drift 1 %";
      curve.addShares(which, firsts, runs);
      double allowed = mean == 0 ? 2 : 19;
      sheet.atMost(
          "runs of " + runs + " x 1000 with a rollback, " + which,
          withRollback,
          Math.ceil(allowed * runs / 200));
      double promoted = promotions / (1000.0 * runs);
      if (mean == 0) {
        sheet.atLeast("clean challengers promoted, " + which, promoted, 0.99);
      } else {
        sheet.note("clean challengers promoted, " + which, promoted);
      }
      sheet.note("probes per decision, " + which, given / (1000.0 * runs));
    }
  }

  /** Each challenger is the live model and a little more drift. */
  private void slow(SplittableRandom random) {
    int runs = sheet.runs(400);
    Rows curve = sheet.curve("live");
    Rows each = sheet.rows("runs", "step", "clean before", "live in the end", "rolled back");
    for (int before : new int[] {0, 200}) {
      for (double step : new double[] {.0025, .005, .01}) {
        double worst = 0;
        int above = 0;
        int alarmed = 0;
        double[] sums = new double[41];
        for (int run = 0; run < runs; run++) {
          DriftGate gate = gate();
          double live = 0;
          boolean alarm = false;
          for (int g = 1; g <= before + 40; g++) {
            double next = g <= before ? 0 : live + step;
            Action action = gate.decide(probes(drift(next, CHURN), 1600, g, random)).action();
            if (action == Action.PROMOTE) {
              live = next;
            }
            alarm |= action == Action.ROLLBACK;
            sums[Math.max(0, g - before)] += g > before ? live : 0;
          }
          each.add(step, before, live, alarm ? 1 : 0);
          worst = Math.max(worst, live);
          above += live > LIMIT ? 1 : 0;
          alarmed += alarm ? 1 : 0;
        }
        String which =
            String.format(Locale.ROOT, "%.2f %% a generation after %d clean", 100 * step, before);
        for (int g = 0; g < sums.length; g++) {
          String start = before == 0 ? "from the start" : "after " + before + " clean ones";
          curve.add(g, sums[g] / runs, String.format(Locale.ROOT, "%.2f %% %s", 100 * step, start));
        }
        sheet.atMost("runs of " + runs + " live above 5 %: " + which, above, 0);
        sheet.note("  live drift in the end, mean", sums[40] / runs);
        sheet.note("  live drift in the end, worst", worst);
        sheet.note("  runs with a rollback, share", (double) alarmed / runs);
      }
    }
  }

  /** Drift that is there at once, in generation 50 of a clean lineage. */
  private void abrupt(SplittableRandom random) {
    // Never fewer: the ratios need them, and they take two seconds.
    int runs = Math.max(1000, sheet.runs(1000));
    List<GateDecision> clean = new ArrayList<>();
    int lineages = Math.min(runs, 50);
    for (int i = 0; i < lineages; i++) {
      AnchoredGate gate = gate();
      GateDecision last = null;
      for (int g = 1; g < 50; g++) {
        last = gate.decide(probes(drift(0, CHURN), 1600, g, random));
      }
      if (last != null) {
        clean.add(last);
      }
    }
    double[] drifts = {0, .01, .02, .03, .05, .07, .10, .20, .50};
    double[] targets = {0, 0, 0, 0, 0, 720, 400, 150, 55};
    Rows shares = sheet.curve("shares");
    Rows cost = sheet.curve("probes");
    Rows each = sheet.rows("runs", "drift", "action", "probes");
    for (int d = 0; d < drifts.length; d++) {
      Map<Action, Integer> actions = new EnumMap<>(Action.class);
      long given = 0;
      for (int run = 0; run < runs; run++) {
        SimulatedSource probes = probes(drift(drifts[d], CHURN), 1600, 50, random);
        Action action = gate().after(clean.get(run % lineages)).decide(probes).action();
        actions.merge(action, 1, Integer::sum);
        given += probes.given();
        each.add(drifts[d], action, probes.given());
      }
      for (Action action : Action.values()) {
        shares.add(100 * drifts[d], share(actions, action, runs), action);
      }
      String which = String.format(Locale.ROOT, "drift %.0f %%", 100 * drifts[d]);
      double mean = (double) given / runs;
      cost.add(100 * drifts[d], mean, "measured");
      double blocked = 1 - share(actions, Action.PROMOTE, runs);
      if (targets[d] > 0) {
        sheet.atLeast(which + ": blocked", blocked, 1);
        sheet.atMost(which + ": probes", mean, targets[d]);
        double bound =
            Math.log(20 / (Bounds.tail(49) - Bounds.tail(50)))
                / Bounds.growth(CHURN / 2 + drifts[d], CHURN / 2, CLEAN);
        cost.add(100 * drifts[d], bound, "measured" + LineChart.BOUND);
        sheet.atMost("  ratio to the lower bound for a rollback", mean / bound, 1.25);
      } else {
        sheet.note(which + ": blocked", blocked);
        sheet.note(which + ": probes", mean);
      }
      sheet.note("  rolled back", share(actions, Action.ROLLBACK, runs));
    }
    long given = 0;
    for (int run = 0; run < runs; run++) {
      SimulatedSource probes = probes(drift(.5, CHURN), 1600, 50, random);
      gate().batch(32).after(clean.get(run % lineages)).decide(probes);
      given += probes.given();
    }
    sheet.note("drift 50 %, batches of 32: probes", (double) given / runs);
  }

  private static double share(Map<Action, Integer> actions, Action action, int runs) {
    return (double) actions.getOrDefault(action, 0) / runs;
  }

  /** What a promotion costs late in a clean lineage. */
  private void cost(SplittableRandom random) {
    Rows curve = sheet.curve("probes");
    cost("churn 4 %", gate(), CHURN, 1000, 760, curve, random);
    cost("churn 1 %", gate(), .01, 1000, 450, curve, random);
    cost("churn 9 %", gate().probesPerKind(3200), .09, 1000, 0, curve, random);
    cost("no churn", gate(), 0, 1000, 0, curve, random);
    for (int g : new int[] {100, 10, 1}) {
      cost("churn 4 %", gate(), CHURN, g, 0, curve, random);
    }
    costAsShare(random);
    for (int g : new int[] {100, 10, 1}) {
      cost("churn 9 %", gate().probesPerKind(3200), .09, g, 0, curve, random);
      cost("churn 1 %", gate(), .01, g, 0, curve, random);
      cost("no churn", gate(), 0, g, 0, curve, random);
    }
  }

  private void cost(
      String law,
      AnchoredGate gate,
      double churn,
      int generation,
      double target,
      Rows curve,
      SplittableRandom random) {
    int runs = sheet.runs(1000);
    long given = 0;
    int promoted = 0;
    for (int run = 0; run < runs; run++) {
      // The lineage has no say in what a promotion costs, only the number of the decision has.
      SimulatedSource probes = probes(drift(0, churn), 3200, generation, random);
      promoted += gate.gain(false).decide(probes).promotes() ? 1 : 0;
      given += probes.given();
    }
    double mean = (double) given / runs;
    String which = law + ", generation " + generation;
    if (target > 0) {
      sheet.atMost("probes, " + which, mean, target);
    } else {
      sheet.note("probes, " + which, mean);
    }
    double level = .05 * (Bounds.tail(generation - 1) - Bounds.tail(generation));
    double bound = Math.log(1 / level) / Bounds.growth(churn / 2, churn / 2, -LIMIT);
    curve.add(generation, mean, law);
    curve.add(generation, bound, law + LineChart.BOUND);
    if (generation == 1000) {
      sheet.atMost("  ratio to the lower bound", mean / bound, 1.25);
    } else {
      sheet.note("  ratio to the lower bound", mean / bound);
    }
    sheet.note("  promoted", (double) promoted / runs);
  }

  private void costAsShare(SplittableRandom random) {
    int runs = sheet.runs(40);
    long given = 0;
    long promotions = 0;
    for (int run = 0; run < runs; run++) {
      DriftGate gate = gate().errorAsShare();
      for (int g = 1; g <= 1000; g++) {
        SimulatedSource probes = probes(drift(0, CHURN), 1600, g, random);
        promotions += gate.decide(probes).promotes() ? 1 : 0;
        given += g > 900 ? probes.given() : 0;
      }
    }
    double mean = given / (100.0 * runs);
    sheet.atMost("probes, churn 4 %, generations 901-1000, error as share", mean, 430);
    double level = .05 * (Bounds.tail(999) - Bounds.tail(1000)) * promotions / runs;
    double bound = Math.log(1 / level) / Bounds.growth(CHURN / 2, CHURN / 2, -LIMIT);
    sheet.atMost("  ratio to the lower bound", mean / bound, 1.3);
  }

  /**
   * Drift between what is tolerated and the limit: no verdict is right, and none should be dear.
   */
  private void grey(SplittableRandom random) {
    int runs = Math.max(200, sheet.runs(1000));
    long given = 0;
    Map<Action, Integer> actions = new EnumMap<>(Action.class);
    for (int run = 0; run < runs; run++) {
      SimulatedSource probes = probes(drift(.03, CHURN), 1600, 50, random);
      actions.merge(gate().decide(probes).action(), 1, Integer::sum);
      given += probes.given();
    }
    sheet.atMost("probes at a drift of 3 %, generation 50", (double) given / runs, 700);
    sheet.note("  promoted", share(actions, Action.PROMOTE, runs));
    sheet.note("  held", share(actions, Action.HOLD, runs));
  }

  /** A loop that tries again and again, each challenger exactly at the limit. */
  private void retry(SplittableRandom random) {
    int runs = sheet.runs(200);
    int fooled = 0;
    int once = 0;
    int[] firsts = new int[1001];
    int[] flatFirsts = new int[1001];
    for (int run = 0; run < runs; run++) {
      DriftGate gate = gate().falseAlarm(1e-12);
      boolean promoted = false;
      for (int g = 1; g <= 1000; g++) {
        boolean now = gate.decide(probes(drift(LIMIT, CHURN), 1600, g, random)).promotes();
        firsts[g] += now && !promoted ? 1 : 0;
        promoted |= now;
      }
      fooled += promoted ? 1 : 0;
      int flat = flatPromotes(random);
      flatFirsts[flat]++;
      once += flat > 0 ? 1 : 0;
    }
    Rows curve = sheet.curve("promotions");
    curve.addShares("anchored gate", firsts, runs);
    curve.addShares("z test of non-inferiority at a flat 0.05", flatFirsts, runs);
    sheet.atMost(
        "runs of " + runs + " x 1000 attempts with an unsafe promotion",
        fooled,
        Math.ceil(19.0 * runs / 200));
    sheet.note("  the same, z test of non-inferiority at a flat 0.05", once);
  }

  /** The first attempt that a z test at a flat level lets through, 0 if there is none. */
  private static int flatPromotes(SplittableRandom random) {
    for (int g = 1; g <= 1000; g++) {
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < 500; i++) {
        double luck = random.nextDouble();
        double d = luck < CHURN / 2 + LIMIT ? 1 : luck < CHURN + LIMIT ? -1 : 0;
        sum += d;
        squares += d * d;
      }
      double mean = sum / 500;
      double error = Math.sqrt((squares / 500 - mean * mean) / 500);
      if (mean + 1.645 * error < LIMIT) {
        return g;
      }
    }
    return 0;
  }

  /** Challengers at the edge of clean; whoever looks good so far is broken off, so it is held. */
  private void rejection(SplittableRandom random) {
    int runs = sheet.runs(400);
    int alarmed = 0;
    for (int run = 0; run < runs; run++) {
      DriftGate gate = gate();
      boolean alarm = false;
      for (int g = 1; g <= 300; g++) {
        SimulatedSource probes = new Spiteful(drift(CLEAN, CHURN), g, random);
        alarm |= gate.decide(probes).action() == Action.ROLLBACK;
      }
      alarmed += alarm ? 1 : 0;
    }
    sheet.atMost(
        "false alarms when all that look good are broken off", (double) alarmed / runs, .05);
  }

  /** Breaks as soon as the challenger has gained more than it lost. */
  private static final class Spiteful extends SimulatedSource {
    private double balance;

    Spiteful(SimulatedKind law, long ordinal, SplittableRandom random) {
      super(SimulatedSource.kinds(1, 1600), List.of(law), ordinal, random);
    }

    @Override
    public List<ProbeResult> pull(String kind, int count, Set<Role> roles) {
      if (balance < 0) {
        throw new IllegalStateException("broken off");
      }
      List<ProbeResult> given = super.pull(kind, count, roles);
      for (ProbeResult result : given) {
        Double anchor = result.reading(Role.ANCHOR);
        Double challenger = result.reading(Role.CHALLENGER);
        if (anchor != null && challenger != null) {
          balance += anchor - challenger - CLEAN;
        }
      }
      return given;
    }
  }
}
