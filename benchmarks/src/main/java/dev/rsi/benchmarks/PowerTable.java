package dev.rsi.benchmarks;

import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.core.gate.AnchoredGate;
import dev.rsi.core.gate.DriftGates;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the drift gate promotes of what it should, on evaluation sets as people have them, beside
 * bets that know what they are to find; and what becomes of lineages that lose a little of what
 * they gained at each step. Simulated readings, the gate as shipped, no loop.
 *
 * <p>{@code mvn -q -Pbench -Dbench.main=dev.rsi.benchmarks.PowerTable "-Dbench.args=turns"} runs
 * one table, without arguments all, in some two minutes. As arguments, too: {@code scale=5} runs
 * five times as many of each, {@code out=DIRECTORY} takes the files, which otherwise go to {@code
 * benchmarks/target/power}.
 */
public final class PowerTable {
  private static final double ERROR = AnchoredGate.DEFAULT_ERROR;
  private static final double LIMIT = AnchoredGate.DEFAULT_LIMIT;
  private static final int GENERATIONS = 10;

  /** The level of the first decision, in the study at every one. */
  private static final double FLAT = .0205;

  private final Sheet sheet;

  PowerTable(Sheet sheet) {
    this.sheet = sheet;
  }

  /** See the class comment. */
  public static void main(String[] arguments) {
    double scale = 1;
    Path directory = Path.of("benchmarks", "target", "power");
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
    PowerTable table = new PowerTable(new Sheet(System.out, scale, directory));
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

  /** The tables by name. */
  Map<String, Consumer<SplittableRandom>> tables() {
    Map<String, Consumer<SplittableRandom>> tables = new LinkedHashMap<>();
    tables.put("turns", this::turns);
    tables.put("probabilities", this::probabilities);
    tables.put("all", this::all);
    tables.put("treadmill", this::treadmill);
    tables.put("healthy", this::healthy);
    return tables;
  }

  private interface Worlds {
    PowerWorld next(SplittableRandom random);
  }

  /** What ten generations came to, each a gain on one kind in its turn. */
  private record Course(double promoted, double probes) {}

  private static AnchoredGate gate(double limit) {
    return DriftGates.anchored().margins(limit / 5, limit).incumbentMargins(limit / 5, 1.6 * limit);
  }

  private static double[] turn(int kinds, int generation, double gain, double others) {
    double[] change = new double[kinds];
    java.util.Arrays.fill(change, others);
    change[generation % kinds] = gain;
    return change;
  }

  private void turns(SplittableRandom random) {
    int[][] sizes = {{8, 200}, {8, 500}, {3, 200}, {20, 500}, {8, 200}};
    double[] limits = {.05, .05, .05, .05, .10};
    for (int i = 0; i < sizes.length; i++) {
      int kinds = sizes[i][0];
      int items = sizes[i][1];
      double limit = limits[i];
      String which =
          String.format(Locale.ROOT, "%d x %d, limit %.0f %%", kinds, items, 100 * limit);
      compare(which, r -> PowerWorld.flips(kinds, items, .8, .8, r), limit, .10, .02, true, random);
    }
  }

  private void probabilities(SplittableRandom random) {
    for (double gain : new double[] {.06, .10}) {
      for (double deviation : new double[] {.25, .5}) {
        String which =
            String.format(
                Locale.ROOT, "8 x 200, +%.0f, log-odds move by %.2f", 100 * gain, deviation);
        compare(
            which, r -> PowerWorld.probabilities(8, 200, r), LIMIT, gain, deviation, false, random);
      }
    }
  }

  private void compare(
      String which,
      Worlds worlds,
      double limit,
      double gain,
      double noise,
      boolean flips,
      SplittableRandom random) {
    int runs = sheet.runs(20);
    Course plain = course(gate(limit), worlds, gain, noise, runs, random);
    Course share = course(gate(limit).errorAsShare(), worlds, gain, noise, runs, random);
    PowerOracle oracle = new PowerOracle(limit, 1.6 * limit);
    double same = oracle(oracle, worlds, gain, noise, runs, (g, promoted) -> spent(g, 0), random);
    double shared = oracle(oracle, worlds, gain, noise, runs, PowerTable::spent, random);
    double flat = oracle(oracle, worlds, gain, noise, runs, (g, promoted) -> FLAT, random);
    if (flips) {
      sheet.note(which + ": promoted of ten", plain.promoted);
      sheet.note("  error as a share", share.promoted);
      sheet.note("  bets that know, at the same levels", same);
      sheet.note("  bets that know, at the levels of a share", shared);
      sheet.note("  bets that know, at " + FLAT + " every time", flat);
      sheet.atLeast("  share of what bets that know promote", plain.promoted / same, .8);
      sheet.atLeast("  the same, error as a share", share.promoted / shared, .8);
    } else {
      sheet.atLeast(which + ": promoted of ten", plain.promoted, 8);
      sheet.note("  error as a share", share.promoted);
      sheet.note("  bets that know, at the same levels", same);
      sheet.note("  bets that know, at the levels of a share", shared);
    }
    sheet.note("  probes in ten generations", plain.probes);
    sheet.note("  probes, error as a share", share.probes);
  }

  private static Course course(
      AnchoredGate settings,
      Worlds worlds,
      double gain,
      double noise,
      int runs,
      SplittableRandom random) {
    long promoted = 0;
    long probes = 0;
    for (int run = 0; run < runs; run++) {
      PowerWorld world = worlds.next(random.split());
      AnchoredGate gate = settings.batch(AnchoredGate.DEFAULT_BATCH);
      for (int g = 1; g <= GENERATIONS; g++) {
        world.challenge(turn(world.kinds(), g - 1, gain, 0), noise);
        PowerSource source = new PowerSource(world, g);
        if (decide(gate, source, world).promotes()) {
          promoted++;
        }
        probes += source.given();
      }
    }
    return new Course((double) promoted / runs, (double) probes / runs);
  }

  private static GateDecision decide(AnchoredGate gate, PowerSource source, PowerWorld world) {
    GateDecision decision = gate.decide(source);
    if (decision.promotes()) {
      world.promote();
    }
    return decision;
  }

  private interface Levels {
    double of(int generation, int promoted);
  }

  /** What a gate may spend on a decision, as a share if it counts promotions. */
  private static double spent(int generation, int promoted) {
    return ERROR * (Bounds.tail(generation - 1) - Bounds.tail(generation)) * (promoted + 1);
  }

  /** What bets that know promote of ten. */
  private static double oracle(
      PowerOracle oracle,
      Worlds worlds,
      double gain,
      double noise,
      int runs,
      Levels levels,
      SplittableRandom random) {
    long sum = 0;
    for (int run = 0; run < runs; run++) {
      int promoted = 0;
      PowerWorld world = worlds.next(random.split());
      for (int g = 1; g <= GENERATIONS; g++) {
        world.challenge(turn(world.kinds(), g - 1, gain, 0), noise);
        double level = levels.of(g, promoted);
        if (oracle.promotes(world, level, level)) {
          world.promote();
          promoted++;
        }
      }
      sum += promoted;
    }
    return (double) sum / runs;
  }

  /** A small gain on every kind, early and late. */
  private void all(SplittableRandom random) {
    int runs = sheet.runs(100);
    double[] targets = {.85, .75, .60};
    int[] decisions = {1, 10, 100};
    for (int d = 0; d < decisions.length; d++) {
      for (boolean share : new boolean[] {false, true}) {
        AnchoredGate gate = share ? gate(LIMIT).errorAsShare() : gate(LIMIT);
        GateDecision last = earlier(gate, decisions[d] - 1, random);
        int promoted = 0;
        long probes = 0;
        for (int run = 0; run < runs; run++) {
          PowerWorld world = PowerWorld.flips(8, 500, .5, .5, random.split());
          world.challenge(turn(8, 0, .03, .03), .05);
          PowerSource source = new PowerSource(world, decisions[d]);
          AnchoredGate now = last == null ? gate.batch(8) : gate.after(last);
          promoted += now.decide(source).promotes() ? 1 : 0;
          probes += source.given();
        }
        String which =
            "+3 on all of 8 x 500, churn 5 %, decision "
                + decisions[d]
                + (share ? ", as a share, all before promoted" : "");
        if (share || d == 0) {
          sheet.atLeast(which, (double) promoted / runs, targets[d]);
        } else {
          sheet.note(which, (double) promoted / runs);
        }
        sheet.note("  probes", (double) probes / runs);
      }
    }
  }

  /** A lineage of so many promotions, each of a gain on all kinds. */
  private static @Nullable GateDecision earlier(
      AnchoredGate settings, int decisions, SplittableRandom random) {
    AnchoredGate gate = settings.gain(false).batch(8);
    GateDecision last = null;
    for (int g = 1; g <= decisions; g++) {
      PowerWorld world = PowerWorld.flips(8, 500, .5, .5, random.split());
      world.challenge(turn(8, 0, .2, .2), 0);
      last = gate.decide(new PowerSource(world, g));
    }
    return last;
  }

  /** Kinds that generation 0 could not do: each step gains on one and loses a little on others. */
  private void treadmill(SplittableRandom random) {
    double[][] steps = {{.06, -.0095}, {.08, -.015}, {.08, -.02}};
    for (double[] step : steps) {
      double[] numbers = lineages(.3, .85, 150, 3, step[0], step[1], 0, random);
      String which =
          String.format(Locale.ROOT, "treadmill %+.0f / %+.2f", 100 * step[0], 100 * step[1]);
      sheet.atLeast(which + ": mean of kinds at the end", numbers[0], .82);
      sheet.note("  promoted of 150", numbers[1]);
      sheet.note("  rolled back", numbers[2]);
    }
  }

  /** Lineages as they should be: a gain on one kind in turn, the others move by chance. */
  private void healthy(SplittableRandom random) {
    for (double deviation : new double[] {0, .005, .01}) {
      double[] numbers = lineages(.5, .5, 40, 10, .06, 0, deviation, random);
      String which = String.format(Locale.ROOT, "healthy, others move by %.1f %%", 100 * deviation);
      sheet.atLeast(which + ": promoted of 40", numbers[1], 38);
      sheet.note("  rolled back", numbers[2]);
      sheet.note("  probes per decision", numbers[3] / 40);
      sheet.note("  mean of kinds at the end", numbers[0]);
    }
  }

  private double[] lineages(
      double first,
      double live,
      int generations,
      int full,
      double gain,
      double others,
      double deviation,
      SplittableRandom random) {
    int runs = Math.max(2, sheet.runs(full * 10) / 10);
    double[] sums = new double[4];
    for (int run = 0; run < runs; run++) {
      PowerLineage world = new PowerLineage(8, 1600, first, live, random.split());
      AnchoredGate gate = gate(LIMIT);
      for (int g = 1; g <= generations; g++) {
        double[] change = turn(8, g - 1, gain, others);
        for (int k = 0; k < change.length; k++) {
          change[k] += k == (g - 1) % 8 ? 0 : deviation * random.nextGaussian();
        }
        world.challenge(change);
        PowerLineage.Source source = world.source(g);
        GateDecision decision = gate.decide(source);
        if (decision.promotes()) {
          world.promote(decision);
        }
        sums[1] += decision.promotes() ? 1 : 0;
        sums[2] += decision.action() == Action.ROLLBACK ? 1 : 0;
        sums[3] += source.given();
      }
      sums[0] += world.live();
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] /= runs;
    }
    return sums;
  }
}
