package dev.rsi.benchmarks.hazards;

import dev.rsi.api.Lesson;
import dev.rsi.api.Recipe;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A way for training to go wrong. One that overrides nothing is a healthy training.
 *
 * <p>Thread-safe and without state.
 */
interface Hazard {
  /** Right or wrong. */
  Verifier<Ask, Ask.Reply> HONEST =
      (task, reply) -> Verdict.passIf(Kind.right(task.question(), reply.first()), "wrong answer");

  /** Who rules on practice. */
  default Verifier<Ask, Ask.Reply> verifier() {
    return HONEST;
  }

  /**
   * What is trained on instead of what the loop chose.
   *
   * @param chosen lessons of the loop
   * @param random the only source of randomness
   */
  default List<Lesson<Ask, Ask.Reply>> lessons(
      List<Lesson<Ask, Ask.Reply>> chosen, RandomGenerator random) {
    return chosen;
  }

  /** What is trained by instead of the loop's recipe. */
  default Recipe recipe(Recipe recipe) {
    return recipe;
  }
}
