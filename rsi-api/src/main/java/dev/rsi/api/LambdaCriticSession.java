package dev.rsi.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Criticises one attempt after another; what breaks on one leaves the others their critiques. */
record LambdaCriticSession<T, C>(Critic<T, C> critic) implements Critic.Session<T, C> {

  @Override
  public List<Critique> criticise(List<Attempt<T, C>> batch, Rubric rubric, RunContext context) {
    List<Critique> critiques = new ArrayList<>(batch.size());
    for (Attempt<T, C> attempt : batch) {
      context.checkActive();
      critiques.add(critique(attempt, rubric, context));
    }
    return critiques;
  }

  private Critique critique(Attempt<T, C> attempt, Rubric rubric, RunContext context) {
    C candidate = Objects.requireNonNull(attempt.candidate(), "candidate");
    @Nullable Critique critique;
    try {
      critique = critic.critique(attempt.task(), candidate, attempt.verdict(), rubric);
    } catch (Throwable e) {
      if (e instanceof CancelledException cancelled && context.cancelled()) {
        throw cancelled;
      }
      critique = broken("threw " + PartException.ofOne(e));
    }
    return critique == null ? broken("returned null") : critique;
  }

  /** Nobody knows what it used: the most that it may. */
  private Critique broken(String how) {
    return Critique.undecided("the critic " + how)
        .withCost(Cost.most(critic.maxTokens(), critic.maxMoney()));
  }
}
