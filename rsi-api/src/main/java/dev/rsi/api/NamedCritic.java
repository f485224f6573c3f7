package dev.rsi.api;

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
}
