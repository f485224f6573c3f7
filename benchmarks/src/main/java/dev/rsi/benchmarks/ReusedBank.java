package dev.rsi.benchmarks;

import dev.rsi.api.ProbeResult;
import dev.rsi.core.gate.AnchoredGate;
import dev.rsi.core.gate.DriftGates;
import dev.rsi.core.probe.ProbeBank;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** What it costs to pay for the answers that a bank has given, and what it costs not to. */
final class ReusedBank {
  /** Level of the decision that is attacked: high, so that few runs show a rate. */
  private static final double ERROR = 0.5;

  private static final double LEVEL = ERROR * (Bounds.tail(0) - Bounds.tail(1));
  private static final int PROBES = 600;

  private final Sheet sheet;
  private final SimulatedKind.Results results;
  private final int last = ProbeBank.DEFAULT_DECISIONS - 1;
  private final double histories;

  ReusedBank(Sheet sheet, SimulatedKind.Results results) {
    this.sheet = sheet;
    this.results = results;
    this.histories = Bounds.histories(last, ProbeBank.DEFAULT_REFUSALS);
  }

  void reuse(SplittableRandom random) {
    sheet.note("histories before the last decision on a bank", histories);
    cost("fresh bank", 1, random);
    cost("last decision on a bank", histories, random);
    attack("paid", histories, random);
    attack("not paid", 1, random);
  }

  /** Probes of a clean challenger at decision 10, churn 4 %. */
  private void cost(String which, double paid, SplittableRandom random) {
    int runs = sheet.runs(1000);
    long given = 0;
    for (int run = 0; run < runs; run++) {
      SimulatedSource probes =
          new SimulatedSource(
              SimulatedSource.kinds(1, 3200),
              List.of(results.flips(.02, .02)),
              ProbeBank.DEFAULT_DECISIONS,
              random) {
            @Override
            public double histories() {
              return paid;
            }
          };
      DriftGates.anchored().anchorOnly().decide(probes);
      given += probes.given();
    }
    sheet.note("probes, " + which, (double) given / runs);
  }

  /**
   * The worst that a loop can make of the answers: a challenger for every history, each exactly at
   * the limit in the world, of which the one is tried that this bank happens to flatter most.
   */
  private void attack(String which, double paid, SplittableRandom random) {
    int runs = sheet.runs(400);
    AnchoredGate gate = DriftGates.anchored().anchorOnly().error(ERROR).falseAlarm(1e-9);
    int fooled = 0;
    for (int run = 0; run < runs; run++) {
      int fewest = Integer.MAX_VALUE;
      for (int history = 0; history < histories; history++) {
        int lost = 0;
        for (int i = 0; i < PROBES; i++) {
          lost += random.nextDouble() < AnchoredGate.DEFAULT_LIMIT ? 1 : 0;
        }
        fewest = Math.min(fewest, lost);
      }
      ProbeResult[] bank = new ProbeResult[PROBES];
      Arrays.fill(bank, results.of(true, true, true));
      Arrays.fill(bank, 0, fewest, results.of(true, true, false));
      BankSource probes =
          new BankSource(List.<ProbeResult[]>of(bank), 1, random) {
            @Override
            public double histories() {
              return paid;
            }
          };
      fooled += gate.decide(probes).promotes() ? 1 : 0;
    }
    double share = (double) fooled / runs;
    String what =
        "flattered by the bank, level "
            + String.format(java.util.Locale.ROOT, "%.3f", LEVEL)
            + ", "
            + which;
    if (paid > 1) {
      sheet.atMost(what + ": promoted", share, LEVEL);
    } else {
      sheet.note(what + ": promoted", share);
    }
  }
}
