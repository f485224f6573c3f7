package dev.rsi.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/** See {@link Verifier#ofSessions} and {@link Verifier#measuringInSessions}. */
record SessionVerifier<T, C>(
    String describe, Supplier<? extends Verifier.Session<T, C>> sessions, boolean measures)
    implements Verifier<T, C> {
  SessionVerifier {
    Objects.requireNonNull(sessions, "open");
  }

  @Override
  public Session<T, C> open() {
    return sessions.get();
  }

  @Override
  public Verdict verify(T task, C candidate) {
    return verifyAll(task, List.of(candidate)).get(0);
  }

  /** In a session of its own. */
  @Override
  public List<Verdict> verifyAll(T task, List<? extends C> candidates) {
    List<Attempt<T, C>> batch = new ArrayList<>(candidates.size());
    for (C candidate : candidates) {
      batch.add(Attempt.of(task, Output.of(candidate, 0), 1, 0, 0));
    }
    try (Session<T, C> session = open()) {
      return session.verify(batch, RunContext.standalone());
    }
  }
}
