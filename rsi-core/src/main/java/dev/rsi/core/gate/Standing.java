package dev.rsi.core.gate;

import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.Role;
import dev.rsi.core.internal.stats.Bets;
import java.util.List;

/**
 * Where a decision stands: the evidence on all signals, weighed. The same arithmetic decides during
 * a decision and recomputes it from its record.
 */
final class Standing {
  private final Lineage lineage;
  private final List<Signal> signals;
  private final List<Tripwire> tripwires;
  private final double level;
  private final double falseAlarm;
  private final boolean demandsGain;
  private final double jump;
  private final double gainLevel;
  private final boolean pools;
  private final double[] harmLogs;
  private final double[] safeLogs;
  private final double[] gainLogs;
  private final int gains;
  private final int condemning;
  private int faults;

  /**
   * A standing of signals without probes yet.
   *
   * @param level error probability that this decision may spend on PROMOTE
   */
  Standing(
      Lineage lineage,
      List<Signal> signals,
      List<Tripwire> tripwires,
      double level,
      double falseAlarm,
      boolean demandsGain,
      double jump) {
    this(lineage, signals, tripwires, level, falseAlarm, demandsGain, jump, level, false);
  }

  /**
   * A standing of signals without probes yet.
   *
   * @param level error probability that this decision may spend on an unsafe PROMOTE
   * @param gainLevel error probability that it may spend on a PROMOTE without a gain
   * @param pools whether the gains on all kinds together are one more bet
   */
  Standing(
      Lineage lineage,
      List<Signal> signals,
      List<Tripwire> tripwires,
      double level,
      double falseAlarm,
      boolean demandsGain,
      double jump,
      double gainLevel,
      boolean pools) {
    this.lineage = lineage;
    this.signals = signals;
    this.tripwires = tripwires;
    this.level = level;
    this.falseAlarm = falseAlarm;
    this.demandsGain = demandsGain;
    this.jump = jump;
    this.gainLevel = gainLevel;
    this.pools = pools;
    this.harmLogs = new double[signals.size()];
    this.safeLogs = new double[signals.size()];
    this.gainLogs = new double[signals.size()];
    int count = 0;
    int harming = 0;
    for (int i = 0; i < signals.size(); i++) {
      count += onGain(i) ? 1 : 0;
      harming += signals.get(i).condemns() ? 1 : 0;
      weigh(i);
    }
    this.gains = count;
    this.condemning = harming;
  }

  /** Weighs a signal anew after it got probes. */
  void weigh(int signal) {
    Signal s = signals.get(signal);
    harmLogs[signal] = s.condemns() ? lineage.log(signal, s.harm()) : Double.NEGATIVE_INFINITY;
    safeLogs[signal] = s.safe().log();
    gainLogs[signal] = demandsGain && onGain(signal) ? s.gain().log() : Double.NEGATIVE_INFINITY;
  }

  private boolean onGain(int signal) {
    return signals.get(signal).gains();
  }

  /** Notes what is wrong with the instrument: on an unsound one nothing is proven. */
  void faults(int count) {
    faults = count;
  }

  int faults() {
    return faults;
  }

  /** What the counts come to; HOLD as long as nothing is proven. */
  Action action() {
    if (faults > 0) {
      return Action.HOLD;
    }
    if (tripped() || harmLog() >= harmNeeded()) {
      return Action.ROLLBACK;
    }
    return untouched() && safe() && gained() && jumped() < 0 ? Action.PROMOTE : Action.HOLD;
  }

  boolean tripped() {
    for (int i = 0; i < tripwires.size(); i++) {
      if (tripwires.get(i).hits() > 0) {
        return true;
      }
    }
    return false;
  }

  /** Whether all tripwires were probed in full. */
  boolean untouched() {
    for (int i = 0; i < tripwires.size(); i++) {
      if (!tripwires.get(i).untouched()) {
        return false;
      }
    }
    return true;
  }

  boolean safe() {
    for (int i = 0; i < safeLogs.length; i++) {
      if (!safe(i)) {
        return false;
      }
    }
    return safeLogs.length > 0;
  }

  boolean safe(int signal) {
    return safeLogs[signal] >= needed();
  }

  /** Whether a gain is proven, or none is demanded. */
  boolean gained() {
    return !demandsGain || gainLog() >= allGainNeeded();
  }

  /** The signal with a gain above the limit for jumps, -1 if there is none. */
  int jumped() {
    for (int i = 0; i < signals.size(); i++) {
      if (onGain(i) && -signals.get(i).meanDrift() > jump) {
        return i;
      }
    }
    return -1;
  }

  /** The logarithm of the evidence that a signal is safe. */
  double safeLog(int signal) {
    return safeLogs[signal];
  }

  /** The logarithm of what a signal has of harm, over the lineage. */
  double harmLog(int signal) {
    return harmLogs[signal];
  }

  /** The logarithm of a signal's evidence of gain; minus infinity against generation 0. */
  double gainLog(int signal) {
    return gainLogs[signal];
  }

  /** The logarithm of the evidence of harm, over all signals and the lineage. */
  double harmLog() {
    return lineage.logMean(harmLogs, condemning);
  }

  /**
   * The logarithm of the evidence that the challenger is better somewhere: the mean over kinds,
   * half of it on all of them together.
   */
  double gainLog() {
    double sum = Double.NEGATIVE_INFINITY;
    for (double log : gainLogs) {
      sum = Bets.logAdd(sum, log);
    }
    if (gains == 0) {
      return Double.NEGATIVE_INFINITY;
    }
    double mean = sum - Math.log(gains);
    return pools ? Bets.logAdd(mean, pooledLog(1)) - Math.log(2) : mean;
  }

  /**
   * The logarithm of the evidence of a gain in all kinds' probes together, which are bet on as if
   * they were of one kind; minus infinity where it is no part of the proof.
   *
   * @param times as if everything seen had come so many times over
   */
  double pooledLog(double times) {
    if (!pools || !demandsGain || gains == 0) {
      return Double.NEGATIVE_INFINITY;
    }
    double log = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < Bets.COUNT; k++) {
      double wealth = 0;
      for (int i = 0; i < gainLogs.length; i++) {
        wealth += onGain(i) ? signals.get(i).gain().log(k) : 0;
      }
      log = Bets.logAdd(log, times * wealth);
    }
    return log - Bets.LOG_COUNT;
  }

  /** How much of "safe" is enough. */
  double needed() {
    return -Math.log(level);
  }

  /** How much of one kind's gain is enough, all others having none. */
  double gainNeeded() {
    return allGainNeeded() + Math.log((double) (pools ? 2 : 1) * Math.max(1, gains));
  }

  /** How much of a gain is enough, over all kinds. */
  double allGainNeeded() {
    return -Math.log(gainLevel);
  }

  /** How much of a gain of all kinds together is enough, none of them having one to be seen. */
  double pooledNeeded() {
    return allGainNeeded() + Math.log(2);
  }

  /** How much of one signal's harm is enough, all others having none. */
  double ownHarmNeeded() {
    return harmNeeded() + Math.log(Math.max(1, condemning));
  }

  /**
   * Whether a challenger is proven better than the best so far of a signal's kind, which it then is
   * itself if it goes live. Spends what an unsafe PROMOTE may cost, shared by the kinds.
   */
  boolean isBest(int signal) {
    long kinds = signals.stream().filter(s -> s.reference() == Role.BEST).count();
    return signals.get(signal).reference() == Role.BEST
        && signals.get(signal).gain().log() >= needed() + Math.log((double) kinds);
  }

  /** How much harm is enough. */
  double harmNeeded() {
    return -Math.log(falseAlarm);
  }

  /** Closes the decision in a lineage: this one's, or a copy of it. */
  void close(Lineage closing, boolean promoted) {
    for (int i = 0; i < signals.size(); i++) {
      closing.close(i, signals.get(i).harm(), promoted);
    }
    if (promoted) {
      closing.promoted();
    }
  }

  Lineage lineage() {
    return lineage;
  }

  List<Signal> signals() {
    return signals;
  }

  List<Tripwire> tripwires() {
    return tripwires;
  }

  boolean demandsGain() {
    return demandsGain;
  }
}
