package dev.rsi.benchmarks;

import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.ProbeResult;
import dev.rsi.core.gate.AnchoredGate;
import dev.rsi.core.gate.DriftGates;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A model that learns one more of 18 kinds with every generation, as the addition example does:
 * what decisions cost with 384 probes of each kind, and how soon a loss is seen.
 */
final class GrowingModel {
  private static final int KINDS = 18;
  private static final int PROBES = 384;
  private static final int GENERATIONS = 12;
  private static final int HARMED = 6;

  private final Sheet sheet;
  private final SimulatedKind.Results results;

  GrowingModel(Sheet sheet, SimulatedKind.Results results) {
    this.sheet = sheet;
    this.results = results;
  }

  void battery(SplittableRandom random) {
    Map<String, AnchoredGate> gates = new LinkedHashMap<>();
    AnchoredGate gate = DriftGates.anchored();
    gates.put("limits 5 and 8 %", gate);
    gates.put("limits 8 %, error as share", gate.margins(.01, .08).errorAsShare());
    gates.put(
        "limits 8 %, error as share, batches of 32",
        gate.margins(.01, .08).errorAsShare().batch(32));
    gates.put(
        "limits 10 %, error as share",
        gate.margins(.01, .10).incumbentMargins(.01, .10).errorAsShare());
    for (double churn : new double[] {.005, .02}) {
      gates.forEach((name, settings) -> grow(name, settings, churn, 0, random));
    }
    AnchoredGate chosen = gates.getOrDefault("limits 8 %, error as share", gate);
    for (double loss : new double[] {.05, .1, .2, .5}) {
      grow("limits 8 %, error as share", chosen, .005, loss, random);
    }
  }

  /** Lineages in which one kind loses skill in generation 6, if the loss is above 0. */
  private void grow(
      String name, AnchoredGate settings, double churn, double loss, SplittableRandom random) {
    int runs = sheet.runs(100);
    int promoted = 0;
    int rolledBack = 0;
    int decisions = 0;
    long given = 0;
    for (int run = 0; run < runs; run++) {
      AnchoredGate gate = settings.jumpLimit(1);
      int level = 3;
      for (int g = 1; g <= GENERATIONS; g++) {
        boolean harmed = loss > 0 && g == HARMED;
        SimulatedSource probes = probes(level, churn, harmed ? loss : 0, g, random);
        Action action = gate.decide(probes).action();
        level += action == Action.PROMOTE ? 1 : 0;
        if (loss == 0 || harmed) {
          decisions++;
          given += probes.given();
          promoted += action == Action.PROMOTE ? 1 : 0;
          rolledBack += action == Action.ROLLBACK ? 1 : 0;
        }
      }
    }
    String which = String.format(java.util.Locale.ROOT, "%s, churn %.1f %%", name, 100 * churn);
    if (loss == 0) {
      sheet.note(which + ": promoted", (double) promoted / decisions);
      sheet.note("  probes per decision, of 6912", (double) given / decisions);
    } else {
      sheet.note(
          String.format(
              java.util.Locale.ROOT, "%s, one kind loses %.0f %%: promoted", which, 100 * loss),
          (double) promoted / decisions);
      sheet.note("  rolled back", (double) rolledBack / decisions);
      sheet.note("  probes", (double) given / decisions);
    }
  }

  /**
   * The incumbent masters kinds below the level and half of the one at it; the challenger one more.
   */
  private SimulatedSource probes(
      int level, double churn, double loss, int generation, SplittableRandom random) {
    List<SimulatedKind> laws = new ArrayList<>();
    for (int kind = 0; kind < KINDS; kind++) {
      double anchor = skill(kind, 3);
      double incumbent = skill(kind, level);
      double challenger = skill(kind, level + 1) - (kind == 2 ? loss : 0);
      laws.add(r -> draw(anchor, incumbent, challenger, churn, r));
    }
    return new SimulatedSource(SimulatedSource.kinds(KINDS, PROBES), laws, generation, random);
  }

  private static double skill(int kind, int level) {
    return kind < level ? .97 : kind == level ? .5 : 0;
  }

  /** The three share a probe's luck, but for the churn. */
  private ProbeResult draw(
      double anchor, double incumbent, double challenger, double churn, SplittableRandom random) {
    double luck = random.nextDouble();
    boolean solved = luck < challenger;
    // Luck of its own, so often that the churn comes out; it moves no mean.
    if (challenger > 0 && random.nextDouble() < churn / (2 * challenger * (1 - challenger))) {
      solved = random.nextDouble() < challenger;
    }
    return results.of(luck < anchor, luck < incumbent, solved);
  }
}
