package dev.rsi.benchmarks;

import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.ProbeResult;
import dev.rsi.core.gate.AnchoredGate;
import dev.rsi.core.gate.DriftGates;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.function.IntFunction;

/** Faults of models, judges and banks, planted in simulated lineages. */
final class PlantedFaults {
  private static final double CHURN = 0.04;
  private static final double LIMIT = AnchoredGate.DEFAULT_LIMIT;
  private static final int GENERATIONS = 40;
  private static final int BANK = 1600;

  private final Sheet sheet;
  private final SimulatedKind.Results results;

  PlantedFaults(Sheet sheet, SimulatedKind.Results results) {
    this.sheet = sheet;
    this.results = results;
  }

  /** What a gate does to lineages: runs with each. */
  private record Outcome(double unsafe, double alarmed, double promoted) {}

  private SimulatedKind drift(double drift) {
    return results.flips(CHURN / 2 + drift, CHURN / 2);
  }

  /**
   * Runs lineages of 40 generations.
   *
   * @param kinds the law of each kind in a generation
   * @param unsafe whether the challenger of a generation truly lost the limit somewhere
   */
  private Outcome lineages(
      AnchoredGate settings,
      int kindCount,
      IntFunction<List<SimulatedKind>> kinds,
      java.util.function.IntPredicate unsafe,
      SplittableRandom random) {
    int runs = sheet.runs(200);
    int bad = 0;
    int alarmed = 0;
    long promoted = 0;
    for (int run = 0; run < runs; run++) {
      // Any setter gives a lineage of its own.
      DriftGate gate = settings.gain(false);
      boolean badHere = false;
      boolean alarmHere = false;
      for (int g = 1; g <= GENERATIONS; g++) {
        SimulatedSource probes =
            new SimulatedSource(SimulatedSource.kinds(kindCount, BANK), kinds.apply(g), g, random);
        Action action = gate.decide(probes).action();
        boolean promotes = action == Action.PROMOTE;
        promoted += promotes ? 1 : 0;
        badHere |= promotes && unsafe.test(g);
        alarmHere |= action == Action.ROLLBACK;
      }
      bad += badHere ? 1 : 0;
      alarmed += alarmHere ? 1 : 0;
    }
    return new Outcome(
        (double) bad / runs, (double) alarmed / runs, promoted / (double) runs / GENERATIONS);
  }

  private void print(String what, Outcome outcome) {
    sheet.atMost(what + ": runs with an unsafe promotion", outcome.unsafe, .05);
    sheet.note("  runs with a rollback", outcome.alarmed);
    sheet.note("  challengers promoted", outcome.promoted);
  }

  void plants(SplittableRandom random) {
    AnchoredGate gate = DriftGates.anchored().anchorOnly();
    print(
        "judge wrong on 5 %, limit 5 % tested at 4.5 %",
        lineages(
            gate.margins(.01, LIMIT * .9),
            1,
            g -> List.of(noisy(g > 20 ? LIMIT : 0)),
            g -> g > 20,
            random));
    // A third of the bank is known to the challenger, which keeps its skill there alone.
    print(
        "30 % of the bank leaked, loss of 5 % elsewhere",
        lineages(gate, 1, g -> List.of(drift(g > 20 ? .7 * LIMIT : 0)), g -> false, random));
    print(
        "30 % of the bank leaked, loss of 10 % elsewhere",
        lineages(gate, 1, g -> List.of(drift(g > 20 ? .07 : 0)), g -> g > 20, random));
    print(
        "loss of 10 % in one of four families, one kind for all",
        lineages(gate, 1, g -> List.of(drift(g > 20 ? .025 : 0)), g -> false, random));
    print(
        "loss of 10 % in one of four families, a kind for each",
        lineages(
            gate,
            4,
            g -> List.of(drift(0), drift(0), drift(g > 20 ? .1 : 0), drift(0)),
            g -> g > 20,
            random));
    print(
        "drift that swings between 0 and 5 %",
        lineages(gate, 1, g -> List.of(drift(g % 2 == 0 ? LIMIT : 0)), g -> g % 2 == 0, random));
    print(
        "drift up to 5 % by generation 10, then recovered",
        lineages(
            gate,
            1,
            g -> List.of(drift(g <= 10 ? .005 * g : Math.max(0, .05 - .005 * (g - 10)))),
            g -> g == 10,
            random));
    print("1 % of the readings missing", lineages(gate, 1, g -> missing(.01), g -> false, random));
    print("5 % of the readings missing", lineages(gate, 1, g -> missing(.05), g -> false, random));
    duplicates(gate, random);
    oneSample(gate, random);
  }

  /** A judge that errs on one reading in twenty, of either version. */
  private SimulatedKind noisy(double drift) {
    return random -> {
      boolean anchor = random.nextDouble() < .95;
      boolean challenger = anchor && random.nextDouble() >= drift / .95;
      return results.of(
          anchor ^ random.nextDouble() < .05, true, challenger ^ random.nextDouble() < .05);
    };
  }

  private List<SimulatedKind> missing(double share) {
    SimulatedKind law = drift(0);
    return List.of(random -> random.nextDouble() < share ? results.missing : law.draw(random));
  }

  /** A bank of 400 of which 100 are one task over and over: it is lost in generation 21. */
  private void duplicates(AnchoredGate settings, SplittableRandom random) {
    int runs = sheet.runs(200);
    int unsafe = 0;
    int early = 0;
    int caught = 0;
    for (int run = 0; run < runs; run++) {
      DriftGate gate = settings.gain(false);
      boolean seen = false;
      for (int g = 1; g <= GENERATIONS; g++) {
        ProbeResult[] bank = new ProbeResult[400];
        SimulatedKind law = results.flips(.005, .005);
        for (int i = 0; i < bank.length; i++) {
          bank[i] = i < 100 && g > 20 ? results.of(true, true, false) : law.draw(random);
        }
        Action action =
            gate.decide(new BankSource(List.<ProbeResult[]>of(bank), g, random)).action();
        unsafe += g > 20 && action == Action.PROMOTE ? 1 : 0;
        early += g <= 20 && action == Action.ROLLBACK ? 1 : 0;
        seen |= g > 20 && action == Action.ROLLBACK;
      }
      caught += seen ? 1 : 0;
    }
    sheet.atMost("one task 100 times in a bank of 400: unsafe promotions", unsafe, 0);
    sheet.note("  rolled back before it is lost", (double) early / runs);
    sheet.note("  runs rolled back after it is lost", (double) caught / runs);
  }

  /** Generation 0 was read once, with luck of its own, and its readings serve all generations. */
  private void oneSample(AnchoredGate settings, SplittableRandom random) {
    int runs = sheet.runs(200);
    int alarmed = 0;
    long promoted = 0;
    for (int run = 0; run < runs; run++) {
      DriftGate gate = settings.gain(false);
      boolean[] anchor = new boolean[400];
      for (int i = 0; i < anchor.length; i++) {
        anchor[i] = random.nextDouble() < .95;
      }
      boolean alarm = false;
      for (int g = 1; g <= GENERATIONS; g++) {
        ProbeResult[] bank = new ProbeResult[anchor.length];
        for (int i = 0; i < bank.length; i++) {
          bank[i] = results.of(anchor[i], true, random.nextDouble() < .95);
        }
        Action action =
            gate.decide(new BankSource(List.<ProbeResult[]>of(bank), g, random)).action();
        alarm |= action == Action.ROLLBACK;
        promoted += action == Action.PROMOTE ? 1 : 0;
      }
      alarmed += alarm ? 1 : 0;
    }
    sheet.atMost(
        "generation 0 read once, bank of 400: clean runs rolled back",
        (double) alarmed / runs,
        .05);
    sheet.note("  challengers promoted", promoted / (double) runs / GENERATIONS);
  }

  /** Outcomes that depend on their neighbours in the bank. */
  void dependent(SplittableRandom random) {
    dependent("AR(1), rho 0.3", .3, 0, random);
    dependent("AR(1), rho 0.6", .6, 0, random);
    dependent("templates of 20 variants, correlation 0.6", 0, 20, random);
  }

  private void dependent(String what, double rho, int cluster, SplittableRandom random) {
    for (boolean shuffled : new boolean[] {true, false}) {
      int runs = sheet.runs(200);
      int alarmed = 0;
      for (int run = 0; run < runs; run++) {
        DriftGate gate = DriftGates.anchored().anchorOnly();
        boolean alarm = false;
        for (int g = 1; g <= 20; g++) {
          ProbeResult[] bank = cleanBank(rho, cluster, random);
          alarm |=
              gate.decide(new BankSource(List.<ProbeResult[]>of(bank), g, shuffled ? random : null))
                      .action()
                  == Action.ROLLBACK;
        }
        alarmed += alarm ? 1 : 0;
      }
      double share = (double) alarmed / runs;
      if (shuffled) {
        sheet.atMost(what + ": clean runs rolled back, drawn at random", share, .05);
      } else {
        sheet.note("  the same, probed in the order of the bank", share);
      }
    }
  }

  /** A bank on which the challenger's mean drift is no more than tolerated. */
  private ProbeResult[] cleanBank(double rho, int cluster, SplittableRandom random) {
    while (true) {
      ProbeResult[] bank = new ProbeResult[2000];
      DoubleSupplier luck = cluster > 0 ? clusters(cluster, random) : autoregression(rho, random);
      int balance = 0;
      for (int i = 0; i < bank.length; i++) {
        double z = luck.getAsDouble();
        // One probe in twenty lost, as many gained.
        bank[i] = results.of(z > -1.645, true, z < 1.645);
        balance += z >= 1.645 ? 1 : z <= -1.645 ? -1 : 0;
      }
      if (balance <= AnchoredGate.DEFAULT_TOLERATED * bank.length) {
        return bank;
      }
    }
  }

  private static DoubleSupplier autoregression(double rho, SplittableRandom random) {
    double[] z = {random.nextGaussian()};
    double own = Math.sqrt(1 - rho * rho);
    return () -> {
      double now = z[0];
      z[0] = rho * z[0] + own * random.nextGaussian();
      return now;
    };
  }

  private static DoubleSupplier clusters(int size, SplittableRandom random) {
    double[] common = {0};
    int[] count = {0};
    return () -> {
      if (count[0]++ % size == 0) {
        common[0] = random.nextGaussian();
      }
      return Math.sqrt(.6) * common[0] + Math.sqrt(.4) * random.nextGaussian();
    };
  }

  /** Tries of a model that did not change, by its luck on 8 suites. */
  void unchanged(SplittableRandom random) {
    for (int items : new int[] {40, 400}) {
      int runs = sheet.runs(400);
      int ours = 0;
      int flat5 = 0;
      int flat10 = 0;
      for (int run = 0; run < runs; run++) {
        DriftGate gate = DriftGates.anchored();
        boolean promoted = false;
        boolean flat = false;
        boolean[][] incumbent = answers(items, random);
        for (int attempt = 1; attempt <= 10; attempt++) {
          boolean[][] challenger = answers(items, random);
          List<ProbeResult[]> banks = new ArrayList<>();
          double total = 0;
          double worst = 0;
          for (int suite = 0; suite < 8; suite++) {
            ProbeResult[] bank = new ProbeResult[items];
            double gain = 0;
            for (int i = 0; i < items; i++) {
              boolean before = incumbent[suite][i];
              boolean now = challenger[suite][i];
              bank[i] = results.of(before, before, now);
              gain += (now ? 1.0 : 0) - (before ? 1.0 : 0);
            }
            banks.add(bank);
            total += gain;
            worst = Math.min(worst, gain / items);
          }
          promoted |= gate.decide(new BankSource(banks, attempt, random)).promotes();
          flat |= total > 0 && worst >= -.05;
          if (attempt == 5) {
            flat5 += flat ? 1 : 0;
          }
        }
        ours += promoted ? 1 : 0;
        flat10 += flat ? 1 : 0;
      }
      String which = "8 suites of " + items;
      sheet.atMost(which + ", ten tries: promoted by mistake", (double) ours / runs, .05);
      sheet.note(
          "  five tries, higher mean and no suite down by more than 0.05", (double) flat5 / runs);
      sheet.note("  ten tries, the same rule", (double) flat10 / runs);
    }
  }

  /** A model that solves nine in ten; its decoding is a matter of luck on one item in five. */
  private static boolean[][] answers(int items, SplittableRandom random) {
    boolean[][] answers = new boolean[8][items];
    for (boolean[] suite : answers) {
      for (int i = 0; i < items; i++) {
        suite[i] = i % 5 != 0 || random.nextDouble() < .5;
      }
    }
    return answers;
  }

  /** Rewards that rise as the model learns: nothing has drifted, nothing is hacked. */
  void streams(SplittableRandom random) {
    for (boolean binary : new boolean[] {true, false}) {
      for (int batch : new int[] {8, 16, 32, 64}) {
        int runs = sheet.runs(400);
        int ours = 0;
        int z = 0;
        int cusum = 0;
        for (int run = 0; run < runs; run++) {
          DriftGate gate = DriftGates.anchored().anchorOnly();
          boolean alarm = false;
          boolean zAlarm = false;
          boolean cusumAlarm = false;
          double sum = 0;
          double[] before = {};
          for (int step = 1; step <= 200; step++) {
            ProbeResult[] bank = new ProbeResult[batch];
            double[] now = new double[batch];
            for (int i = 0; i < batch; i++) {
              double anchor = reward(binary, 0, random);
              now[i] = reward(binary, step / 200.0, random);
              bank[i] = SimulatedKind.Results.result(anchor, anchor, now[i]);
            }
            alarm |=
                gate.decide(new BankSource(List.<ProbeResult[]>of(bank), step, random)).action()
                    == Action.ROLLBACK;
            if (before.length > 0) {
              double score = score(before, now);
              zAlarm |= score > 1.645;
              sum = Math.max(0, sum + score - .5);
              cusumAlarm |= sum > 4;
            }
            before = now;
          }
          ours += alarm ? 1 : 0;
          z += zAlarm ? 1 : 0;
          cusum += cusumAlarm ? 1 : 0;
        }
        String which = (binary ? "binary" : "Gaussian") + " rewards, batches of " + batch;
        sheet.atMost(which + ": streams with a false alarm", (double) ours / runs, .01);
        sheet.note("  z test against the step before, 0.05", (double) z / runs);
        sheet.note("  CUSUM of the same score, k 0.5, h 4", (double) cusum / runs);
      }
    }
  }

  private static double reward(boolean binary, double progress, SplittableRandom random) {
    return binary
        ? (random.nextDouble() < .5 + .3 * progress ? 1 : 0)
        : 1 / (1 + Math.exp(-random.nextGaussian() - progress));
  }

  /** How many standard errors the second sample's mean lies below the first one's. */
  private static double score(double[] first, double[] second) {
    double error = Math.sqrt(variance(first) / first.length + variance(second) / second.length);
    return error == 0 ? 0 : (mean(first) - mean(second)) / error;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static double variance(double[] values) {
    double mean = mean(values);
    double sum = 0;
    for (double value : values) {
      sum += (value - mean) * (value - mean);
    }
    return sum / (values.length - 1);
  }
}
