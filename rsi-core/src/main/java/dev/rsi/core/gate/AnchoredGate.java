package dev.rsi.core.gate;

import static java.util.stream.Collectors.joining;

import com.google.common.math.IntMath;
import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import dev.rsi.core.internal.probe.Margins;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A gate whose error rates hold over a lineage without end. Every probe is run on the challenger,
 * on generation 0 and on the incumbent; the drift D is the reference's reading less the
 * challenger's. Field terms: sequential non-inferiority test with e-values; tolerated and limit are
 * equivalence and non-inferiority margins.
 *
 * <ul>
 *   <li><b>PROMOTE</b> needs proof: for every kind and both references, evidence that less than its
 *       <em>limit</em> was lost; and, unless {@link #gain} is off, evidence that some kind is
 *       better than the incumbent. Over all decisions of the lineage together, a challenger that
 *       lost the limit or more on any kind is ever promoted with probability at most {@link
 *       #error}, and so is one that gained nowhere.
 *   <li><b>ROLLBACK</b> needs proof as well: evidence of a loss above what is <em>tolerated</em>,
 *       from this challenger alone or added up over the lineage. While every live version was
 *       clean, a clean challenger is ever rolled back with probability at most {@link #falseAlarm}.
 *       A tripwire that was hit is ROLLBACK at once.
 *   <li><b>HOLD</b> is everything else: probes used up, lost or broken, no verdict in sight, a gain
 *       that a person should look at first.
 * </ul>
 *
 * <p>Evidence is the wealth of bets on the drift, read after every few probes, so stopping early
 * costs no error. The next probe goes to what is least proven. Losses of one kind are never paid by
 * gains of another. A missing reading counts as the worst for each claim. docs/drift-gate.md has
 * the assumptions, the proofs and the measured rates.
 *
 * <p>The settings are immutable; the setters return a changed gate with a new lineage. The gate
 * remembers its lineage from decision to decision, by {@link ProbeSource#ordinal}: decision 1
 * begins a new one, later ones must follow in order. After a restart, {@link #after} restores it
 * from the last decision's findings. One lineage needs one gate; calls are serialised.
 */
public final class AnchoredGate implements DriftGate {
  /**
   * Probability of ever promoting an unsafe challenger: the usual one in twenty, but per lineage.
   */
  public static final double DEFAULT_ERROR = Rules.ERROR;

  /** Probability of ever rolling back a clean challenger: one in twenty, per lineage. */
  public static final double DEFAULT_FALSE_ALARM = Rules.FALSE_ALARM;

  /**
   * Probability of ever promoting a challenger that is better on no kind: one in five. Such a
   * promotion harms nobody, since what it may lose is bounded by {@link #error} all the same.
   */
  public static final double DEFAULT_GAIN_ERROR = Rules.GAIN_ERROR;

  /** Loss against either reference that is never called harm: one probe in a hundred. */
  public static final double DEFAULT_TOLERATED = Rules.TOLERATED;

  /**
   * Loss against generation 0 that is never knowingly promoted: one probe in twenty. Halving it
   * doubles the probes a decision needs.
   */
  public static final double DEFAULT_LIMIT = Rules.LIMIT;

  /**
   * Loss against the incumbent that is never knowingly promoted; wider, because it only guards what
   * was gained since generation 0, and a new skill flips more probes than an old one.
   */
  public static final double DEFAULT_INCUMBENT_LIMIT = Rules.INCUMBENT_LIMIT;

  /** Limit for {@link #critical} kinds, against both references. */
  public static final double DEFAULT_CRITICAL_LIMIT = 0.03;

  /** Probes per pull: few enough to stop early, enough to batch. */
  public static final int DEFAULT_BATCH = Rules.BATCH;

  /** Most probes per kind: enough at the default margins with one probe in twenty-five flipping. */
  public static final int DEFAULT_PROBES = Rules.PROBES;

  private static final String INSISTS = ", even if small";

  private final Rules rules;
  private final boolean insists;
  private final Rehearsal rehearsal = new Rehearsal();
  private @Nullable Lineage lineage;
  // Instead of that, if the last PROMOTE does not go live.
  private @Nullable Lineage refused;
  private List<String> names = List.of();

  private AnchoredGate(Rules rules, boolean insists) {
    this.rules = rules;
    this.insists = insists;
  }

  @Override
  public String describe() {
    return "anchored gate, " + rules.describe() + (insists ? INSISTS : "");
  }

  /**
   * This gate by the arithmetic that a record was made by, so that a run which began before gains
   * were pooled decides again what it decided.
   *
   * @param description as {@link #describe} gave it, or the name of its class, as the first records
   *     have it
   */
  public AnchoredGate asRecorded(String description) {
    // To insist decides nothing: a run of before one could goes on with a gate that does.
    AnchoredGate now = new AnchoredGate(rules, insists && description.endsWith(INSISTS));
    AnchoredGate before = now.before();
    boolean isOld =
        description.equals(before.describe()) || description.equals(AnchoredGate.class.getName());
    return isOld ? before : now;
  }

  AnchoredGate before() {
    return with(r -> r.edition = 1);
  }

  static AnchoredGate withDefaults() {
    return new AnchoredGate(Rules.DEFAULT, false);
  }

  /**
   * With another probability of ever promoting an unsafe challenger.
   *
   * @param newError in (0, 1); default {@value #DEFAULT_ERROR}
   */
  public AnchoredGate error(double newError) {
    return with(r -> r.error = share("error", newError));
  }

  /**
   * With another probability of ever rolling back a clean challenger.
   *
   * @param newFalseAlarm in (0, 1); default {@value #DEFAULT_FALSE_ALARM}
   */
  public AnchoredGate falseAlarm(double newFalseAlarm) {
    return with(r -> r.falseAlarm = share("falseAlarm", newFalseAlarm));
  }

  /**
   * With another probability of ever promoting a challenger that is better on no kind. It is apart
   * from {@link #error}, as a promotion without a gain is no loss.
   *
   * @param newGainError in (0, 1); default {@value #DEFAULT_GAIN_ERROR}
   */
  public AnchoredGate gainError(double newGainError) {
    return with(r -> r.gainError = share("gainError", newGainError));
  }

  /**
   * With {@link #error} as a bound on the expected share of unsafe promotions among all promotions,
   * instead of the probability of a single one. Each promotion then pays for later ones, so that
   * decisions cost up to half fewer probes. Not for kinds where one unsafe promotion is too many.
   */
  public AnchoredGate errorAsShare() {
    return with(r -> r.fraction = true);
  }

  /**
   * With other margins against generation 0, for kinds without margins of their own.
   *
   * @param tolerated net share of a kind's probes that may get worse without being called harm, in
   *     [0, limit); default {@value #DEFAULT_TOLERATED}
   * @param limit net share that must not get worse, in (tolerated, 1); default {@value
   *     #DEFAULT_LIMIT}. A kind without a single loss is proven safe after about {@code (ln(1 /
   *     spent) + 1.5) / limit} probes, where {@code spent} is the share of {@link #error} that the
   *     decision may spend
   */
  public AnchoredGate margins(double tolerated, double limit) {
    return with(r -> r.toAnchor = new Margins(tolerated, limit));
  }

  /**
   * With other margins against the incumbent, for kinds without margins of their own.
   *
   * @param tolerated as in {@link #margins(double, double)}; default {@value #DEFAULT_TOLERATED}
   * @param limit as in {@link #margins(double, double)}; default {@value #DEFAULT_INCUMBENT_LIMIT}
   */
  public AnchoredGate incumbentMargins(double tolerated, double limit) {
    return with(r -> r.toIncumbent = new Margins(tolerated, limit));
  }

  /**
   * With margins of its own for one kind, against both references.
   *
   * @param kind name of the kind
   * @param tolerated as in {@link #margins(double, double)}
   * @param limit as in {@link #margins(double, double)}
   */
  public AnchoredGate margins(String kind, double tolerated, double limit) {
    Map<String, Margins> byKind = new HashMap<>(rules.byKind());
    byKind.put(kind, new Margins(tolerated, limit));
    return with(r -> r.byKind = byKind);
  }

  /**
   * With the narrow margins of {@value #DEFAULT_TOLERATED} and {@value #DEFAULT_CRITICAL_LIMIT} for
   * kinds that matter most.
   *
   * @param kinds their names
   */
  public AnchoredGate critical(String... kinds) {
    AnchoredGate gate = this;
    for (String kind : kinds) {
      gate = gate.margins(kind, DEFAULT_TOLERATED, DEFAULT_CRITICAL_LIMIT);
    }
    return gate;
  }

  /**
   * With kinds of which no probe may fail: each is run in full on the challenger before anything
   * else, and any reading below 1 is ROLLBACK. They take no part in the margins.
   *
   * @param kinds their names
   */
  public AnchoredGate tripwires(String... kinds) {
    Set<String> tripwires = new HashSet<>(rules.tripwires());
    tripwires.addAll(List.of(kinds));
    return with(r -> r.tripwires = tripwires);
  }

  /**
   * With kinds on which a gain is none: they have to be kept, and being better on them is no reason
   * to go live. A closed gap, say, may come of getting worse on the one side of it.
   *
   * @param kinds their names
   */
  public AnchoredGate guards(String... kinds) {
    Set<String> guards = new HashSet<>(rules.guards());
    guards.addAll(List.of(kinds));
    return with(r -> r.guards = guards);
  }

  /**
   * With a limit for gains: a challenger that would be promoted, but gained more than this on some
   * kind against the incumbent, is HOLD until a person has looked. A sudden gain may be a leak.
   *
   * @param share of a kind's probes, in (0, 1]; default 1, any gain
   */
  public AnchoredGate jumpLimit(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("jumpLimit (" + share + ") must be in (0, 1].");
    }
    return with(r -> r.jump = share);
  }

  /**
   * Whether a challenger must be proven better than the incumbent on some kind.
   *
   * @param demanded default true; false for challengers that need only be safe
   */
  public AnchoredGate gain(boolean demanded) {
    return with(r -> r.gain = demanded);
  }

  /** Without the incumbent: only losses since generation 0 count, and no gain is demanded. */
  public AnchoredGate anchorOnly() {
    return with(r -> r.incumbent = false);
  }

  /**
   * With another number of probes per pull.
   *
   * @param size 1 or more; default {@value #DEFAULT_BATCH}. More make better use of a model that
   *     answers in batches, and stop a little later
   */
  public AnchoredGate batch(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("batch (" + size + ") must be >= 1.");
    }
    return with(r -> r.batch = size);
  }

  /**
   * With another ceiling for the probes of one kind in one decision.
   *
   * @param most 1 or more; default {@value #DEFAULT_PROBES}
   */
  public AnchoredGate probesPerKind(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("probesPerKind (" + most + ") must be >= 1.");
    }
    return with(r -> r.probes = most);
  }

  /**
   * Also where several kinds have too few probes to be proven safe unless the challenger gains on
   * each of them at once. Without it such a loop is not built, since most of what is better would
   * never be promoted; with it, the same numbers are a warning in the log. It changes no decision.
   */
  public AnchoredGate evenIfSmall() {
    return new AnchoredGate(rules, true);
  }

  private AnchoredGate with(Consumer<Rules.Draft> change) {
    return new AnchoredGate(rules.with(change), insists);
  }

  private static double share(String name, double value) {
    if (!(value > 0 && value < 1)) {
      throw new IllegalArgumentException(name + " (" + value + ") must be in (0, 1).");
    }
    return value;
  }

  /**
   * The gate as it stood after a decision, to go on with its lineage: the same settings, the same
   * evidence, and so the same decisions. A PROMOTE counts as gone live; where it was refused, call
   * {@code answered(false)} on the gate that this gives.
   *
   * @param last the last decision of the lineage by a gate of these settings
   * @throws IllegalArgumentException if the decision is not one of an anchored gate
   */
  public AnchoredGate after(GateDecision last) {
    Standing standing = DecisionRecord.read(last.findings());
    boolean before = DecisionRecord.isBefore(last.findings().get(0));
    AnchoredGate gate = before ? before() : new AnchoredGate(rules, insists);
    gate.names = standing.signals().stream().map(Signal::name).toList();
    gate.lineage = GateAudit.close(standing, last.promotes());
    gate.refused = last.promotes() && !before ? GateAudit.close(standing, false) : null;
    return gate;
  }

  /**
   * This gate, its lineage with it, by stricter settings: all that may be changed within a lineage,
   * and all that anything but a person may change of a gate. The evidence that was carried so far
   * stays valid.
   *
   * @param change for example {@code gate -> gate.error(0.01)}
   * @throws IllegalArgumentException if any setting became looser, naming each; a person who wants
   *     that begins a new lineage
   */
  public synchronized AnchoredGate tightened(UnaryOperator<AnchoredGate> change) {
    AnchoredGate gate = new AnchoredGate(change.apply(this).rules, insists);
    List<String> looser =
        new ArrayList<>(
            Strictness.looser(Strictness.of(rules, gate.rules), Strictness.of(gate.rules, rules)));
    if (gate.rules.incumbent() != rules.incumbent()
        || !gate.rules.tripwires().equals(rules.tripwires())
        || !gate.rules.guards().equals(rules.guards())) {
      looser.add("what is compared at all");
    }
    if (!looser.isEmpty()) {
      throw new IllegalArgumentException(
          "A lineage's gate may become stricter only, but this changes "
              + String.join("; ", looser)
              + ".\nMaybe begin a new lineage, from a new generation 0.");
    }
    gate.names = names;
    gate.lineage = lineage == null ? null : lineage.copy();
    gate.refused = refused == null ? null : refused.copy();
    return gate;
  }

  /**
   * What decisions will cost and show on such probes, simulated in a second or two, always the
   * same.
   *
   * @param kinds the kinds of probes, with how many there are of each
   * @param churn share of probes, in [0, 1), that flip for no reason, half of them each way:
   *     compare two trainings on the same lessons to find it
   * @param decision number of the decision in its lineage, from 1; with {@link #errorAsShare} it is
   *     taken that none was promoted before, so later decisions cost less than this says
   */
  public GateAdvice advise(List<ProbeKind> kinds, double churn, long decision) {
    return advise(kinds, churn, decision, GateAdvice.DEFAULT_GAIN);
  }

  /**
   * The same, with the odds of a true gain.
   *
   * @param kinds the kinds of probes, with how many there are of each
   * @param churn as in {@link #advise(List, double, long)}; what a lineage has moved away from
   *     generation 0 adds up
   * @param decision number of the decision in its lineage, from 1
   * @param gain true gain of a challenger, as a share of a kind's probes, in [0, 1]
   */
  public GateAdvice advise(List<ProbeKind> kinds, double churn, long decision, double gain) {
    return GateAdvice.of(this, kinds, churn, decision, gain);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the decision was made already, the kinds have changed since
   *     the lineage began, or the gate has settings for a kind that there is not
   */
  @Override
  public synchronized GateDecision decide(ProbeSource probes) {
    List<ProbeKind> kinds =
        probes.kinds().stream().filter(k -> !rules.tripwires().contains(k.name())).toList();
    List<String> signals =
        AnchoredDecision.signals(rules, kinds, AnchoredDecision.readsBest(rules, probes)).stream()
            .map(Signal::name)
            .toList();
    requireKnown(probes.kinds());
    long ordinal = probes.ordinal();
    Lineage current = lineage;
    if (current == null || ordinal == 1) {
      current = new Lineage(signals.size());
      names = signals;
    } else if (!signals.equals(names)) {
      throw new IllegalStateException(
          "The kinds of probes have changed within the lineage: they were "
              + names
              + " and are "
              + signals
              + ".\nMaybe begin a new lineage, from a new generation 0.");
    }
    current.open(ordinal);
    lineage = current;
    refused = null;
    AnchoredDecision decision = new AnchoredDecision(rules, probes, current, kinds);
    GateDecision made = decision.run();
    refused = decision.refused();
    return made;
  }

  /**
   * A PROMOTE that did not go live is closed as one that was not promoted: its evidence of harm
   * left with it, and counts against no later challenger. Without a call it counts as gone live.
   */
  @Override
  public synchronized void answered(boolean wentLive) {
    if (!wentLive && refused != null) {
      lineage = refused;
    }
    refused = null;
  }

  @Override
  public Set<Role> roles() {
    return rules.incumbent() && !rules.before()
        ? EnumSet.allOf(Role.class)
        : EnumSet.complementOf(EnumSet.of(Role.BEST));
  }

  /** As many pulls as prove a challenger safe of which no probe changed; tripwires whole. */
  @Override
  public synchronized List<ProbeKind> fewest(ProbeSource probes) {
    long promotions = lineage == null || probes.ordinal() == 1 ? 0 : lineage.promotions();
    double level =
        ErrorBudget.level(
            rules.error(), rules.fraction(), probes.ordinal(), promotions, probes.histories());
    List<ProbeKind> fewest = new ArrayList<>();
    for (ProbeKind kind : probes.kinds()) {
      int needed =
          rules.tripwires().contains(kind.name())
              ? kind.available()
              : IntMath.divide(
                      rules.fewest(kind.name(), -Math.log(level)),
                      rules.batch(),
                      RoundingMode.CEILING)
                  * rules.batch();
      fewest.add(new ProbeKind(kind.name(), Math.min(needed, kind.available())));
    }
    return fewest;
  }

  /**
   * Why decisions on such probes could not be PROMOTE, in words: settings for kinds that there are
   * not, no kind but tripwires, kinds with too few probes to prove their margins even if every one
   * were gained; and, unless {@link #evenIfSmall}, several kinds that could not without a gain on
   * each.
   */
  List<String> misfits(List<ProbeKind> kinds) {
    List<String> misfits = new ArrayList<>();
    try {
      requireKnown(kinds);
    } catch (IllegalStateException e) {
      misfits.add(String.valueOf(e.getMessage()));
    }
    if (rules.tripwires().containsAll(kinds.stream().map(ProbeKind::name).toList())) {
      misfits.add("There are no probes but tripwires.\nMaybe add a skill that can be gained.");
    }
    double needed = -Math.log(ErrorBudget.level(rules.error(), rules.fraction(), 1, 0, 1));
    int found = misfits.size();
    for (ProbeKind kind : kinds) {
      int probes = Math.min(kind.available(), rules.probes());
      double limit = rules.margins(kind.name(), Role.ANCHOR).limit();
      // Gains count for it: all probes gained is the most that there can be.
      if (!rules.tripwires().contains(kind.name())
          && rules.safe(limit).logWealth(0, 0, probes) < needed) {
        misfits.add(
            "Kind ("
                + kind.name()
                + ") has ("
                + probes
                + ") probes, too few to prove that less than "
                + DecisionRecord.percent(limit)
                + " was lost.\nMaybe more probes ("
                + rules.fewest(kind.name(), needed)
                + " at least), a wider limit, or a tripwire.");
      }
    }
    SmallBank small = SmallBank.of(rules, kinds, 1);
    if (!insists && small.narrow() && misfits.size() == found) {
      misfits.add(small.words());
    }
    return misfits;
  }

  /**
   * What a person should know of such probes, in words, though decisions on them could be PROMOTE:
   * kinds that cannot be proven safe without a gain on them, now or at a later decision.
   *
   * @param decisions how many there will be at most
   */
  List<String> warnings(List<ProbeKind> kinds, long decisions) {
    SmallBank now = SmallBank.of(rules, kinds, 1);
    if (!now.kinds().isEmpty()) {
      return insists || !now.narrow() ? List.of(now.words()) : List.of();
    }
    SmallBank later = SmallBank.of(rules, kinds, Math.max(1, decisions));
    // Where promotions pay for later decisions, what those may spend is not known yet.
    if (later.kinds().isEmpty() || rules.fraction()) {
      return List.of();
    }
    long last =
        later.kinds().stream().mapToLong(k -> SmallBank.last(rules, k.kind())).min().orElse(0);
    return List.of(
        "After decision (" + last + ") of the (" + decisions + ") there may be: " + later.words());
  }

  /** The gate for one kind alone. */
  AnchoredGate only(String kind) {
    Margins own = rules.byKind().get(kind);
    return with(
        r -> {
          r.byKind = own == null ? Map.of() : Map.of(kind, own);
          r.tripwires = Set.of();
          r.guards = Set.of();
        });
  }

  /** A tripwire or a margin whose kind is misspelt would guard nothing. */
  private void requireKnown(List<ProbeKind> kinds) {
    Set<String> unknown = new TreeSet<>(rules.tripwires());
    unknown.addAll(rules.byKind().keySet());
    unknown.addAll(rules.guards());
    kinds.forEach(kind -> unknown.remove(kind.name()));
    if (!unknown.isEmpty()) {
      throw new IllegalStateException(
          "There are no probes of the kinds ("
              + String.join(", ", unknown)
              + ") that the gate has settings for.\nMaybe one of: "
              + kinds.stream().map(ProbeKind::name).collect(joining(", "))
              + ".");
    }
  }

  /** What advice on it was worked out, which is kept. */
  Rehearsal rehearsal() {
    return rehearsal;
  }

  Rules rules() {
    return rules;
  }
}
