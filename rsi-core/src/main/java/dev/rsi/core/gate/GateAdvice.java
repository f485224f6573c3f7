package dev.rsi.core.gate;

import static java.util.stream.Collectors.joining;

import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import java.math.BigDecimal;
import java.time.Duration;
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
 * @param last by kind: the last decision of a lineage in which unchanged probes can prove safety, 0
 *     if not even the first
 * @param gain the true gain, as a share of a kind's probes, that the odds are of
 * @param onOne what becomes of a challenger that truly gained as much on one kind, each in turn, of
 *     the whole decision over all kinds
 * @param onAll the same of one that gained as much on every kind
 */
public record GateAdvice(
    long decision,
    Map<String, Integer> least,
    Map<String, Double> probes,
    Map<String, Double> promoted,
    Map<String, Double> drop,
    List<String> impossible,
    Map<String, Long> last,
    double gain,
    Odds onOne,
    Odds onAll) {

  /** The gain that is spoken of where none is named: five probes in a hundred. */
  public static final double DEFAULT_GAIN = 0.05;

  private static final int RUNS = 200;
  private static final int STEPS = 8;
  private static final double POWER = 0.8;
  private static final long SEED = 20;
  private static final long MANY = 100_000;
  private static final List<Integer> PLANNED_KINDS = List.of(1, 2, 3, 5, 8, 12, 20);
  private static final List<Double> PLANNED_LIMITS =
      List.of(.02, .03, .04, .05, .06, .08, .10, .15);
  private static final double PLANNED_CHURN = 0.02;
  private static final Odds NOTHING = new Odds(0, 0, 0);

  /** Tolerated is a fifth of the limit, as by default. */
  private static final double TOLERATED = 5;

  /** The limit against the incumbent is so much wider, as by default. */
  private static final double WIDER = 1.6;

  public GateAdvice {
    least = Collections.unmodifiableMap(new LinkedHashMap<>(least));
    probes = Collections.unmodifiableMap(new LinkedHashMap<>(probes));
    promoted = Collections.unmodifiableMap(new LinkedHashMap<>(promoted));
    drop = Collections.unmodifiableMap(new LinkedHashMap<>(drop));
    impossible = List.copyOf(impossible);
    last = Collections.unmodifiableMap(new LinkedHashMap<>(last));
  }

  /**
   * What becomes of a challenger, by simulated decisions of the gate itself.
   *
   * @param promoted how often it is promoted, in [0, 1]. Field term: power
   * @param rolledBack how often it is rolled back, in [0, 1]; what is left is HOLD
   * @param probes mean probes of a decision, over all kinds
   */
  public record Odds(double promoted, double rolledBack, double probes) {
    /**
     * Mean answers of a decision, where a probe is answered once by each version: by two, as
     * generation 0 is the incumbent of the first decision, and later ones know most of what the
     * incumbent answered.
     */
    public double answers() {
      return 2 * probes;
    }

    /**
     * Mean time of a decision.
     *
     * @param perAnswer what one answer takes
     * @param atOnce how many are answered at a time, 1 or more
     */
    public Duration time(Duration perAnswer, int atOnce) {
      if (atOnce < 1) {
        throw new IllegalArgumentException("atOnce (" + atOnce + ") must be >= 1.");
      }
      return Duration.ofMillis(Math.round(perAnswer.toMillis() * answers() / atOnce));
    }

    /**
     * Mean cost of a decision.
     *
     * @param perAnswer what one answer costs, in any currency
     */
    public BigDecimal money(BigDecimal perAnswer) {
      return perAnswer.multiply(BigDecimal.valueOf(Math.round(answers())));
    }
  }

  /** Mean probes of a decision on a clean challenger, over all kinds. */
  public double total() {
    return probes.values().stream().mapToDouble(n -> n).sum();
  }

  static GateAdvice of(
      AnchoredGate gate, List<ProbeKind> kinds, double churn, long decision, double gain) {
    if (!(gain >= 0 && gain <= 1)) {
      throw new IllegalArgumentException("gain (" + gain + ") must be in [0, 1].");
    }
    if (!(churn >= 0 && churn < 1)) {
      throw new IllegalArgumentException("churn (" + churn + ") must be in [0, 1).");
    }
    Map<String, Integer> least = new LinkedHashMap<>();
    Map<String, Double> probes = new LinkedHashMap<>();
    Map<String, Double> promoted = new LinkedHashMap<>();
    Map<String, Double> drop = new LinkedHashMap<>();
    Map<String, Long> last = new LinkedHashMap<>();
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
      last.put(name, SmallBank.last(rules, kind));
      probes.put(name, cost[0]);
      promoted.put(name, cost[1]);
      drop.put(name, cost[2]);
      if (needed > limit) {
        impossible.add(name);
      }
    }
    return new GateAdvice(
        decision,
        least,
        probes,
        promoted,
        drop,
        impossible,
        last,
        gain,
        odds(gate, kinds, churn, decision, gain, false),
        odds(gate, kinds, churn, decision, gain, true));
  }

  private static Odds odds(
      AnchoredGate gate,
      List<ProbeKind> kinds,
      double churn,
      long decision,
      double gain,
      boolean everywhere) {
    return gate.rehearsal()
        .of(
            gate,
            new Rehearsal.Asked(
                gate.rules(), kinds, churn, decision, gain, everywhere, Rehearsal.SECOND));
  }

  /**
   * The other way round: sets of probes that a number of answers allows, and with which a
   * challenger that truly gained so much on one kind is promoted in four of five decisions. One for
   * each number of kinds with which that can be had, by the narrowest limit with which it can.
   * Simulated in some seconds, for a first decision and 2 % churn; none if the answers are too few
   * for the gain.
   *
   * @param answers of all versions together in one decision, 2 or more, if no probe were spared
   * @param gain true gain on one kind, as a share of its probes, in (0, 1]
   */
  public static List<Plan> plan(long answers, double gain) {
    if (answers < 2) {
      throw new IllegalArgumentException("answers (" + answers + ") must be >= 2.");
    }
    if (!(gain > 0 && gain <= 1)) {
      throw new IllegalArgumentException("gain (" + gain + ") must be in (0, 1].");
    }
    List<Plan> plans = new ArrayList<>();
    for (int kinds : PLANNED_KINDS) {
      int probes = (int) Math.min(Rules.PROBES, answers / (2L * kinds));
      int low = -1;
      int high = PLANNED_LIMITS.size();
      Plan plan = null;
      // Wider limits are proven the sooner.
      while (high - low > 1) {
        int middle = (low + high) / 2;
        Plan tried = Plan.of(kinds, probes, PLANNED_LIMITS.get(middle), gain);
        if (tried != null && tried.onOne().promoted() >= POWER) {
          plan = tried;
          high = middle;
        } else {
          low = middle;
        }
      }
      if (plan != null) {
        plans.add(plan);
      }
    }
    return plans;
  }

  /**
   * A set of probes that would do.
   *
   * @param kinds how many kinds
   * @param probes of each kind
   * @param limit that is proven not to be lost against generation 0; {@code margins(limit / 5,
   *     limit)} and {@code incumbentMargins(limit / 5, 1.6 * limit)} set it
   * @param onOne what becomes of a challenger with the gain wanted on one kind
   */
  public record Plan(int kinds, int probes, double limit, Odds onOne) {
    /** A gate with the limit. */
    public AnchoredGate gate() {
      return DriftGates.anchored()
          .margins(limit / TOLERATED, limit)
          .incumbentMargins(limit / TOLERATED, WIDER * limit);
    }

    private static @Nullable Plan of(int kinds, int probes, double limit, double gain) {
      if (probes < 1) {
        return null;
      }
      List<ProbeKind> all = new ArrayList<>();
      for (int k = 1; k <= kinds; k++) {
        all.add(new ProbeKind("kind " + k, probes));
      }
      AnchoredGate gate = new Plan(kinds, probes, limit, NOTHING).gate();
      if (SmallBank.of(gate.rules(), all, 1).narrow()) {
        return null;
      }
      Odds odds =
          gate.rehearsal()
              .of(
                  gate,
                  new Rehearsal.Asked(
                      gate.rules(), all, PLANNED_CHURN, 1, gain, false, Rehearsal.SECOND / 40));
      return new Plan(kinds, probes, limit, odds);
    }

    /** For people. */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d %s of %d probes, limit %s: promoted in %.0f %% of decisions, after %.0f answers",
          kinds,
          kinds == 1 ? "kind" : "kinds",
          probes,
          DecisionRecord.percent(limit),
          100 * onOne.promoted(),
          onOne.answers());
    }
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
                        "  %-32s %6.0f probes (%d at least), proven safe %5.1f %%,"
                            + " sees a drop of %s, serves %s",
                        kind,
                        number(probes.get(kind)),
                        least.getOrDefault(kind, 0),
                        100 * number(promoted.get(kind)),
                        number(drop.get(kind)) >= 1
                            ? "nothing"
                            : DecisionRecord.percent(number(drop.get(kind))),
                        serves(last.getOrDefault(kind, 0L))))
            .collect(joining("\n"));
    return "Decision "
        + decision
        + " on a challenger that truly gained "
        + DecisionRecord.percent(gain)
        + "\n"
        + words("on one kind", onOne)
        + words("on every kind", onAll)
        + "Each kind by itself, on a clean challenger:\n"
        + rows
        + (impossible.isEmpty()
            ? ""
            : "\nToo few probes to prove safety at these margins: "
                + String.join(", ", impossible)
                + ".\nMaybe more probes, a wider limit, or a tripwire.");
  }

  private static String words(String where, Odds odds) {
    return String.format(
        Locale.ROOT,
        "  %-14s is promoted in %3.0f %% of decisions, after %.0f probes, %.0f answers\n",
        where,
        100 * odds.promoted(),
        odds.probes(),
        odds.answers());
  }

  private static String serves(long decisions) {
    return decisions == 0
        ? "no decision"
        : decisions > MANY ? "any number of decisions" : "decisions 1 to " + decisions;
  }

  private static double number(@Nullable Double value) {
    return value == null ? 0 : value;
  }
}
