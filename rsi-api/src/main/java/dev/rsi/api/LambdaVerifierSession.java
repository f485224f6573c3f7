package dev.rsi.api;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** Rules on one task after another; what breaks on one leaves the others their verdicts. */
record LambdaVerifierSession<T, C>(Verifier<T, C> verifier) implements Verifier.Session<T, C> {

  @Override
  public List<Verdict> verify(List<Attempt<T, C>> batch, RunContext context) {
    if (batch.size() == 1) {
      context.checkActive();
      return rule(batch.get(0).task(), List.of(candidate(batch.get(0))), context);
    }
    List<Verdict> verdicts = new ArrayList<>(batch.size());
    List<C> candidates = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      T task = batch.get(i).task();
      candidates.add(candidate(batch.get(i)));
      if (i + 1 == batch.size() || !batch.get(i + 1).task().equals(task)) {
        context.checkActive();
        verdicts.addAll(rule(task, List.copyOf(candidates), context));
        candidates.clear();
      }
    }
    return verdicts;
  }

  private static <C> C candidate(Attempt<?, C> attempt) {
    return Objects.requireNonNull(attempt.candidate(), "candidate");
  }

  /** Whatever it throws, it decided nothing; unless the call was cancelled, and it says so. */
  private List<Verdict> rule(T task, List<C> candidates, RunContext context) {
    int count = candidates.size();
    List<Verdict> verdicts;
    try {
      List<Verdict> given = verifier.verifyAll(task, candidates);
      // A copy, which unlike List.of may be asked whether it holds null.
      verdicts = given == null ? List.of() : new ArrayList<>(given);
    } catch (Throwable e) {
      if (e instanceof CancelledException cancelled && context.cancelled()) {
        throw cancelled;
      }
      return Collections.nCopies(
          count, Verdict.broken("verifier", PartException.ofOne(e)).withCost(unknown()));
    }
    return verdicts.size() == count && !verdicts.contains(null)
        ? verdicts
        : Collections.nCopies(
            count,
            Verdict.undecided("the verifier gave no verdict for each of " + count + " candidates")
                .withCost(unknown()));
  }

  /** Of what broke nobody knows what it used: the most that it may. */
  private Cost unknown() {
    return Cost.most(verifier.maxTokens(), verifier.maxMoney());
  }
}
