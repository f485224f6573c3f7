package dev.rsi.api;

import java.util.List;
import java.util.Objects;
import java.util.Set;

/** See {@link DriftGate#named}. */
record NamedGate(String describe, DriftGate gate) implements DriftGate {
  NamedGate {
    Objects.requireNonNull(gate, "gate");
  }

  @Override
  public GateDecision decide(ProbeSource probes) {
    return gate.decide(probes);
  }

  @Override
  public List<ProbeKind> fewest(ProbeSource probes) {
    return gate.fewest(probes);
  }

  @Override
  public void answered(boolean wentLive) {
    gate.answered(wentLive);
  }

  @Override
  public Set<Role> roles() {
    return gate.roles();
  }
}
