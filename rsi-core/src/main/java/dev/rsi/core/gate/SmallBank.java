package dev.rsi.core.gate;

import static java.util.stream.Collectors.joining;

import dev.rsi.api.ProbeKind;
import dev.rsi.api.Role;
import dev.rsi.core.internal.stats.Bets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Kinds that have too few probes to be proven safe by probes of which none changes. They are proven
 * only where the challenger gains on them, so that with several of them nothing is ever promoted
 * but what gains on all at once. Field term: an underpowered design.
 *
 * @param kinds those that are short
 * @param narrow whether nothing but such gains on several kinds could ever be promoted
 */
record SmallBank(List<Scarce> kinds, boolean narrow) {
  private static final int STEPS = 60;

  /** Decisions beyond it are not told apart: 2^40. */
  private static final long FAR = 1L << 40;

  private static final double TENTH_OF_PERCENT = 1000;

  /**
   * A kind that is short.
   *
   * @param name of the kind
   * @param probes it has for a decision
   * @param least how many would do, none of them changed
   * @param limit what must not be lost
   * @param wider the narrowest limit that its probes could prove, none of them changed
   * @param gain least mean gain, as a share, that proves it with what it has: that of readings that
   *     all rise alike; right or wrong, it takes more
   */
  record Scarce(String name, int probes, int least, double limit, double wider, double gain) {
    ProbeKind kind() {
      return new ProbeKind(name, probes);
    }
  }

  SmallBank {
    kinds = List.copyOf(kinds);
  }

  /** Those of some kinds that are short at a decision of a lineage of which none was promoted. */
  static SmallBank of(Rules rules, List<ProbeKind> kinds, long decision) {
    double needed = needed(rules, decision);
    List<Scarce> found = new ArrayList<>();
    int gains = 0;
    for (ProbeKind kind : kinds) {
      String name = kind.name();
      int probes = Math.min(kind.available(), rules.probes());
      int least = rules.fewest(name, needed);
      if (!rules.tripwires().contains(name) && probes < least) {
        double limit = narrowest(rules, name);
        found.add(
            new Scarce(
                name,
                probes,
                least,
                limit,
                wider(rules, probes, needed),
                gain(rules.safe(limit), probes, needed)));
        gains += rules.guards().contains(name) ? 0 : 1;
      }
    }
    // What has to gain somewhere anyway may as well have to gain on a certain kind.
    boolean bearable = found.isEmpty() || (found.size() == 1 && gains == 1 && rules.demandsGain());
    return new SmallBank(found, !bearable);
  }

  /**
   * The last decision of a lineage that a kind can serve with none of its probes changed, none of
   * those before it having been PROMOTE where that counts; 0 if not even the first.
   */
  static long last(Rules rules, ProbeKind kind) {
    int probes = Math.min(kind.available(), rules.probes());
    long low = 0;
    long high = 1;
    while (high <= FAR && serves(rules, kind.name(), probes, high)) {
      low = high;
      high *= 2;
    }
    while (high <= FAR && high - low > 1) {
      long middle = (low + high) / 2;
      if (serves(rules, kind.name(), probes, middle)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static boolean serves(Rules rules, String name, int probes, long decision) {
    return rules.fewest(name, needed(rules, decision)) <= probes;
  }

  private static double needed(Rules rules, long decision) {
    return -Math.log(ErrorBudget.level(rules.error(), rules.fraction(), decision, 0, 1));
  }

  private static double narrowest(Rules rules, String kind) {
    double anchor = rules.margins(kind, Role.ANCHOR).limit();
    return rules.incumbent()
        ? Math.min(anchor, rules.margins(kind, Role.INCUMBENT).limit())
        : anchor;
  }

  private static double wider(Rules rules, int probes, double needed) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < STEPS; i++) {
      double middle = (low + high) / 2;
      if (rules.safe(middle).logWealth(0, probes, 0) >= needed) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return Math.min(1, Math.ceil(high * TENTH_OF_PERCENT) / TENTH_OF_PERCENT);
  }

  private static double gain(Bets safe, int probes, double needed) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < STEPS; i++) {
      double middle = (low + high) / 2;
      double sum = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < Bets.COUNT; k++) {
        sum = Bets.logAdd(sum, safe.tilt(k) + probes * safe.logFactor(k, -middle));
      }
      if (sum - Bets.LOG_COUNT >= needed) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  /** For people: which, what would do, and the ways out. */
  String words() {
    String each =
        kinds.stream()
            .map(
                k ->
                    String.format(
                        Locale.ROOT,
                        "%s (%d probes of %d, or a limit of %s for %s, or a gain of %s or more)",
                        k.name(),
                        k.probes(),
                        k.least(),
                        k.wider() < 1 ? DecisionRecord.percent(k.wider()) : "none",
                        DecisionRecord.percent(k.limit()),
                        DecisionRecord.percent(k.gain())))
            .collect(joining("; "));
    return "These kinds have too few probes to be proven safe unless the challenger gains on "
        + (kinds.size() == 1 ? "it" : "each of them")
        + ", so that most of what is better will never be promoted: "
        + each
        + ".\nMaybe more probes, fewer kinds, a wider limit, a tripwire, or evenIfSmall() on the"
        + " gate, to insist.";
  }
}
