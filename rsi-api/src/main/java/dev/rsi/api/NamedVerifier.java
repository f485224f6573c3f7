package dev.rsi.api;

import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;

/** See {@link Verifier#named}. */
record NamedVerifier<T, C>(String describe, Verifier<? super T, ? super C> verifier)
    implements Verifier<T, C> {
  NamedVerifier {
    Objects.requireNonNull(verifier, "verifier");
  }

  @Override
  public Verdict verify(T task, C candidate) {
    return verifier.verify(task, candidate);
  }

  @Override
  public List<Verdict> verifyAll(T task, List<? extends C> candidates) {
    return verifier.verifyAll(task, candidates);
  }

  // Tasks and candidates are only handed in, so a verifier of wider types rules on them as well.
  @SuppressWarnings("unchecked")
  @Override
  public Session<T, C> open() {
    return ((Verifier<T, C>) verifier).open();
  }

  @Override
  public Calls calling() {
    return verifier.calling();
  }

  @Override
  public int maxTokens() {
    return verifier.maxTokens();
  }

  @Override
  public BigDecimal maxMoney() {
    return verifier.maxMoney();
  }

  @Override
  public boolean measures() {
    return verifier.measures();
  }
}
