package dev.rsi.core.internal.calls;

import dev.rsi.api.Attempt;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadFactory;

/**
 * Has a verifier rule on attempts, as it says that it may be called. What breaks or takes too long
 * gives UNDECIDED. Used by one thread at a time.
 */
public final class VerifierCalls<T, C> implements AutoCloseable {
  private final Verifier<T, C> verifier;
  private final int batch;
  private final Crew<Verifier.Session<T, C>> crew;

  /** The calls of a verifier, on threads of a factory. */
  // Tasks and candidates are only handed in, so a verifier of wider types rules on them as well.
  @SuppressWarnings("unchecked")
  public VerifierCalls(Verifier<? super T, ? super C> verifier, ThreadFactory threads) {
    this.verifier = (Verifier<T, C>) verifier;
    this.batch = verifier.calling().batch();
    this.crew = new Crew<>("verifier", verifier.calling(), this.verifier::open, threads);
  }

  /**
   * Rules on attempts, all with a candidate.
   *
   * @param tasks the attempts at each task, one or more; lists that nobody changes
   * @param making makes the calls
   * @return verdicts on all attempts, in order
   * @throws dev.rsi.api.RsiException if a verdict cost more than the verifier says that one may
   */
  public List<Verdict> rule(
      List<List<Attempt<T, C>>> tasks,
      Watch watch,
      Making<List<Attempt<T, C>>, List<Verdict>> making) {
    List<List<Attempt<T, C>>> batches = batches(tasks);
    List<Verdict> verdicts = new ArrayList<>();
    List<Answer<List<Verdict>>> answers = making.make(batches, some -> once(some, watch));
    for (int i = 0; i < answers.size(); i++) {
      verdicts.addAll(
          Lists.each(answers.get(i), batches.get(i).size(), "verifier", this::undecided));
    }
    verdicts.forEach(
        verdict ->
            Costs.check("verifier", verdict.cost(), verifier.maxTokens(), verifier.maxMoney()));
    return verdicts;
  }

  private List<Answer<List<Verdict>>> once(List<List<Attempt<T, C>>> batches, Watch watch) {
    return crew.make(
        batches.size(),
        (session, number, call) -> Lists.copy(session.verify(batches.get(number), call)),
        watch);
  }

  /**
   * Whole tasks together, as many as fit. Two draws of an equal task never share a call, in which
   * they would look like one.
   */
  private List<List<Attempt<T, C>>> batches(List<List<Attempt<T, C>>> tasks) {
    if (batch == 1) {
      return tasks;
    }
    List<List<Attempt<T, C>>> batches = new ArrayList<>();
    List<Attempt<T, C>> open = new ArrayList<>();
    for (List<Attempt<T, C>> own : tasks) {
      boolean fits =
          open.size() + own.size() <= batch
              && open.stream().noneMatch(a -> a.task().equals(own.get(0).task()));
      if (!fits && !open.isEmpty()) {
        batches.add(Collections.unmodifiableList(open));
        open = new ArrayList<>();
      }
      open.addAll(own);
    }
    if (!open.isEmpty()) {
      batches.add(Collections.unmodifiableList(open));
    }
    return batches;
  }

  /** How many attempts a call takes at most where there are so many at each task. */
  public int together(int samples) {
    return Math.max(batch, samples);
  }

  private Verdict undecided(String reason) {
    return Verdict.undecided(reason)
        .withCost(Costs.unknown(verifier.maxTokens(), verifier.maxMoney()));
  }

  /** Who is called, to be closed with others. */
  public Crew<?> crew() {
    return crew;
  }

  @Override
  public void close() {
    crew.close();
  }
}
