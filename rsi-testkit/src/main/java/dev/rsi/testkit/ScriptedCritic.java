package dev.rsi.testkit;

import dev.rsi.api.Calls;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.Rubric;
import dev.rsi.api.Verdict;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A critic that records its calls and breaks where it is told to; else it answers as the critic it
 * wraps, which may be a lambda. Thread-safe if the wrapped one is.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class ScriptedCritic<T, C> implements Critic<T, C> {

  /**
   * What it was asked.
   *
   * @param task the task
   * @param candidate the candidate
   * @param verdict the verifier's ruling
   * @param rubric the rubric in force
   * @param <T> task
   * @param <C> candidate
   */
  public record Call<T, C>(T task, C candidate, Verdict verdict, Rubric rubric) {}

  private final Critic<T, C> wrapped;
  private final Script<Call<T, C>, Critique> script = new Script<>();

  private ScriptedCritic(Critic<T, C> wrapped) {
    this.wrapped = wrapped;
  }

  /** Wraps a critic. */
  public static <T, C> ScriptedCritic<T, C> of(Critic<T, C> wrapped) {
    return new ScriptedCritic<>(wrapped);
  }

  /** Changes the critique of the n-th call, from 1. */
  public ScriptedCritic<T, C> onCall(int call, UnaryOperator<Critique> change) {
    script.alter(call, change);
    return this;
  }

  /** Throws at the n-th call, from 1. */
  public ScriptedCritic<T, C> throwOnCall(int call, RuntimeException exception) {
    script.breakOff(call, exception);
    return this;
  }

  /** Returns null at the n-th call, from 1. */
  public ScriptedCritic<T, C> nullOnCall(int call) {
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
  public boolean asksFailures() {
    return wrapped.asksFailures();
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
  public String describe() {
    return wrapped.describe();
  }

  @Override
  public Critique critique(T task, C candidate, Verdict verdict, Rubric rubric) {
    return script.play(
        new Call<>(task, candidate, verdict, rubric),
        () -> wrapped.critique(task, candidate, verdict, rubric));
  }
}
