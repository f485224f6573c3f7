package dev.rsi.core.gate;

import dev.rsi.api.ProbeResult;
import dev.rsi.api.Role;
import dev.rsi.core.internal.probe.Margins;
import dev.rsi.core.internal.stats.Bets;
import dev.rsi.core.internal.stats.Evidence;
import org.jspecify.annotations.Nullable;

/**
 * One kind of probes against one reference version. Its drift D on a probe is the reference's
 * reading less the challenger's: 1 is a probe lost, -1 one gained. A missing reading counts as the
 * worst that each claim could have met: lost for "safe" and "gained", gained for "harmed".
 */
final class Signal {
  private final String kind;
  private final Role reference;
  private final Margins margins;
  private final boolean gains;
  private final Evidence harm;
  private final Evidence safe;
  private final Evidence gain;
  private long worse;
  private long same;
  private long better;
  private long missing;
  private long partial;
  private double partialSum;

  Signal(String kind, Role reference, Margins margins) {
    this(kind, reference, margins, reference == Role.INCUMBENT);
  }

  /**
   * A signal without probes.
   *
   * @param gains whether being better on it is a gain
   */
  Signal(String kind, Role reference, Margins margins, boolean gains) {
    this(kind, reference, margins, gains, Bets.safe(margins.limit()));
  }

  /**
   * A signal without probes.
   *
   * @param gains whether being better on it is a gain
   * @param bets that it lost less than its limit
   */
  Signal(String kind, Role reference, Margins margins, boolean gains, Bets bets) {
    this.kind = kind;
    this.gains = gains;
    this.reference = reference;
    this.margins = margins;
    this.harm = new Evidence(Bets.harm(margins.tolerated()));
    this.safe = new Evidence(bets);
    this.gain = new Evidence(Bets.safe(0));
  }

  void add(ProbeResult result) {
    @Nullable Double challenger = result.reading(Role.CHALLENGER);
    @Nullable Double other = result.reading(reference);
    if (challenger == null || other == null) {
      addMissing(1);
    } else {
      add(other - challenger);
    }
  }

  void add(double drift) {
    harm.add(drift);
    safe.add(drift);
    gain.add(drift);
    if (drift == 0) {
      same++;
    } else if (drift == 1) {
      worse++;
    } else if (drift == -1) {
      better++;
    } else {
      partial++;
      partialSum += drift;
    }
  }

  void add(long moreWorse, long moreSame, long moreBetter) {
    harm.add(moreWorse, moreSame, moreBetter);
    safe.add(moreWorse, moreSame, moreBetter);
    gain.add(moreWorse, moreSame, moreBetter);
    worse += moreWorse;
    same += moreSame;
    better += moreBetter;
  }

  void addMissing(long count) {
    harm.add(0, 0, count);
    safe.add(count, 0, 0);
    gain.add(count, 0, 0);
    missing += count;
  }

  /** Adds drifts other than 1, 0 and -1, as their sum and their logarithmic factors. */
  void addPartial(long count, double sum, double[] harmLogs, double[] safeLogs, double[] gainLogs) {
    harm.addPartial(harmLogs);
    safe.addPartial(safeLogs);
    gain.addPartial(gainLogs);
    partial += count;
    partialSum += sum;
  }

  Role reference() {
    return reference;
  }

  Margins margins() {
    return margins;
  }

  Evidence harm() {
    return harm;
  }

  Evidence safe() {
    return safe;
  }

  boolean gains() {
    return gains;
  }

  Evidence gain() {
    return gain;
  }

  long worse() {
    return worse;
  }

  long same() {
    return same;
  }

  long better() {
    return better;
  }

  long missing() {
    return missing;
  }

  /** How many drifts were neither 1 nor 0 nor -1. */
  long partial() {
    return partial;
  }

  double partialSum() {
    return partialSum;
  }

  long probes() {
    return worse + same + better + missing + partial;
  }

  /** The mean drift seen, a missing reading left out. */
  double meanDrift() {
    long seen = probes() - missing;
    return seen == 0 ? 0 : (worse - better + partialSum) / seen;
  }

  String name() {
    return kind + " against " + reference;
  }

  /** Whether losses on it may condemn; against the best so far they only hold. */
  boolean condemns() {
    return reference != Role.BEST;
  }

  /** For people: which, and how it went. */
  String words() {
    return kind
        + " against "
        + (switch (reference) {
          case ANCHOR -> "generation 0";
          case BEST -> "the best so far";
          default -> "the incumbent";
        })
        + " ("
        + counts()
        + ")";
  }

  private String counts() {
    String mean = String.format(java.util.Locale.ROOT, "%+.1f %%", -100 * meanDrift());
    String counted = partial > 0 ? mean + " on average" : worse + " worse, " + better + " better";
    return counted + (missing == 0 ? "" : ", " + missing + " missing") + " of " + probes();
  }
}
