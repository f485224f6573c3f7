package dev.rsi.testkit;

import dev.rsi.api.Calls;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A verifier that records its calls and breaks where it is told to; else it answers as the verifier
 * it wraps, which may be a lambda. {@link #verify} counts as a call of {@link #verifyAll} with one
 * candidate. Thread-safe if the wrapped one is.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class ScriptedVerifier<T, C> implements Verifier<T, C> {

  /**
   * What it was asked.
   *
   * @param task the task
   * @param candidates the candidates
   * @param <T> task
   * @param <C> candidate
   */
  public record Call<T, C>(T task, List<C> candidates) {}

  private final Verifier<T, C> wrapped;
  private final Script<Call<T, C>, List<Verdict>> script = new Script<>();

  private ScriptedVerifier(Verifier<T, C> wrapped) {
    this.wrapped = wrapped;
  }

  /** Wraps a verifier. */
  public static <T, C> ScriptedVerifier<T, C> of(Verifier<T, C> wrapped) {
    return new ScriptedVerifier<>(wrapped);
  }

  /** Changes the verdicts of the n-th call, from 1: their number, too. */
  public ScriptedVerifier<T, C> onCall(int call, UnaryOperator<List<Verdict>> change) {
    script.alter(call, change);
    return this;
  }

  /** Throws at the n-th call, from 1. */
  public ScriptedVerifier<T, C> throwOnCall(int call, RuntimeException exception) {
    script.breakOff(call, exception);
    return this;
  }

  /** Returns null at the n-th call, from 1. */
  public ScriptedVerifier<T, C> nullOnCall(int call) {
    script.giveNull(call);
    return this;
  }

  /** Every call so far. */
  public List<Call<T, C>> calls() {
    return script.calls();
  }

  @Override
  public Calls calling() {
    return wrapped.calling();
  }

  @Override
  public int maxTokens() {
    return wrapped.maxTokens();
  }

  @Override
  public BigDecimal maxMoney() {
    return wrapped.maxMoney();
  }

  @Override
  public boolean measures() {
    return wrapped.measures();
  }

  @Override
  public String describe() {
    return wrapped.describe();
  }

  @Override
  @SuppressWarnings("NullAway") // Passes the null of nullOnCall on.
  public Verdict verify(T task, C candidate) {
    List<Verdict> verdicts = verifyAll(task, List.of(candidate));
    return verdicts == null ? null : verdicts.get(0);
  }

  @Override
  public List<Verdict> verifyAll(T task, List<? extends C> candidates) {
    return script.play(
        new Call<>(task, List.copyOf(candidates)), () -> wrapped.verifyAll(task, candidates));
  }
}
