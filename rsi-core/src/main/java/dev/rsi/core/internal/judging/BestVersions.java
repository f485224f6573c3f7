package dev.rsi.core.internal.judging;

import com.google.common.collect.ImmutableSet;
import dev.rsi.api.GateDecision;
import dev.rsi.api.GateFinding;
import dev.rsi.api.Role;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Which version is the best so far of each kind of probes: generation 0, until one went live that
 * its gate had proven better than the best before it. What a record of decisions says, and nothing
 * else: so it is the same when a run is resumed.
 */
final class BestVersions {
  private static final String AGAINST = " against " + Role.BEST;
  private static final String BETTER = "better";

  private final String anchor;
  private final Map<String, String> byKind = new HashMap<>();

  BestVersions(String anchor) {
    this.anchor = anchor;
  }

  /** The best version of a kind. */
  String of(String kind) {
    return byKind.getOrDefault(kind, anchor);
  }

  /** All that are the best of some kind, but for generation 0. */
  Set<String> all() {
    return ImmutableSet.copyOf(byKind.values());
  }

  /** Takes note of a version that went live by a decision. */
  void promoted(String version, GateDecision decision) {
    for (GateFinding finding : decision.findings()) {
      String signal = finding.signal();
      if (finding.verdict().equals(BETTER) && signal.endsWith(AGAINST)) {
        byKind.put(signal.substring(0, signal.length() - AGAINST.length()), version);
      }
    }
  }
}
