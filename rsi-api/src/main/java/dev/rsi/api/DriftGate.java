package dev.rsi.api;

/**
 * Decides whether a challenger may go live. A gate is sequential: it pulls probes of the kinds it
 * chooses until it can decide, and may stop early.
 *
 * <p>A gate fails closed: missing data, too few probes or an exception never lead to PROMOTE. What
 * it throws is recorded by the loop as HOLD.
 *
 * <p>Decisions of one lineage are asked for one after another, never at once.
 */
@FunctionalInterface
public interface DriftGate {

  /**
   * Decides on one challenger.
   *
   * @param probes the evidence there is to be had
   * @return the decision, with its evidence
   */
  GateDecision decide(ProbeSource probes);
}
