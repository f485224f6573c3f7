package dev.rsi.core.internal.calls;

import dev.rsi.api.Attempt;
import dev.rsi.api.Critic;
import dev.rsi.api.Critique;
import dev.rsi.api.Rubric;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;

/**
 * Has a critic grade attempts, as it says that it may be called. What breaks or takes too long is
 * undecided. Used by one thread at a time.
 */
public final class CriticCalls<T, C> implements AutoCloseable {
  private final Critic<T, C> critic;
  private final Rubric rubric;
  private final Crew<Critic.Session<T, C>> crew;

  /** The calls of a critic, on threads of a factory. */
  // Tasks and candidates are only handed in, so a critic of wider types criticises them as well.
  @SuppressWarnings("unchecked")
  public CriticCalls(Critic<? super T, ? super C> critic, Rubric rubric, ThreadFactory threads) {
    this.critic = (Critic<T, C>) critic;
    this.rubric = rubric;
    this.crew = new Crew<>("critic", critic.calling(), this.critic::open, threads);
  }

  /** Whether an attempt that was ruled on is to be criticised. */
  public boolean asksAbout(Attempt<T, C> attempt) {
    return attempt.candidate() != null
        && (attempt.passed() || (attempt.decided() && critic.asksFailures()));
  }

  /**
   * Criticises attempts that it asks about.
   *
   * @param making makes the calls
   * @return critiques by the rubric, in order
   * @throws dev.rsi.api.RsiException if a critique cost more than the critic says that one may
   */
  public List<Critique> criticise(
      List<Attempt<T, C>> attempts,
      Watch watch,
      Making<List<Attempt<T, C>>, List<Critique>> making) {
    int batch = critic.calling().batch();
    List<List<Attempt<T, C>>> batches = new ArrayList<>();
    for (int from = 0; from < attempts.size(); from += batch) {
      batches.add(List.copyOf(attempts.subList(from, Math.min(attempts.size(), from + batch))));
    }
    List<Critique> critiques = new ArrayList<>(attempts.size());
    List<Answer<List<Critique>>> answers = making.make(batches, some -> once(some, watch));
    for (int i = 0; i < answers.size(); i++) {
      Lists.each(answers.get(i), batches.get(i).size(), "critic", this::undecided)
          .forEach(critique -> critiques.add(onRubric(critique)));
    }
    critiques.forEach(
        critique -> Costs.check("critic", critique.cost(), critic.maxTokens(), critic.maxMoney()));
    return critiques;
  }

  private List<Answer<List<Critique>>> once(List<List<Attempt<T, C>>> batches, Watch watch) {
    return crew.make(
        batches.size(),
        (session, number, call) -> Lists.copy(session.criticise(batches.get(number), rubric, call)),
        watch);
  }

  /** A critic's names and their order go no further. */
  private Critique onRubric(Critique critique) {
    try {
      return critique.on(rubric);
    } catch (IllegalArgumentException e) {
      return Critique.undecided("the critic threw " + e).withCost(critique.cost());
    }
  }

  /** How many attempts a call takes at most. */
  public int together() {
    return critic.calling().batch();
  }

  /** Whether a critique says that the critic threw. */
  public static boolean isBroken(Critique critique) {
    return !critique.decided() && critique.text().startsWith("the critic threw ");
  }

  private Critique undecided(String reason) {
    return Critique.undecided(reason)
        .withCost(Costs.unknown(critic.maxTokens(), critic.maxMoney()));
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
