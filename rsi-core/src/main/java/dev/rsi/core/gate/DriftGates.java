package dev.rsi.core.gate;

/** Makes drift gates. */
public final class DriftGates {
  private DriftGates() {}

  /**
   * A gate of exact paired tests against generation 0 and the incumbent: see {@link PairedGate} for
   * what it promises and for its settings.
   */
  public static PairedGate paired() {
    return PairedGate.DEFAULT;
  }

  /**
   * {@link #anchored()} for a bank of probe families: each family's margins are the gate's, and its
   * tripwires are, too.
   */
  public static AnchoredGate anchored(ProbeBank<?, ?> probes) {
    AnchoredGate gate = anchored();
    for (ProbeFamily<?, ?> family : probes.families().values()) {
      Margins margins = family.margins();
      if (family.isTripwire()) {
        gate = gate.tripwires(family.name());
      } else if (margins != null) {
        gate = gate.margins(family.name(), margins.tolerated(), margins.limit());
      }
    }
    return gate;
  }

  /**
   * A gate with proof against generation 0 over unlimited generations: see {@link AnchoredGate} for
   * what it promises and for its settings. Every call gives a gate with a lineage of its own.
   */
  public static AnchoredGate anchored() {
    return AnchoredGate.withDefaults();
  }
}
