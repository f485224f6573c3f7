package dev.rsi.benchmarks.hazards;

import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleBiFunction;

/**
 * A verifier that passes, of all candidates for a question, those with the highest reward: what
 * optimising a reward by sampling comes down to.
 */
final class BestOf implements Verifier<Ask, Ask.Reply> {
  private final ToDoubleBiFunction<String, String> reward;

  /**
   * A verifier.
   *
   * @param reward of an answer to a question; 0 or less for one that never passes
   */
  BestOf(ToDoubleBiFunction<String, String> reward) {
    this.reward = reward;
  }

  @Override
  public Verdict verify(Ask task, Ask.Reply candidate) {
    return verifyAll(task, List.of(candidate)).get(0);
  }

  @Override
  public List<Verdict> verifyAll(Ask task, List<? extends Ask.Reply> candidates) {
    List<Double> rewards = new ArrayList<>();
    candidates.forEach(c -> rewards.add(reward.applyAsDouble(task.question(), c.first())));
    double most = rewards.stream().mapToDouble(r -> r).max().orElse(0);
    return rewards.stream()
        .map(r -> Verdict.passIf(r > 0 && r == most, "another candidate is rewarded more"))
        .toList();
  }
}
