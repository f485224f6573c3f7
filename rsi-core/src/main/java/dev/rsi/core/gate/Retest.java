package dev.rsi.core.gate;

import dev.rsi.api.ProbeResult;
import dev.rsi.api.Role;
import java.util.List;

/**
 * The instrument measured: the incumbent against itself on some probes of a kind. Decides nothing.
 *
 * @param kind its name
 * @param probes how many were read twice
 * @param flips how many of them read differently
 * @param missing how many lack a reading
 * @param change mean distance between the two readings, in [0, 1]
 */
record Retest(String kind, long probes, long flips, long missing, double change) {

  static Retest of(String kind, List<ProbeResult> results) {
    long flips = 0;
    long missing = 0;
    double sum = 0;
    for (ProbeResult result : results) {
      Double once = result.reading(Role.INCUMBENT);
      Double again = result.reading(Role.CHALLENGER);
      if (once == null || again == null) {
        missing++;
      } else {
        flips += once.equals(again) ? 0 : 1;
        sum += Math.abs(once - again);
      }
    }
    long both = results.size() - missing;
    return new Retest(kind, results.size(), flips, missing, both == 0 ? 0 : sum / both);
  }
}
