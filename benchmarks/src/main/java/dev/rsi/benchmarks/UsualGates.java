package dev.rsi.benchmarks;

import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.core.gate.DriftGates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * The rules that are usual for such decisions, written from their description, on 500 probes each:
 * on clean lineages, and on lineages that drift by half a percent a generation.
 */
final class UsualGates {
  private static final int PROBES = 500;
  private static final int GENERATIONS = 40;
  private static final double HARM = .05;
  private static final double TO_ANCHOR = .04;
  private static final double TO_PARENT = .02;

  private final Sheet sheet;
  private final SimulatedKind.Results results;

  UsualGates(Sheet sheet, SimulatedKind.Results results) {
    this.sheet = sheet;
    this.results = results;
  }

  /** Whether a rule blocks a challenger of some drift from generation 0 and from its parent. */
  private interface Rule {
    boolean blocks(double fromAnchor, double fromParent, SplittableRandom random);
  }

  private record Named(String name, Rule rule) {}

  void compare(SplittableRandom random) {
    List<Named> rules = new ArrayList<>();
    rules.add(
        new Named(
            "McNemar against the parent, two-sided 0.05", (a, p, r) -> mcNemar(TO_PARENT, p, r)));
    rules.add(
        new Named(
            "McNemar against generation 0, two-sided 0.05", (a, p, r) -> mcNemar(TO_ANCHOR, a, r)));
    rules.add(new Named("z of two proportions, fresh probes, 0.05", (a, p, r) -> z(a - p, a, r)));
    rules.add(new Named("Kolmogorov-Smirnov on real scores, 0.05", (a, p, r) -> ks(p, r)));
    rules.add(new Named("mean score 2 points lower than the parent's", (a, p, r) -> lower(p, r)));
    rules.add(
        new Named(
            "Mann-Whitney 0.98, tolerance 0.25, 50 means of 10", (a, p, r) -> canary(a - p, a, r)));
    Rows curve = sheet.curve("live");
    ours(curve, random);
    for (Named named : rules) {
      int runs = sheet.runs(100);
      long blocked = 0;
      for (int run = 0; run < runs; run++) {
        for (int g = 1; g <= 100; g++) {
          blocked += named.rule.blocks(0, 0, random) ? 1 : 0;
        }
      }
      double[] sums = new double[GENERATIONS + 1];
      int above = 0;
      for (int run = 0; run < runs; run++) {
        double live = 0;
        for (int g = 1; g <= GENERATIONS; g++) {
          live += named.rule.blocks(live + .005, .005, random) ? 0 : .005;
          sums[g] += live;
        }
        above += live > .05 ? 1 : 0;
      }
      draw(curve, named.name, sums, runs);
      sheet.note(named.name + ": clean challengers blocked", blocked / (100.0 * runs));
      sheet.note("  live drift after 40 generations of 0.5 %, mean", sums[GENERATIONS] / runs);
      sheet.note("  runs with the live model above 5 %", (double) above / runs);
    }
  }

  private static void draw(Rows curve, String name, double[] sums, int runs) {
    for (int g = 0; g < sums.length; g++) {
      curve.add(g, sums[g] / runs, name);
    }
  }

  private void ours(Rows curve, SplittableRandom random) {
    int runs = sheet.runs(100);
    long rolledBack = 0;
    long held = 0;
    double[] sums = new double[GENERATIONS + 1];
    int above = 0;
    long given = 0;
    for (int run = 0; run < runs; run++) {
      DriftGate gate = DriftGates.anchored().anchorOnly();
      for (int g = 1; g <= 100; g++) {
        SimulatedSource probes = probes(0, g, random);
        Action action = gate.decide(probes).action();
        rolledBack += action == Action.ROLLBACK ? 1 : 0;
        held += action == Action.HOLD ? 1 : 0;
        given += probes.given();
      }
      gate = DriftGates.anchored().anchorOnly();
      double live = 0;
      for (int g = 1; g <= GENERATIONS; g++) {
        live += gate.decide(probes(live + .005, g, random)).promotes() ? .005 : 0;
        sums[g] += live;
      }
      above += live > .05 ? 1 : 0;
    }
    draw(curve, "anchored gate", sums, runs);
    sheet.note("anchored gate: clean challengers rolled back", rolledBack / (100.0 * runs));
    sheet.note("  clean challengers held", held / (100.0 * runs));
    sheet.note("  probes per clean decision", given / (100.0 * runs));
    sheet.note("  live drift after 40 generations of 0.5 %, mean", sums[GENERATIONS] / runs);
    sheet.atMost("  runs with the live model above 5 %", (double) above / runs, 0);
  }

  private SimulatedSource probes(double drift, long g, SplittableRandom random) {
    return new SimulatedSource(
        SimulatedSource.kinds(1, 1600),
        List.of(results.flips(TO_ANCHOR / 2 + drift, TO_ANCHOR / 2)),
        g,
        random);
  }

  private static int count(double share, SplittableRandom random) {
    int count = 0;
    for (int i = 0; i < PROBES; i++) {
      count += random.nextDouble() < share ? 1 : 0;
    }
    return count;
  }

  /** Exact, two-sided; blocks when it is the worse side. */
  private static boolean mcNemar(double churn, double drift, SplittableRandom random) {
    int worse = count(churn / 2 + drift, random);
    int better = count(churn / 2, random);
    return worse > better
        && 2 * BinomialDistribution.of(worse + better, .5).survivalProbability(worse - 1) <= .05;
  }

  private static boolean z(double parent, double challenger, SplittableRandom random) {
    double a = count(HARM + parent, random) / (double) PROBES;
    double b = count(HARM + challenger, random) / (double) PROBES;
    double pooled = (a + b) / 2;
    return b > a && (b - a) / Math.sqrt(2 * pooled * (1 - pooled) / PROBES) > 1.645;
  }

  /** Scores of standard deviation 0.2 whose mean falls by the drift. */
  private static boolean ks(double drift, SplittableRandom random) {
    double[] parent = scores(0, random);
    double[] challenger = scores(drift, random);
    double most = 0;
    int i = 0;
    int j = 0;
    while (i < PROBES && j < PROBES) {
      if (parent[i] <= challenger[j]) {
        i++;
      } else {
        j++;
      }
      most = Math.max(most, Math.abs(i - j) / (double) PROBES);
    }
    return most > 1.358 * Math.sqrt(2.0 / PROBES);
  }

  private static double[] scores(double drift, SplittableRandom random) {
    double[] scores = new double[PROBES];
    for (int i = 0; i < PROBES; i++) {
      scores[i] = .7 - drift + .2 * random.nextGaussian();
    }
    Arrays.sort(scores);
    return scores;
  }

  private static boolean lower(double drift, SplittableRandom random) {
    return count(TO_PARENT / 2 + drift, random) - count(TO_PARENT / 2, random) > .02 * PROBES;
  }

  /** The rank test that canary tools use: an effect must clear a tolerance of the baseline. */
  private static boolean canary(double parent, double challenger, SplittableRandom random) {
    double[] a = means(HARM + parent, random);
    double[] b = means(HARM + challenger, random);
    double mean = Arrays.stream(a).average().orElse(0);
    double u = 0;
    for (double x : b) {
      for (double y : a) {
        double shifted = y + .25 * mean;
        u += x > shifted ? 1 : x == shifted ? .5 : 0;
      }
    }
    double n = a.length;
    double score = (u - n * n / 2) / Math.sqrt(n * n * (2 * n + 1) / 12);
    return score > 2.326;
  }

  private static double[] means(double share, SplittableRandom random) {
    double[] means = new double[50];
    for (int i = 0; i < means.length; i++) {
      for (int k = 0; k < 10; k++) {
        means[i] += random.nextDouble() < share ? .1 : 0;
      }
    }
    return means;
  }
}
