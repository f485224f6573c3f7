package dev.rsi.core.internal.practice;

import dev.rsi.api.Attempt;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.Rubric;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.Ruling;
import dev.rsi.core.internal.calls.Answer;
import dev.rsi.core.internal.calls.Crew;
import dev.rsi.core.internal.calls.CriticCalls;
import dev.rsi.core.internal.calls.Making;
import dev.rsi.core.internal.calls.VerifierCalls;
import dev.rsi.core.internal.calls.Watch;
import dev.rsi.core.internal.steps.Asking;
import dev.rsi.core.internal.steps.Steps;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Has attempts verified and criticised, by sessions of {@link #crews}. What breaks or takes too
 * long gives UNDECIDED, never an exception; what does so through nobody's fault is asked again
 * first.
 */
public final class Examiner<T, C> {
  private final VerifierCalls<T, C> verifier;
  private final @Nullable CriticCalls<T, C> critic;
  private final Steps steps;
  private final Asking<List<Attempt<T, C>>, List<Verdict>> ruling;
  private final Asking<List<Attempt<T, C>>, List<Critique>> criticising;

  /** Has attempts examined by sessions on threads of a factory. */
  public Examiner(
      Verifier<? super T, ? super C> verifier,
      @Nullable Critic<? super T, ? super C> critic,
      Rubric rubric,
      Steps steps,
      ThreadFactory threads) {
    this.verifier = new VerifierCalls<>(verifier, threads);
    this.critic = critic == null ? null : new CriticCalls<>(critic, rubric, threads);
    this.steps = steps;
    this.ruling = new Asking<>(steps.outages(), "verifier", Examiner::cameOfRuling);
    this.criticising = new Asking<>(steps.outages(), "critic", Examiner::cameOfCriticising);
  }

  private static Asking.Came cameOfRuling(Answer<List<Verdict>> answer) {
    return came(answer, Ruling::isBroken);
  }

  private static Asking.Came cameOfCriticising(Answer<List<Critique>> answer) {
    return came(answer, CriticCalls::isBroken);
  }

  /** One that threw may have been given what it can never rule on, unless it says otherwise. */
  private static <E> Asking.Came came(Answer<List<E>> answer, Predicate<E> broken) {
    if (answer.kind() != Answer.Kind.GIVEN) {
      return Asking.failed(answer, Asking.Came.LASTING);
    }
    List<E> given = answer.value();
    boolean all = given != null && !given.contains(null) && given.stream().allMatch(broken);
    return all ? Asking.Came.LASTING : Asking.Came.ANSWERED;
  }

  /** Makes calls, and those again that came to nothing through nobody's fault. */
  private <E> Making<List<Attempt<T, C>>, List<E>> through(
      Asking<List<Attempt<T, C>>, List<E>> asking, int most) {
    return (batches, once) ->
        asking.all(batches, lost -> steps.accounts().lostRulings((lost.size() + 1L) * most), once);
  }

  /**
   * Rules on attempts, and has those criticised that the critic asks about.
   *
   * @param attempts those at one task after another
   * @param sizes how many there are at each task, one or more
   * @return the same attempts, ruled on, in order
   * @throws dev.rsi.api.CancelledException if the context was cancelled before all were
   * @throws dev.rsi.api.RsiException if one cost more than its part says that it may
   */
  List<Attempt<T, C>> examine(List<Attempt<T, C>> attempts, List<Integer> sizes, Watch watch) {
    List<Attempt<T, C>> ruled = ruled(attempts, sizes, watch);
    return critic == null ? ruled : criticised(critic, ruled, watch);
  }

  /** An attempt was examined, in this process or in one that the run was resumed from. */
  void seen(Attempt<T, C> attempt) {
    Critique critique = attempt.critique();
    if (attempt.candidate() != null && attempt.decided()) {
      ruling.answered(List.of(attempt));
    }
    if (critique != null && critique.decided()) {
      criticising.answered(List.of(attempt));
    }
  }

  private List<Attempt<T, C>> ruled(
      List<Attempt<T, C>> attempts, List<Integer> sizes, Watch watch) {
    List<List<Attempt<T, C>>> tasks = new ArrayList<>();
    int from = 0;
    for (int size : sizes) {
      List<Attempt<T, C>> own = new ArrayList<>(size);
      from += size;
      for (Attempt<T, C> attempt : attempts.subList(from - size, from)) {
        if (attempt.candidate() != null) {
          own.add(attempt);
        }
      }
      if (!own.isEmpty()) {
        tasks.add(List.copyOf(own));
      }
    }
    List<Verdict> verdicts =
        verifier.rule(tasks, watch, through(ruling, verifier.together(Collections.max(sizes))));
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

  private List<Attempt<T, C>> criticised(
      CriticCalls<T, C> critic, List<Attempt<T, C>> ruled, Watch watch) {
    List<Critique> critiques =
        critic.criticise(
            ruled.stream().filter(critic::asksAbout).toList(),
            watch,
            through(criticising, critic.together()));
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
