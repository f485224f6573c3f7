package dev.rsi.api;

import java.math.BigDecimal;
import java.util.Objects;

/** See {@link Critic#named}. */
record NamedCritic<T, C>(String describe, Critic<? super T, ? super C> critic)
    implements Critic<T, C> {
  NamedCritic {
    Objects.requireNonNull(critic, "critic");
  }

  @Override
  public Critique critique(T task, C candidate, Verdict verdict, Rubric rubric) {
    return critic.critique(task, candidate, verdict, rubric);
  }

  // Tasks and candidates are only handed in, so a critic of wider types criticises them as well.
  @SuppressWarnings("unchecked")
  @Override
  public Session<T, C> open() {
    return ((Critic<T, C>) critic).open();
  }

  @Override
  public Calls calling() {
    return critic.calling();
  }

  @Override
  public boolean asksFailures() {
    return critic.asksFailures();
  }

  @Override
  public int maxTokens() {
    return critic.maxTokens();
  }

  @Override
  public BigDecimal maxMoney() {
    return critic.maxMoney();
  }
}
