package dev.rsi.benchmarks.hazards;

import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;

/** Rules on probes: its score is the reading of the probe's kind. */
final class Judge implements Verifier<Ask, Ask.Reply> {
  @Override
  public Verdict verify(Ask task, Ask.Reply reply) {
    double reading = task.kind().reading(task.question(), reply.answers());
    return new Verdict(reading == 1 ? Verdict.Outcome.PASS : Verdict.Outcome.FAIL, reading, "");
  }
}
