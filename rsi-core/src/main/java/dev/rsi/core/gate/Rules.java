package dev.rsi.core.gate;

import dev.rsi.api.Role;
import dev.rsi.core.internal.probe.Margins;
import dev.rsi.core.internal.stats.Bets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The settings of an {@link AnchoredGate}.
 *
 * @param error probability that an unsafe challenger is ever promoted
 * @param falseAlarm probability that a clean challenger is ever rolled back
 * @param fraction whether {@code error} bounds the expected share of unsafe promotions instead
 * @param incumbent whether challengers are compared with the incumbent, too
 * @param gain whether a gain on the incumbent is demanded
 * @param jump largest gain, as a share of a kind's probes, that needs no person; 1 for any
 * @param toAnchor margins against generation 0
 * @param toIncumbent margins against the incumbent
 * @param byKind margins of single kinds, against both
 * @param tripwires kinds of which no probe may fail
 * @param guards kinds on which a gain is none
 * @param gainError probability that a challenger that is better on no kind is ever promoted
 * @param edition of the arithmetic: 1 as it was before there was a pooled gain, 2 as it is
 * @param batch probes per pull
 * @param probes most probes per kind and decision
 */
record Rules(
    double error,
    double falseAlarm,
    boolean fraction,
    boolean incumbent,
    boolean gain,
    double jump,
    Margins toAnchor,
    Margins toIncumbent,
    Map<String, Margins> byKind,
    Set<String> tripwires,
    Set<String> guards,
    double gainError,
    int edition,
    int batch,
    int probes) {

  /** All of them in words, in an order that is the same in every process. */
  String describe() {
    return "error "
        + error
        + (fraction ? " as a share" : "")
        + ", false alarm "
        + falseAlarm
        + ", against the incumbent "
        + incumbent
        + ", needs a gain "
        + gain
        + ", jump "
        + jump
        + ", margins "
        + toAnchor
        + " and "
        + toIncumbent
        + ", by kind "
        + new TreeMap<>(byKind)
        + ", tripwires "
        + new TreeSet<>(tripwires)
        + ", guards "
        + new TreeSet<>(guards)
        + ", batch "
        + batch
        + ", probes "
        + probes
        + (edition == 1 ? "" : ", error of no gain " + gainError + ", edition " + edition);
  }

  static final double ERROR = 0.05;
  static final double FALSE_ALARM = 0.05;
  static final double GAIN_ERROR = 0.2;

  /**
   * How much more of the best so far may be lost than of generation 0. With 1 healthy lineages
   * stopped, of which some kinds are always a little below their best; with 2 some lost three
   * points.
   */
  private static final double OF_BEST = 1.8;

  /** The arithmetic as it is. */
  static final int EDITION = 2;

  static final double TOLERATED = 0.01;
  static final double LIMIT = 0.05;
  static final double INCUMBENT_LIMIT = 0.08;
  static final int BATCH = 8;
  static final int PROBES = 1600;

  static final Rules DEFAULT =
      new Rules(
          ERROR,
          FALSE_ALARM,
          false,
          true,
          true,
          1,
          new Margins(TOLERATED, LIMIT),
          new Margins(TOLERATED, INCUMBENT_LIMIT),
          Map.of(),
          Set.of(),
          Set.of(),
          GAIN_ERROR,
          EDITION,
          BATCH,
          PROBES);

  Rules {
    byKind = Map.copyOf(byKind);
    tripwires = Set.copyOf(tripwires);
    guards = Set.copyOf(guards);
  }

  /** Whether the arithmetic is that of before there was a pooled gain. */
  boolean before() {
    return edition == 1;
  }

  /** What may be spent on promoting what is better nowhere; before, it was that on unsafe ones. */
  double noGain() {
    return before() ? error : gainError;
  }

  /** The bets that a kind lost less than a limit. */
  Bets safe(double limit) {
    return before() ? Bets.safe(limit) : Bets.keen(limit);
  }

  Margins margins(String kind, Role reference) {
    Margins own = byKind.get(kind);
    if (reference == Role.BEST) {
      return ofBest(own != null ? own : toAnchor);
    }
    return own != null ? own : reference == Role.ANCHOR ? toAnchor : toIncumbent;
  }

  /** What may be lost of the best so far. */
  private static Margins ofBest(Margins toAnchor) {
    return new Margins(
        toAnchor.tolerated(), Math.min(OF_BEST * toAnchor.limit(), (1 + toAnchor.limit()) / 2));
  }

  /** The fewest unchanged probes that prove a challenger safe against every reference. */
  int fewest(String kind, double log) {
    int needed = safe(margins(kind, Role.ANCHOR).limit()).fewestSame(log);
    return incumbent
        ? Math.max(needed, safe(margins(kind, Role.INCUMBENT).limit()).fewestSame(log))
        : needed;
  }

  /** Whether a kind's own margins, if it has any, are as narrow as these. */
  boolean keeps(String kind, @Nullable Margins asked) {
    Margins own = byKind.get(kind);
    return asked == null
        || (own != null && own.limit() <= asked.limit() && own.tolerated() <= asked.tolerated());
  }

  boolean demandsGain() {
    return gain && incumbent;
  }

  /** These settings with a change. */
  Rules with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.rules();
  }

  /** Settings being changed. */
  static final class Draft {
    double error;
    double falseAlarm;
    boolean fraction;
    boolean incumbent;
    boolean gain;
    double jump;
    Margins toAnchor;
    Margins toIncumbent;
    Map<String, Margins> byKind;
    Set<String> tripwires;
    Set<String> guards;
    double gainError;
    int edition;
    int batch;
    int probes;

    private Draft(Rules rules) {
      error = rules.error;
      falseAlarm = rules.falseAlarm;
      fraction = rules.fraction;
      incumbent = rules.incumbent;
      gain = rules.gain;
      jump = rules.jump;
      toAnchor = rules.toAnchor;
      toIncumbent = rules.toIncumbent;
      byKind = rules.byKind;
      tripwires = rules.tripwires;
      guards = rules.guards;
      gainError = rules.gainError;
      edition = rules.edition;
      batch = rules.batch;
      probes = rules.probes;
    }

    private Rules rules() {
      return new Rules(
          error,
          falseAlarm,
          fraction,
          incumbent,
          gain,
          jump,
          toAnchor,
          toIncumbent,
          byKind,
          tripwires,
          guards,
          gainError,
          edition,
          batch,
          probes);
    }
  }
}
