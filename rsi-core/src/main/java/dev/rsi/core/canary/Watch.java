package dev.rsi.core.canary;

import dev.rsi.core.internal.stats.Bets;
import dev.rsi.core.internal.stats.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One kind of harm that is watched: the bets that it is there, and those that it is not. A request
 * that is open counts as what speaks least for what the bets are on, so the wealth shown is never
 * more than it will be once all is known, and nobody has to wait for that.
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

  // What is open, as it speaks least for harm, and as it speaks least for safety.
  private long openSame;
  private long openLeast;
  private long openWorst;

  private Watch(String name, double mean, double least, Bets harm, double error, double safeError) {
    this.name = name;
    this.least = least;
    this.harm = new Evidence(harm);
    level = -Math.log(error);
    safe = Double.isNaN(safeError) ? null : new Evidence(Bets.safe(mean, least));
    safeLevel = -Math.log(safeError);
  }

  /**
   * Watches requests that either side has.
   *
   * @param name what it is called in reports
   * @param share of the requests for the challenger
   * @param margin by how much more the challenger may lose
   * @param error the probability of finding harm where there is none
   * @param safeError the probability of finding safety where there is none; NaN not to look for it
   */
  static Watch sides(String name, double share, double margin, double error, double safeError) {
    double mean = share * margin;
    double least = -(share / (1 - share));
    return new Watch(name, mean, least, Bets.harm(mean, least), error, safeError);
  }

  /** Watches requests that both sides have, by the bets of the gate. */
  static Watch pairs(String name, double margin, double error, double safeError) {
    return new Watch(name, margin, -1, Bets.harm(margin), error, safeError);
  }

  /** A request was drawn of which it will be known how it went, or may be. */
  void open(boolean challenger) {
    count(challenger, 1);
  }

  /** It is known now, or will never be. */
  void close(boolean challenger) {
    count(challenger, -1);
  }

  private void count(boolean challenger, long requests) {
    if (challenger) {
      openSame += requests;
      openWorst += requests;
    } else {
      // The least that a live request can say for safety is nothing.
      openLeast += requests;
    }
  }

  /** A request was given to both sides. */
  void openPair() {
    openLeast++;
    openWorst++;
  }

  /** It is known how it went on both, or will never be. */
  void closePair() {
    openLeast--;
    openWorst--;
  }

  /** Adds what a request lost, in [0, 1]. */
  void add(boolean challenger, double loss) {
    add(challenger ? loss : loss == 0 ? 0 : loss * least);
  }

  /** Adds what a request lost on both sides, each in [0, 1]. */
  void addPair(double live, double challenger) {
    add(challenger - live);
  }

  private void add(double drift) {
    harm.add(drift);
    if (safe != null) {
      safe.add(drift);
    }
  }

  /** Takes note of the evidence there is now. */
  void look() {
    most = harm.logAfter(0, openSame, openLeast, most);
    if (safe != null) {
      mostSafe = safe.logAfter(openWorst, 0, 0, mostSafe);
    }
  }

  boolean harmful() {
    return most >= level;
  }

  String name() {
    return name;
  }

  /** Whether it was proven that there is no harm of this kind; also if nobody asked. */
  boolean safe() {
    return safe == null || mostSafe >= safeLevel;
  }

  private double overLevel() {
    return most - level;
  }

  Canary.Harm harm() {
    return new Canary.Harm(name, most, level, harmful(), safe == null ? Double.NaN : mostSafe);
  }

  static boolean anyHarmful(List<Watch> watches) {
    for (Watch watch : watches) {
      if (watch.harmful()) {
        return true;
      }
    }
    return false;
  }

  static boolean allSafe(List<Watch> watches) {
    for (Watch watch : watches) {
      if (!watch.safe()) {
        return false;
      }
    }
    return !anyHarmful(watches);
  }

  /**
   * What was seen of all kinds.
   *
   * @param error that all kinds have parts of
   * @param inWords what was seen of a kind on a side
   */
  static Canary.Report report(
      List<Watch> watches,
      double error,
      Canary.Side live,
      Canary.Side challenger,
      BiFunction<Watch, Canary.Side, String> inWords) {
    List<Canary.Harm> kinds = new ArrayList<>();
    Watch nearest = watches.get(0);
    for (Watch watch : watches) {
      kinds.add(watch.harm());
      nearest = watch.overLevel() > nearest.overLevel() ? watch : nearest;
    }
    double level = -Math.log(error);
    return new Canary.Report(
        live,
        challenger,
        Math.max(0, nearest.overLevel() + level),
        level,
        anyHarmful(watches),
        allSafe(watches),
        kinds,
        nearest.name()
            + ": "
            + inWords.apply(nearest, challenger)
            + ", live "
            + inWords.apply(nearest, live));
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
