package dev.rsi.api;

/**
 * The three versions that a drift gate may probe. Field terms: ANCHOR is the reference model;
 * incumbent and challenger are champion and challenger.
 */
public enum Role {
  /** The version the lineage began with (generation 0). It never changes. */
  ANCHOR,
  /** The version live now. */
  INCUMBENT,
  /** The version that wants to go live. */
  CHALLENGER
}
