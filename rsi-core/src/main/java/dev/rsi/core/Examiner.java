package dev.rsi.core;

import dev.rsi.api.Attempt;
import dev.rsi.api.CancelledException;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.Rubric;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.Ruling;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Has attempts verified and criticised. What breaks gives UNDECIDED, never an exception. */
final class Examiner<T, C> {
  private final Verifier<? super T, ? super C> verifier;
  private final @Nullable Critic<? super T, ? super C> critic;
  private final Rubric rubric;

  Examiner(
      Verifier<? super T, ? super C> verifier,
      @Nullable Critic<? super T, ? super C> critic,
      Rubric rubric) {
    this.verifier = verifier;
    this.critic = critic;
    this.rubric = rubric;
  }

  /** Rules on the attempts at one task, in order. */
  List<Attempt<T, C>> examine(T task, List<Attempt<T, C>> attempts) {
    List<C> candidates = new ArrayList<>(attempts.size());
    for (Attempt<T, C> attempt : attempts) {
      C candidate = attempt.candidate();
      if (candidate != null) {
        candidates.add(candidate);
      }
    }
    List<Verdict> verdicts = Ruling.on(verifier, task, candidates);
    List<Attempt<T, C>> examined = new ArrayList<>(attempts.size());
    int next = 0;
    for (Attempt<T, C> attempt : attempts) {
      C candidate = attempt.candidate();
      examined.add(
          candidate == null
              ? attempt.ruled(Ruling.withoutCandidate(attempt.output()))
              : criticised(attempt.ruled(verdicts.get(next++)), candidate));
    }
    return examined;
  }

  private Attempt<T, C> criticised(Attempt<T, C> attempt, C candidate) {
    return critic == null || !attempt.passed()
        ? attempt
        : attempt.criticised(critique(critic, attempt, candidate));
  }

  private Critique critique(
      Critic<? super T, ? super C> asked, Attempt<T, C> attempt, C candidate) {
    try {
      Critique critique = asked.critique(attempt.task(), candidate, attempt.verdict(), rubric);
      // A critic's names and their order go no further.
      return critique == null
          ? Critique.undecided("the critic returned null")
          : critique.on(rubric);
    } catch (CancelledException e) {
      throw e;
    } catch (RuntimeException e) {
      return Critique.undecided("the critic threw " + e);
    }
  }
}
