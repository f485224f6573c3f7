package dev.rsi.api;

import java.math.BigDecimal;
import java.util.Objects;

/** See {@link Critic#with} and {@link Critic#askingFailures}. */
record CalledCritic<T, C>(Critic<T, C> critic, Calls calling, boolean asksFailures)
    implements Critic<T, C> {
  CalledCritic {
    Objects.requireNonNull(calling, "calls");
  }

  @Override
  public Critique critique(T task, C candidate, Verdict verdict, Rubric rubric) {
    return critic.critique(task, candidate, verdict, rubric);
  }

  @Override
  public Session<T, C> open() {
    return critic.open();
  }

  @Override
  public int maxTokens() {
    return critic.maxTokens();
  }

  @Override
  public BigDecimal maxMoney() {
    return critic.maxMoney();
  }

  /** Who is asked about more attempts gives the loop other lessons. */
  @Override
  public String describe() {
    return critic.describe() + (asksFailures && !critic.asksFailures() ? ", on failures too" : "");
  }
}
