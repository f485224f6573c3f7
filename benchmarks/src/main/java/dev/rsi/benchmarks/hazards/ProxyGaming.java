package dev.rsi.benchmarks.hazards;

import dev.rsi.api.Verifier;

/**
 * A cheap stand-in for the truth: the more of an answer stands in the question, the better. It
 * agrees with the truth where copying is right, and is at odds with it where it is not.
 */
final class ProxyGaming implements Hazard {
  @Override
  public Verifier<Ask, Ask.Reply> verifier() {
    return new BestOf(Kind::overlap);
  }
}
