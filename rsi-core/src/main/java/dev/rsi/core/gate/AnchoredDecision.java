package dev.rsi.core.gate;

import static java.util.stream.Collectors.joining;

import dev.rsi.api.CancelledException;
import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.GateFinding;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import dev.rsi.core.internal.probe.Margins;
import dev.rsi.core.internal.stats.Bets;
import dev.rsi.core.internal.stats.Evidence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One decision of an {@link AnchoredGate}: which probes to pull, and when to stop. */
final class AnchoredDecision {
  private static final Logger log = LoggerFactory.getLogger("dev.rsi.core.gate.AnchoredGate");

  private static final Set<Role> CHALLENGER = Set.of(Role.CHALLENGER);
  private static final Set<Role> PAIR = Set.of(Role.ANCHOR, Role.CHALLENGER);
  private static final Set<Role> ALL = Set.of(Role.ANCHOR, Role.INCUMBENT, Role.CHALLENGER);
  private static final Set<Role> BEST =
      Set.of(Role.ANCHOR, Role.INCUMBENT, Role.CHALLENGER, Role.BEST);

  /** Before so many probes of a kind, nothing is called hopeless. */
  private static final int SETTLED = 64;

  /** A straight line is drawn from this share of a kind's probes on. */
  private static final double FORESEEABLE = 0.25;

  /** A straight line that ends below this share of what is needed is hopeless. */
  private static final double IN_SIGHT = 0.4;

  /** So many standard deviations fewer losses than were seen might be to come. */
  private static final double LUCK = 2;

  /**
   * So many kinds are read twice in a decision: a second look is a call of the model of its own,
   * and with eighteen kinds would be a seventh of the gate's time.
   */
  private static final int RETESTED = 4;

  /** A pull of fewer is not worth a call of the model. */
  private static final int FEW = 8;

  /** So many signals are named in a reason. */
  private static final int NAMED = 3;

  private final Rules rules;
  private final ProbeSource source;
  private final Lineage lineage;
  private final List<ProbeKind> kinds;
  private final List<Tripwire> tripwires = new ArrayList<>();
  private final List<Signal> signals = new ArrayList<>();
  private final List<Retest> retests = new ArrayList<>();
  private final int references;
  private final Set<Role> roles;
  private final int[] limits;
  private final int[] taken;
  private final IntPredicate isHopeless = this::hopeless;
  private final Standing standing;
  private @Nullable Lineage refused;

  /**
   * A decision that has pulled nothing yet.
   *
   * @param lineage opened for this decision, with a row for each of {@link #signals}
   * @param kinds those that are no tripwires
   */
  AnchoredDecision(Rules rules, ProbeSource source, Lineage lineage, List<ProbeKind> kinds) {
    this.rules = rules;
    this.source = source;
    this.lineage = lineage;
    this.kinds = kinds;
    boolean best = readsBest(rules, source);
    this.references = best ? 3 : rules.incumbent() ? 2 : 1;
    this.roles = best ? BEST : rules.incumbent() ? ALL : PAIR;
    this.limits = kinds.stream().mapToInt(k -> Math.min(k.available(), rules.probes())).toArray();
    this.taken = new int[kinds.size()];
    signals.addAll(signals(rules, kinds, best));
    this.standing = stand();
  }

  /** Whether the best versions so far are a reference, too. */
  static boolean readsBest(Rules rules, ProbeSource source) {
    return rules.incumbent() && !rules.before() && source.roles().contains(Role.BEST);
  }

  /** The signals on such kinds, in order: against generation 0, the incumbent, and the best. */
  static List<Signal> signals(Rules rules, List<ProbeKind> kinds, boolean best) {
    List<Signal> signals = new ArrayList<>();
    for (ProbeKind kind : kinds) {
      String name = kind.name();
      signals.add(signal(rules, name, Role.ANCHOR, false));
      if (rules.incumbent()) {
        signals.add(signal(rules, name, Role.INCUMBENT, !rules.guards().contains(name)));
      }
      if (best) {
        signals.add(signal(rules, name, Role.BEST, false));
      }
    }
    return signals;
  }

  private static Signal signal(Rules rules, String kind, Role reference, boolean gains) {
    Margins margins = rules.margins(kind, reference);
    return new Signal(kind, reference, margins, gains, rules.safe(margins.limit()));
  }

  private Standing stand() {
    return new Standing(
        lineage,
        signals,
        tripwires,
        level(rules.error()),
        rules.falseAlarm(),
        rules.demandsGain(),
        rules.jump(),
        level(rules.noGain()),
        !rules.before());
  }

  private double level(double error) {
    return ErrorBudget.level(
        error, rules.fraction(), lineage.decisions(), lineage.promotions(), source.histories());
  }

  /** Decides, and closes the decision in the lineage however it ends. */
  GateDecision run() {
    boolean promoted = false;
    try {
      GateDecision decision = decide();
      promoted = decision.promotes();
      return decision;
    } finally {
      // Before there was an edition, no gate was told.
      refused = promoted && !rules.before() ? lineage.copy() : null;
      if (refused != null) {
        standing.close(refused, false);
      }
      standing.close(lineage, promoted);
    }
  }

  /** The lineage as it is if a PROMOTE does not go live; null where that makes no difference. */
  @Nullable Lineage refused() {
    return refused;
  }

  private GateDecision decide() {
    // Written before anything is closed: a decision records what it began with.
    try {
      List<String> faults = faults();
      if (!faults.isEmpty()) {
        return unsound(faults);
      }
      pullTripwires();
      if (standing.tripped()) {
        return rollback("Tripped: " + list(tripwires, t -> t.hits() > 0) + ".");
      }
      if (!standing.untouched()) {
        return hold("Not probed in full: " + list(tripwires, t -> !t.untouched()) + ".");
      }
      if (signals.isEmpty()) {
        return hold("There are no probes to decide on.");
      }
      if (any(this::impossible)) {
        return hold("Too few probes to prove safety at these margins: " + kindsThat() + ".");
      }
      while (true) {
        Action action = standing.action();
        if (action == Action.ROLLBACK) {
          return rollback(harmWords());
        }
        if (action == Action.PROMOTE) {
          faults = faults();
          return faults.isEmpty() ? promote() : unsound(faults);
        }
        int next = next();
        if (next < 0) {
          return hold(holdWords());
        }
        pull(next);
      }
    } catch (CancelledException e) {
      throw e;
    } catch (RuntimeException e) {
      return hold("The probes failed: " + e);
    }
  }

  private List<String> faults() {
    List<String> faults = source.faults();
    standing.faults(faults.size());
    return faults;
  }

  private GateDecision unsound(List<String> faults) {
    return hold(DecisionRecord.UNSOUND + String.join("; ", faults) + ".");
  }

  private void pullTripwires() {
    for (ProbeKind kind : source.kinds()) {
      if (rules.tripwires().contains(kind.name())) {
        // Counts as not probed, should the pull fail.
        tripwires.add(new Tripwire(kind.name(), kind.available(), 0, 0, 0));
        List<ProbeResult> results = source.pull(kind.name(), kind.available(), CHALLENGER);
        long hits = 0;
        long missing = 0;
        for (ProbeResult result : results) {
          Double reading = result.reading(Role.CHALLENGER);
          missing += reading == null ? 1 : 0;
          hits += reading != null && reading < 1 ? 1 : 0;
        }
        tripwires.set(
            tripwires.size() - 1,
            new Tripwire(kind.name(), kind.available(), results.size(), hits, missing));
      }
    }
  }

  private void pull(int kind) {
    int wanted = Math.min(enough(kind), limits[kind] - taken[kind]);
    List<ProbeResult> results = source.pull(kinds.get(kind).name(), wanted, roles);
    if (results.size() > wanted) {
      throw new IllegalStateException(
          "Asked for (" + wanted + ") probes, got (" + results.size() + ").");
    }
    taken[kind] += results.size();
    if (results.size() < wanted) {
      limits[kind] = taken[kind];
    }
    for (int i = kind * references; i < (kind + 1) * references; i++) {
      Signal signal = signals.get(i);
      for (int k = 0; k < results.size(); k++) {
        signal.add(results.get(k));
      }
      standing.weigh(i);
    }
    if (taken[kind] == results.size() && rules.incumbent() && isRetested(kind)) {
      retest(kinds.get(kind).name(), wanted);
    }
  }

  /** A few kinds in every decision, each in its turn. */
  private boolean isRetested(int kind) {
    int turns = (kinds.size() + RETESTED - 1) / RETESTED;
    return (kind + lineage.decisions()) % turns == 0;
  }

  /** A look at the noise, after the first pull of a kind; without it the decision is as good. */
  private void retest(String kind, int count) {
    try {
      List<ProbeResult> twice = source.retest(kind, count);
      if (!twice.isEmpty()) {
        retests.add(Retest.of(kind, twice));
      }
    } catch (CancelledException e) {
      throw e;
    } catch (RuntimeException e) {
      log.warn("the incumbent could not be read twice on kind ({})", kind, e);
    }
  }

  /**
   * So many probes of a kind as should prove harm at the rate of those seen, a batch at most: a
   * large batch near the end would mostly be probes of a verdict that is out.
   */
  private int enough(int kind) {
    double least = rules.before() ? rules.batch() : ceiling(kind);
    for (int i = kind * references; i < (kind + 1) * references; i++) {
      double rate = signals.get(i).harm().log() / Math.max(1, taken[kind]);
      if (rate > 0 && signals.get(i).condemns()) {
        double lacking = standing.ownHarmNeeded() - standing.harmLog(i);
        least = Math.min(least, Math.ceil(lacking / rate));
      }
    }
    return (int) Math.max(1, least);
  }

  /**
   * The most that a pull takes. After the first pull of a kind, and until it is proven safe, as
   * many as should do: if none changed, or at the rate of those seen. So whoever reads many at once
   * reads them at once, harm shows as early, and a large batch does not end far beyond the proof.
   */
  private int ceiling(int kind) {
    int batch = rules.batch();
    int most = taken[kind] == 0 ? batch : Math.max(batch, source.together());
    if (most <= FEW || standing.safe() || any(isHopeless)) {
      return batch;
    }
    int lacking = 0;
    for (int i = kind * references; i < (kind + 1) * references; i++) {
      while (!standing.safe(i) && lacking < most && !isSafeAfter(i, lacking)) {
        lacking++;
      }
    }
    return lacking == 0 ? batch : Math.max(Math.min(batch, FEW), lacking);
  }

  private boolean isSafeAfter(int signal, int more) {
    Evidence safe = signals.get(signal).safe();
    double n = taken[signal / references];
    return safe.logAfterSame(more) >= standing.needed()
        || (n > 0 && safe.logTimes((n + more) / n) >= standing.needed());
  }

  /** Which kind to probe next, -1 if no probe is likely to settle anything. */
  private int next() {
    int best = -1;
    double most = Double.NEGATIVE_INFINITY;
    boolean hopeless = any(isHopeless);
    boolean safe = standing.safe();
    boolean gained = standing.gained();
    for (int i = 0; i < signals.size(); i++) {
      double weight = Double.NEGATIVE_INFINITY;
      if (hopeless) {
        weight = !spent(i) && harmInSight(i) ? standing.harmLog(i) : weight;
      } else if (!safe) {
        weight = standing.safe(i) ? weight : -standing.safeLog(i);
      } else if (!gained) {
        weight = !spent(i) && (gainInSight(i) || pooled(i)) ? standing.gainLog(i) : weight;
      }
      if (weight > most) {
        best = i;
        most = weight;
      }
    }
    return best < 0 ? -1 : best / references;
  }

  private boolean any(IntPredicate which) {
    for (int i = 0; i < signals.size(); i++) {
      if (which.test(i)) {
        return true;
      }
    }
    return false;
  }

  private boolean spent(int signal) {
    return taken[signal / references] >= limits[signal / references];
  }

  /** Whether not even a gain on every probe could prove safety. */
  private boolean impossible(int signal) {
    Bets bets = rules.safe(signals.get(signal).margins().limit());
    return bets.logWealth(0, 0, limits[signal / references]) < standing.needed();
  }

  /** Whether safety is not to be expected any more. */
  private boolean hopeless(int signal) {
    if (standing.safe(signal)) {
      return false;
    }
    if (spent(signal)) {
      return true;
    }
    int n = taken[signal / references];
    int limit = limits[signal / references];
    Evidence safe = signals.get(signal).safe();
    return (n >= Math.min(SETTLED, limit * FORESEEABLE)
            && safe.logAfterSame(limit - n) < standing.needed())
        || (n >= limit * FORESEEABLE
            && safe.logTimes((double) limit / n) < IN_SIGHT * standing.needed()
            && (rules.before() || safe.logInLuck(limit - n, LUCK) < standing.needed()));
  }

  private boolean harmInSight(int signal) {
    int n = taken[signal / references];
    if (n == 0) {
      return false;
    }
    double times = (double) limits[signal / references] / n;
    return signals.get(signal).condemns()
        && lineage.log(signal, signals.get(signal).harm(), times) >= standing.ownHarmNeeded();
  }

  /** Whether a kind is one of those that together may prove a gain. */
  private boolean pooled(int signal) {
    if (!signals.get(signal).gains()) {
      return false;
    }
    double times = (double) IntStream.of(limits).sum() / Math.max(1, IntStream.of(taken).sum());
    return standing.pooledLog(times) >= IN_SIGHT * standing.pooledNeeded();
  }

  private boolean gainInSight(int signal) {
    int n = taken[signal / references];
    return signals.get(signal).gains()
        && n > 0
        && signals.get(signal).gain().logTimes((double) limits[signal / references] / n)
            >= IN_SIGHT * standing.gainNeeded();
  }

  private GateDecision promote() {
    String gained =
        standing.demandsGain()
            ? ", and better: "
                + list(
                    heaviest(standing::gainLog).limit(1).mapToObj(signals::get).toList(), s -> true)
            : "";
    return GateDecision.promote("Every kind is proven safe" + gained + ".", write());
  }

  private GateDecision rollback(String reason) {
    return GateDecision.rollback(reason, write());
  }

  private GateDecision hold(String reason) {
    return GateDecision.hold(reason, write());
  }

  private List<GateFinding> write() {
    return DecisionRecord.write(standing, retests, rules, source);
  }

  private String harmWords() {
    int worst = heaviest(standing::harmLog).findFirst().orElse(0);
    Signal signal = signals.get(worst);
    // What earlier decisions multiplied the bets by, beside what this one did.
    double before = lineage.carriedLog(worst) - Math.log(1 - ErrorBudget.tail(lineage.decisions()));
    boolean sudden = signal.harm().log() >= before;
    return (sudden ? "Proven worse: " : "Worse in steps over the lineage: ") + signal.words() + ".";
  }

  private String holdWords() {
    if (!standing.safe()) {
      IntPredicate which = any(isHopeless) ? isHopeless : i -> !standing.safe(i);
      List<Integer> open =
          IntStream.range(0, signals.size())
              .filter(which)
              .boxed()
              .sorted(Comparator.comparingDouble(standing::safeLog))
              .toList();
      String named =
          open.stream()
              .limit(NAMED)
              .map(i -> Lacking.safety(signals.get(i), standing.needed(), left(i)))
              .collect(joining("; "));
      long unproven = IntStream.range(0, signals.size()).filter(i -> !standing.safe(i)).count();
      long more = unproven - Math.min(open.size(), NAMED);
      return "Not proven safe: " + named + (more > 0 ? "; and " + more + " more." : ".");
    }
    int jumped = standing.jumped();
    if (standing.gained() && jumped >= 0) {
      return "A person should look, since it gained more than "
          + DecisionRecord.percent(rules.jump())
          + ": "
          + signals.get(jumped).words()
          + ".";
    }
    int most = heaviest(standing::gainLog).findFirst().orElse(0);
    return "Every kind is proven safe, but none is proven better than the incumbent: "
        + Lacking.gain(standing, signals.get(most), left(most))
        + ".";
  }

  /** How many probes of a signal's kind are left. */
  private int left(int signal) {
    return limits[signal / references] - taken[signal / references];
  }

  private String kindsThat() {
    return IntStream.range(0, signals.size())
        .filter(this::impossible)
        .map(i -> i / references)
        .distinct()
        .mapToObj(
            k -> {
              String kind = kinds.get(k).name();
              int least = rules.fewest(kind, standing.needed());
              return kind + " (" + limits[k] + " probes of " + least + ")";
            })
        .limit(NAMED)
        .collect(joining("; "));
  }

  private interface Weight {
    double of(int signal);
  }

  private IntStream heaviest(Weight weight) {
    return IntStream.range(0, signals.size())
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -weight.of(i)))
        .mapToInt(i -> i);
  }

  private static <E> String list(List<E> all, java.util.function.Predicate<E> which) {
    List<E> found = all.stream().filter(which).toList();
    String named =
        found.stream()
            .limit(NAMED)
            .map(e -> e instanceof Signal s ? s.words() : ((Tripwire) e).words())
            .collect(joining("; "));
    return found.size() <= NAMED ? named : named + "; and " + (found.size() - NAMED) + " more";
  }
}
