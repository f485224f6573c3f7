package dev.rsi.core.internal;

import dev.rsi.api.GateDecision;
import dev.rsi.api.GateFinding;
import java.util.List;
import java.util.Map;

/** The loop's own HOLD, where no gate gave an answer. Nothing is to be recomputed of it. */
public final class Unasked {
  private static final String SIGNAL = "no answer of the gate";

  private Unasked() {}

  /** HOLD for a reason that is not the gate's. */
  public static GateDecision because(String reason) {
    return GateDecision.hold(Cut.text(reason), List.of(new GateFinding(SIGNAL, "held", Map.of())));
  }

  /** Whether a decision is one of these. */
  public static boolean is(GateDecision decision) {
    return decision.action() == GateDecision.Action.HOLD
        && decision.findings().size() == 1
        && decision.findings().get(0).signal().equals(SIGNAL);
  }
}
