package dev.rsi.api;

/**
 * Decides whether a challenger may go live. A gate is sequential: it pulls probes of the kinds it
 * chooses until it can decide, and may stop early.
 *
 * <p>A gate fails closed: missing data, too few probes or an exception never lead to PROMOTE. What
 * it throws is recorded by the loop as HOLD.
 *
 * <p>What a gate decides depends on what it pulled and on its earlier decisions alone: a run that
 * is gone on with asks it again, with the same readings, about what was decided before, and so
 * brings back what it keeps from decision to decision.
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
