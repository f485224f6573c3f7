package dev.rsi.testkit;

import dev.rsi.api.DriftGate;
import dev.rsi.api.GateDecision;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * A gate that records its calls and breaks where it is told to; else it decides as the gate it
 * wraps, which may be a lambda, or as a list says. Thread-safe if the wrapped one is.
 */
public final class ScriptedGate implements DriftGate {
  private final DriftGate wrapped;
  private final Script<Long, GateDecision> script = new Script<>();

  private ScriptedGate(DriftGate wrapped) {
    this.wrapped = wrapped;
  }

  /** Wraps a gate. */
  public static ScriptedGate of(DriftGate wrapped) {
    return new ScriptedGate(wrapped);
  }

  /** Gives the decisions one after another, and the last one for ever; pulls no probes. */
  public static ScriptedGate of(GateDecision first, GateDecision... then) {
    AtomicInteger next = new AtomicInteger();
    return new ScriptedGate(
        probes -> {
          int i = Math.min(next.getAndIncrement(), then.length);
          return i == 0 ? first : then[i - 1];
        });
  }

  /** Changes the n-th decision, from 1. */
  public ScriptedGate onCall(int call, UnaryOperator<GateDecision> change) {
    script.alter(call, change);
    return this;
  }

  /** Throws at the n-th call, from 1. */
  public ScriptedGate throwOnCall(int call, RuntimeException exception) {
    script.breakOff(call, exception);
    return this;
  }

  /** Returns null at the n-th call, from 1. */
  public ScriptedGate nullOnCall(int call) {
    script.giveNull(call);
    return this;
  }

  @Override
  public String describe() {
    return wrapped.describe();
  }

  @Override
  public void answered(boolean wentLive) {
    wrapped.answered(wentLive);
  }

  @Override
  public Set<Role> roles() {
    return wrapped.roles();
  }

  @Override
  public List<ProbeKind> fewest(ProbeSource probes) {
    return wrapped.fewest(probes);
  }

  /** The {@linkplain ProbeSource#ordinal() ordinal} of every decision asked for so far. */
  public List<Long> ordinals() {
    return script.calls();
  }

  @Override
  public GateDecision decide(ProbeSource probes) {
    return script.play(probes.ordinal(), () -> wrapped.decide(probes));
  }
}
