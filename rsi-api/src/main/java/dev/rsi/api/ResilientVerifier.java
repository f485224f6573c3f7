package dev.rsi.api;

import java.math.BigDecimal;
import java.util.List;

/** See {@link Resilience#around(Verifier)}. */
record ResilientVerifier<T, C>(Verifier<T, C> verifier, Resilience resilience)
    implements Verifier<T, C> {

  @Override
  public Verdict verify(T task, C candidate) {
    return resilience.call(
        RunContext.standalone(), () -> {}, run -> verifier.verify(task, candidate));
  }

  @Override
  public List<Verdict> verifyAll(T task, List<? extends C> candidates) {
    return resilience.call(
        RunContext.standalone(), () -> {}, run -> verifier.verifyAll(task, candidates));
  }

  @Override
  public Verifier.Session<T, C> open() {
    return new Session<>(new ResilientSession<>(verifier::open, resilience));
  }

  @Override
  public Calls calling() {
    return resilience.calling(verifier.calling());
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

  private record Session<T, C>(ResilientSession<Verifier.Session<T, C>> session)
      implements Verifier.Session<T, C> {

    @Override
    public List<Verdict> verify(List<Attempt<T, C>> batch, RunContext context) {
      return session.call(context, (own, run) -> own.verify(batch, run));
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
