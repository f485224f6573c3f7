package dev.rsi.api;

/**
 * The versions that a drift gate may probe. Field terms: ANCHOR is the reference model; incumbent
 * and challenger are champion and challenger.
 */
public enum Role {
  /** The version the lineage began with (generation 0). It never changes. */
  ANCHOR,
  /** The version live now. */
  INCUMBENT,
  /** The version that wants to go live. */
  CHALLENGER,
  /**
   * The best version so far, of each kind of probes its own: generation 0 until one that went live
   * was proven better. Only where {@link ProbeSource#roles} has it.
   */
  BEST
}
