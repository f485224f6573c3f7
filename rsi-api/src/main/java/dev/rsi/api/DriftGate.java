package dev.rsi.api;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Decides whether a challenger may go live. A gate is sequential: it pulls probes of the kinds it
 * chooses until it can decide, and may stop early. Field terms: non-inferiority test, release gate.
 *
 * <p>A gate fails closed: missing data, too few probes or an exception never lead to PROMOTE. What
 * it throws is recorded by the loop as HOLD.
 *
 * <p>What a gate decides depends on what it pulled and on its earlier decisions alone: a run that
 * is resumed asks it again, with the same readings, about what was decided before, and so brings
 * back what it keeps from decision to decision.
 *
 * <p>Decisions of one lineage are asked for one after another, never at once.
 */
@FunctionalInterface
public interface DriftGate extends Described {
  /**
   * A gate that can be told from others: a lambda cannot describe itself.
   *
   * @param description what it is and how it is set
   * @param gate does the work
   */
  static DriftGate named(String description, DriftGate gate) {
    return new NamedGate(Named.checked(description), gate);
  }

  /**
   * Decides on one challenger.
   *
   * @param probes the evidence there is to be had
   * @return the decision, with its evidence
   */
  GateDecision decide(ProbeSource probes);

  /**
   * Tells what became of a challenger, once after each decision and before the next. PROMOTE does
   * not always come to that: a person may refuse, a canary, a deadline that nobody answered by, or
   * the challenger was withdrawn; and a person may lift a HOLD. A gate that carries evidence from
   * decision to decision needs it to know which challengers the live version comes from. What it
   * throws is recorded, and the loop does without.
   *
   * @param wentLive whether it is the live version now
   */
  default void answered(boolean wentLive) {}

  /**
   * The versions that it reads at most. The loop has those ready and sets aside what they cost.
   *
   * @return by default all but {@link Role#BEST}; the same every time
   */
  default Set<Role> roles() {
    return EnumSet.complementOf(EnumSet.of(Role.BEST));
  }

  /**
   * The fewest probes of each kind with which the next decision could be PROMOTE at all. Where the
   * budget has no room for a decision on every probe, the loop asks for one that may take fewer,
   * but not fewer than these: what could only be HOLD is not worth its attempts. Asked between two
   * decisions of a lineage; what it throws is logged, and the decision asked for whole.
   *
   * @param probes what the decision will be asked with; nothing can be pulled from it yet
   * @return the kinds of the source, with 1 or more and at most as many probes as there are; all of
   *     them by default, so that a decision is asked for whole or not at all
   */
  default List<ProbeKind> fewest(ProbeSource probes) {
    return probes.kinds();
  }
}
