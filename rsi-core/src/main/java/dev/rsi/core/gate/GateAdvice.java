package dev.rsi.core.gate;

import static java.util.stream.Collectors.joining;

import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What the margins asked for will cost and show, before anything is run: see {@link
 * AnchoredGate#advise}. Field terms: power analysis, sample size.
 *
 * @param decision number of the decision in its lineage that it holds for; later ones cost more
 * @param least by kind: the fewest probes that can prove safety, when none of them flips
 * @param probes by kind: mean probes of a clean challenger
 * @param promoted by kind: how likely a clean challenger is proven safe, in [0, 1]
 * @param drop by kind: the loss against generation 0 that is rolled back with probability 0.8, as a
 *     share of the kind's probes; 1 if no loss is
 * @param impossible kinds whose probes cannot prove safety unless the challenger gains on them:
 *     sampling cannot certify these margins
 */
public record GateAdvice(
    long decision,
    Map<String, Integer> least,
    Map<String, Double> probes,
    Map<String, Double> promoted,
    Map<String, Double> drop,
    List<String> impossible) {

  private static final int RUNS = 200;
  private static final int STEPS = 8;
  private static final double POWER = 0.8;
  private static final long SEED = 20;

  public GateAdvice {
    least = Collections.unmodifiableMap(new LinkedHashMap<>(least));
    probes = Collections.unmodifiableMap(new LinkedHashMap<>(probes));
    promoted = Collections.unmodifiableMap(new LinkedHashMap<>(promoted));
    drop = Collections.unmodifiableMap(new LinkedHashMap<>(drop));
    impossible = List.copyOf(impossible);
  }

  /** Mean probes of a decision on a clean challenger, over all kinds. */
  public double total() {
    return probes.values().stream().mapToDouble(n -> n).sum();
  }

  static GateAdvice of(AnchoredGate gate, List<ProbeKind> kinds, double churn, long decision) {
    if (!(churn >= 0 && churn < 1)) {
      throw new IllegalArgumentException("churn (" + churn + ") must be in [0, 1).");
    }
    Map<String, Integer> least = new LinkedHashMap<>();
    Map<String, Double> probes = new LinkedHashMap<>();
    Map<String, Double> promoted = new LinkedHashMap<>();
    Map<String, Double> drop = new LinkedHashMap<>();
    List<String> impossible = new ArrayList<>();
    Rules rules = gate.rules();
    List<ProbeKind> judged =
        kinds.stream().filter(k -> !rules.tripwires().contains(k.name())).toList();
    // Kinds of equal size and margins cost the same; an alarm is shared among all signals.
    int signals = judged.size() * (rules.incumbent() ? 2 : 1);
    AnchoredGate alone =
        gate.gain(false).jumpLimit(1).falseAlarm(rules.falseAlarm() / Math.max(1, signals));
    Map<List<Object>, double[]> measured = new HashMap<>();
    for (ProbeKind kind : judged) {
      String name = kind.name();
      int limit = Math.min(kind.available(), rules.probes());
      double level = ErrorBudget.level(rules.error(), rules.fraction(), decision, 0, 1);
      int needed = rules.fewest(name, -Math.log(level));
      double[] cost =
          measured.computeIfAbsent(
              List.of(limit, rules.margins(name, Role.ANCHOR), rules.margins(name, Role.INCUMBENT)),
              k -> measure(alone.only(name), kind, churn, decision));
      least.put(name, needed);
      probes.put(name, cost[0]);
      promoted.put(name, cost[1]);
      drop.put(name, cost[2]);
      if (needed > limit) {
        impossible.add(name);
      }
    }
    return new GateAdvice(decision, least, probes, promoted, drop, impossible);
  }

  private static double[] measure(AnchoredGate gate, ProbeKind kind, double churn, long decision) {
    Trial clean = new Trial(kind, churn, 0, decision);
    int promoted = clean.count(gate, Action.PROMOTE);
    double low = 0;
    double high = 1;
    for (int i = 0; i < STEPS; i++) {
      double middle = (low + high) / 2;
      if (new Trial(kind, churn, middle, decision).count(gate, Action.ROLLBACK) >= POWER * RUNS) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return new double[] {(double) clean.given / RUNS, (double) promoted / RUNS, high};
  }

  /** Simulated decisions on one kind. */
  private static final class Trial implements ProbeSource {
    private static final ProbeResult LOST = result(1, 0);
    private static final ProbeResult GAINED = result(0, 1);
    private static final ProbeResult SAME = result(1, 1);

    private final ProbeKind kind;
    private final double churn;
    private final double drift;
    private final long decision;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private long given;

    Trial(ProbeKind kind, double churn, double drift, long decision) {
      this.kind = kind;
      this.churn = churn;
      this.drift = drift;
      this.decision = decision;
    }

    private static ProbeResult result(double reference, double challenger) {
      return new ProbeResult(
          "simulated",
          Map.of(Role.ANCHOR, reference, Role.INCUMBENT, reference, Role.CHALLENGER, challenger));
    }

    int count(AnchoredGate gate, Action action) {
      int count = 0;
      for (int run = 0; run < RUNS; run++) {
        // A lineage of its own: the error probability of a changed gate is what is asked about.
        count += gate.gain(false).decide(this).action() == action ? 1 : 0;
      }
      return count;
    }

    @Override
    public List<ProbeKind> kinds() {
      return List.of(kind);
    }

    @Override
    public long ordinal() {
      return decision;
    }

    @Override
    public List<ProbeResult> pull(String name, int count, Set<Role> roles) {
      List<ProbeResult> results = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        double luck = random.nextDouble();
        double lost = Math.min(1, churn / 2 + drift);
        results.add(luck < lost ? LOST : luck < lost + churn / 2 ? GAINED : SAME);
      }
      given += count;
      return results;
    }
  }

  /** For people. */
  @Override
  public String toString() {
    String rows =
        probes.keySet().stream()
            .map(
                kind ->
                    String.format(
                        Locale.ROOT,
                        "  %-32s %6.0f probes (%d at least), promoted %5.1f %%, sees a drop of %s",
                        kind,
                        number(probes.get(kind)),
                        least.getOrDefault(kind, 0),
                        100 * number(promoted.get(kind)),
                        number(drop.get(kind)) >= 1
                            ? "nothing"
                            : DecisionRecord.percent(number(drop.get(kind)))))
            .collect(joining("\n"));
    return String.format(
            Locale.ROOT,
            "Decision %d on a clean challenger costs about %.0f probes:%n",
            decision,
            total())
        + rows
        + (impossible.isEmpty()
            ? ""
            : "\nToo few probes to prove safety at these margins: "
                + String.join(", ", impossible)
                + ".\nMaybe more probes, a wider limit, or a tripwire.");
  }

  private static double number(@Nullable Double value) {
    return value == null ? 0 : value;
  }
}
