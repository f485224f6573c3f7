package dev.rsi.core.gate;

import dev.rsi.core.internal.stats.Evidence;

/** What a decision lacked for PROMOTE, in words: how far each proof came, and what would do. */
final class Lacking {
  /** More probes than anybody has: beyond it, no number would help. */
  private static final long FAR = 1_000_000;

  private Lacking() {}

  /**
   * Of the proof that a signal is safe.
   *
   * @param left how many probes of its kind are left to this decision
   */
  static String safety(Signal signal, double needed, int left) {
    Evidence safe = signal.safe();
    long more = fewest(n -> safe.logAfterSame(n) >= needed);
    return signal.words()
        + ": "
        + share(safe.log(), needed)
        + " of the evidence needed, "
        + wayOut(more, "more unchanged probes", left);
  }

  /**
   * Of the proof that some kind is better.
   *
   * @param signal the one that gained most
   * @param left how many probes of its kind are left to this decision
   */
  static String gain(Standing standing, Signal signal, int left) {
    double needed = standing.gainNeeded();
    long more = fewest(n -> signal.gain().logAfter(0, 0, n, Double.NEGATIVE_INFINITY) >= needed);
    return "together "
        + share(standing.gainLog(), standing.allGainNeeded())
        + " of the evidence needed, most on "
        + signal.words()
        + ", where "
        + wayOut(more, "more gained and none lost", left);
  }

  private static String wayOut(long more, String what, int left) {
    String has = left == 0 ? "none is left" : left + (left == 1 ? " is left" : " are left");
    return more > FAR ? "beyond proof" : more + " " + what + " would do, " + has;
  }

  private static String share(double log, double needed) {
    return (int) Math.min(99, Math.max(0, Math.floor(100 * log / needed))) + " %";
  }

  private interface Enough {
    boolean at(long probes);
  }

  private static long fewest(Enough enough) {
    long high = 1;
    while (high <= FAR && !enough.at(high)) {
      high *= 2;
    }
    long low = high / 2;
    while (high <= FAR && high - low > 1) {
      long middle = (low + high) / 2;
      if (enough.at(middle)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }
}
