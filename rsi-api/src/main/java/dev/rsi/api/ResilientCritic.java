package dev.rsi.api;

import java.math.BigDecimal;
import java.util.List;

/** See {@link Resilience#around(Critic)}. */
record ResilientCritic<T, C>(Critic<T, C> critic, Resilience resilience) implements Critic<T, C> {

  @Override
  public Critique critique(T task, C candidate, Verdict verdict, Rubric rubric) {
    return resilience.call(
        RunContext.standalone(),
        () -> {},
        run -> critic.critique(task, candidate, verdict, rubric));
  }

  @Override
  public Critic.Session<T, C> open() {
    return new Session<>(new ResilientSession<>(critic::open, resilience));
  }

  @Override
  public Calls calling() {
    return resilience.calling(critic.calling());
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

  @Override
  public String describe() {
    return critic.describe();
  }

  private record Session<T, C>(ResilientSession<Critic.Session<T, C>> session)
      implements Critic.Session<T, C> {

    @Override
    public List<Critique> criticise(List<Attempt<T, C>> batch, Rubric rubric, RunContext context) {
      return session.call(context, (own, run) -> own.criticise(batch, rubric, run));
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
