package dev.rsi.core.internal.practice;

import dev.rsi.api.Attempt;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.Rubric;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.Ruling;
import dev.rsi.core.internal.calls.Crew;
import dev.rsi.core.internal.calls.CriticCalls;
import dev.rsi.core.internal.calls.VerifierCalls;
import dev.rsi.core.internal.calls.Watch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Has attempts verified and criticised, by sessions of {@link #crews}. What breaks or takes too
 * long gives UNDECIDED, never an exception.
 */
public final class Examiner<T, C> {
  private final VerifierCalls<T, C> verifier;
  private final @Nullable CriticCalls<T, C> critic;

  /** Has attempts examined by sessions on threads of a factory. */
  public Examiner(
      Verifier<? super T, ? super C> verifier,
      @Nullable Critic<? super T, ? super C> critic,
      Rubric rubric,
      ThreadFactory threads) {
    this.verifier = new VerifierCalls<>(verifier, threads);
    this.critic = critic == null ? null : new CriticCalls<>(critic, rubric, threads);
  }

  /**
   * Rules on attempts, and has those criticised that the critic asks about.
   *
   * @param attempts those at one task after another
   * @param samples how many there are at each task
   * @return the same attempts, ruled on, in order
   * @throws dev.rsi.api.CancelledException if the context was cancelled before all were
   * @throws dev.rsi.api.RsiException if one cost more than its part says that it may
   */
  List<Attempt<T, C>> examine(List<Attempt<T, C>> attempts, int samples, Watch watch) {
    List<Attempt<T, C>> ruled = ruled(attempts, samples, watch);
    return critic == null ? ruled : criticised(critic, ruled, watch);
  }

  private List<Attempt<T, C>> ruled(List<Attempt<T, C>> attempts, int samples, Watch watch) {
    List<List<Attempt<T, C>>> tasks = new ArrayList<>();
    for (int from = 0; from < attempts.size(); from += samples) {
      List<Attempt<T, C>> own = new ArrayList<>(samples);
      for (Attempt<T, C> attempt : attempts.subList(from, from + samples)) {
        if (attempt.candidate() != null) {
          own.add(attempt);
        }
      }
      if (!own.isEmpty()) {
        tasks.add(List.copyOf(own));
      }
    }
    List<Verdict> verdicts = verifier.rule(tasks, watch);
    List<Attempt<T, C>> ruled = new ArrayList<>(attempts.size());
    int next = 0;
    for (Attempt<T, C> attempt : attempts) {
      ruled.add(
          attempt.ruled(
              attempt.candidate() == null
                  ? Ruling.withoutCandidate(attempt.output())
                  : verdicts.get(next++)));
    }
    return ruled;
  }

  private static <T, C> List<Attempt<T, C>> criticised(
      CriticCalls<T, C> critic, List<Attempt<T, C>> ruled, Watch watch) {
    List<Critique> critiques =
        critic.criticise(ruled.stream().filter(critic::asksAbout).toList(), watch);
    List<Attempt<T, C>> criticised = new ArrayList<>(ruled.size());
    int next = 0;
    for (Attempt<T, C> attempt : ruled) {
      criticised.add(
          critic.asksAbout(attempt) ? attempt.criticised(critiques.get(next++)) : attempt);
    }
    return criticised;
  }

  /** Who rules and criticises, to be closed. */
  public List<Crew<?>> crews() {
    return critic == null ? List.of(verifier.crew()) : List.of(verifier.crew(), critic.crew());
  }
}
