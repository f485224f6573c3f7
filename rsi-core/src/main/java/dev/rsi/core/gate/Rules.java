package dev.rsi.core.gate;

import dev.rsi.api.Role;
import java.util.Map;
import java.util.Set;

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
    int batch,
    int probes) {

  Rules {
    byKind = Map.copyOf(byKind);
    tripwires = Set.copyOf(tripwires);
  }

  Margins margins(String kind, Role reference) {
    Margins own = byKind.get(kind);
    return own != null ? own : reference == Role.ANCHOR ? toAnchor : toIncumbent;
  }

  boolean demandsGain() {
    return gain && incumbent;
  }
}
