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
}
