package dev.rsi.api;

import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;

/** See {@link Verifier#with}. */
record CalledVerifier<T, C>(Verifier<T, C> verifier, Calls calling) implements Verifier<T, C> {
  CalledVerifier {
    Objects.requireNonNull(calling, "calls");
  }

  @Override
  public Verdict verify(T task, C candidate) {
    return verifier.verify(task, candidate);
  }

  @Override
  public List<Verdict> verifyAll(T task, List<? extends C> candidates) {
    return verifier.verifyAll(task, candidates);
  }

  @Override
  public Session<T, C> open() {
    return verifier.open();
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

  @Override
  public String describe() {
    return verifier.describe();
  }
}
