package dev.rsi.api;

import java.util.List;
import java.util.Objects;

/**
 * A gate's answer, and the evidence that a third party needs to check it. Field term: release
 * decision.
 *
 * @param action what to do
 * @param reason why, in words a person understands without the numbers
 * @param findings the evidence, one entry per signal looked at
 */
public record GateDecision(Action action, String reason, List<GateFinding> findings) {

  /** What to do with the challenger. */
  public enum Action {
    /** Proven safe and better: goes live. */
    PROMOTE,
    /** Not proven either way: the incumbent stays live, the challenger is kept for a person. */
    HOLD,
    /** Proven worse somewhere: the incumbent stays live, the challenger is given up. */
    ROLLBACK
  }

  public GateDecision {
    Objects.requireNonNull(action, "action");
    Objects.requireNonNull(reason, "reason");
    findings = List.copyOf(findings);
  }

  /** PROMOTE. */
  public static GateDecision promote(String reason, List<GateFinding> findings) {
    return new GateDecision(Action.PROMOTE, reason, findings);
  }

  /** HOLD. */
  public static GateDecision hold(String reason, List<GateFinding> findings) {
    return new GateDecision(Action.HOLD, reason, findings);
  }

  /** ROLLBACK. */
  public static GateDecision rollback(String reason, List<GateFinding> findings) {
    return new GateDecision(Action.ROLLBACK, reason, findings);
  }

  /** Whether the action is PROMOTE. */
  public boolean promotes() {
    return action == Action.PROMOTE;
  }
}
