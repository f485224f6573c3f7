package dev.rsi.core.live;

import dev.rsi.core.internal.stats.Bets;
import dev.rsi.core.internal.stats.Evidence;
import org.jspecify.annotations.Nullable;

/**
 * One kind of harm, watched on both sides of a trial: the bets that it is there, and those that it
 * is not. A request that is open counts as what speaks least for what the bets are on, so the
 * wealth shown is never more than it will be once all is known, and nobody has to wait for that.
 *
 * <p>Mutable, guarded by its trial.
 */
final class Watch {
  private final String name;
  private final double least;
  private final Evidence harm;
  private final @Nullable Evidence safe;
  private final double level;
  private final double safeLevel;
  private double most;
  private double mostSafe;
  private long openLive;
  private long openChallenger;

  /**
   * A kind that is watched.
   *
   * @param name what it is called in reports
   * @param share of the requests for the challenger
   * @param margin by how much more the challenger may lose
   * @param error the probability of finding harm where there is none
   * @param safeError the probability of finding safety where there is none; NaN not to look for it
   */
  Watch(String name, double share, double margin, double error, double safeError) {
    this.name = name;
    least = -(share / (1 - share));
    double mean = share * margin;
    harm = new Evidence(Bets.harm(mean, least));
    level = -Math.log(error);
    safe = Double.isNaN(safeError) ? null : new Evidence(Bets.safe(mean, least));
    safeLevel = -Math.log(safeError);
  }

  String name() {
    return name;
  }

  /** A request was drawn of which it will be known how it went, or may be. */
  void open(boolean challenger) {
    if (challenger) {
      openChallenger++;
    } else {
      openLive++;
    }
  }

  /** It is known now, or will never be. */
  void close(boolean challenger) {
    if (challenger) {
      openChallenger--;
    } else {
      openLive--;
    }
  }

  /** Adds what a request lost, in [0, 1]. */
  void add(boolean challenger, double loss) {
    double drift = challenger ? loss : loss == 0 ? 0 : loss * least;
    harm.add(drift);
    if (safe != null) {
      safe.add(drift);
    }
  }

  /** Takes note of the evidence there is now. */
  void look() {
    // Least for harm: what the challenger has is without loss, and what the live version has fails.
    most = Math.max(most, harm.logAfter(0, openChallenger, openLive));
    if (safe != null) {
      // Least for safety: what the challenger has fails. What the live version has is no evidence.
      mostSafe = Math.max(mostSafe, safe.logAfter(openChallenger, 0, 0));
    }
  }

  boolean harmful() {
    return most >= level;
  }

  /** Whether it was proven that there is no harm of this kind; also if nobody asked. */
  boolean safe() {
    return safe == null || mostSafe >= safeLevel;
  }

  /** The most evidence of harm there ever was, over its level. */
  double overLevel() {
    return most - level;
  }

  Canary.Harm harm() {
    return new Canary.Harm(name, most, level, harmful(), safe == null ? Double.NaN : mostSafe);
  }

  /** All but what is open, in words. */
  String state() {
    StringBuilder out = new StringBuilder().append(most).append(' ').append(mostSafe);
    append(out, harm);
    if (safe != null) {
      append(out, safe);
    }
    return out.toString();
  }

  private static void append(StringBuilder out, Evidence evidence) {
    for (long count : evidence.counts()) {
      out.append(' ').append(count);
    }
    for (int k = 0; k < Bets.COUNT; k++) {
      out.append(' ').append(evidence.partial(k));
    }
  }

  /** Goes on from a state. */
  void restore(String[] words, int at) {
    most = Double.parseDouble(words[at]);
    mostSafe = Double.parseDouble(words[at + 1]);
    restore(harm, words, at + 2);
    if (safe != null) {
      restore(safe, words, at + 2 + 3 + Bets.COUNT);
    }
  }

  private static void restore(Evidence evidence, String[] words, int at) {
    evidence.add(
        Long.parseLong(words[at]), Long.parseLong(words[at + 1]), Long.parseLong(words[at + 2]));
    double[] partial = new double[Bets.COUNT];
    for (int k = 0; k < Bets.COUNT; k++) {
      partial[k] = Double.parseDouble(words[at + 3 + k]);
    }
    evidence.addPartial(partial);
  }
}
