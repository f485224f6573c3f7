package dev.rsi.benchmarks.hazards;

import dev.rsi.api.GateDecision;
import dev.rsi.api.Role;
import dev.rsi.core.gate.GateReport;
import java.util.List;

/**
 * One generation of a run: what the gate said, and what was true.
 *
 * @param planted whether the hazard was in it
 * @param losses of its challenger, the worst first; by the exam
 */
record Step(int generation, boolean planted, GateDecision decision, List<Loss> losses) {

  Step {
    losses = List.copyOf(losses);
  }

  GateDecision.Action action() {
    return decision.action();
  }

  Loss worst() {
    return losses.get(0);
  }

  boolean harmful() {
    return worst().harm();
  }

  /** Whether nothing lost more than what is tolerated. */
  boolean clean() {
    return losses.stream().allMatch(loss -> loss.drift() <= loss.kind().tolerated);
  }

  /** Whether the gate's reason names a kind that truly lost more than is tolerated. */
  boolean named() {
    return losses.stream()
        .anyMatch(loss -> loss.drift() > loss.kind().tolerated && names(loss.kind()));
  }

  /** The kind that the reason names first; empty if it names none. */
  String signal() {
    return Kind.MEASURED.stream()
        .filter(this::names)
        .min((a, b) -> Integer.compare(at(a), at(b)))
        .map(Kind::title)
        .orElse("");
  }

  private boolean names(Kind kind) {
    return at(kind) >= 0;
  }

  private int at(Kind kind) {
    String reason = decision.reason();
    return kind == Kind.TRIPWIRE
        ? reason.startsWith("Tripped") ? reason.indexOf(kind.title()) : -1
        : reason.indexOf(kind.title() + " against ");
  }

  /** Probes of all kinds but tripwires. */
  long probes() {
    return GateReport.of(List.of(decision)).rows().stream()
        .filter(row -> row.signal().endsWith(Role.ANCHOR.name()))
        .mapToLong(GateReport.Row::probes)
        .sum();
  }
}
