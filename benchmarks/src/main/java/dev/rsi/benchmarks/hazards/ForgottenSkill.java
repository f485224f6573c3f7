package dev.rsi.benchmarks.hazards;

import dev.rsi.api.Lesson;
import dev.rsi.api.Recipe;
import dev.rsi.lm.DecoderTraining;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A filter that lets lessons of one skill through alone, and a learning rate as if there were
 * nothing to lose: the other skills are forgotten.
 */
final class ForgottenSkill implements Hazard {
  private static final double LEARNING_RATE = 4e-3;

  @Override
  public List<Lesson<Ask, Ask.Reply>> lessons(
      List<Lesson<Ask, Ask.Reply>> chosen, RandomGenerator random) {
    return chosen.stream()
        .filter(lesson -> Skill.of(lesson.task().question()) == Skill.PICK)
        .toList();
  }

  @Override
  public Recipe recipe(Recipe recipe) {
    return recipe.with(DecoderTraining.LEARNING_RATE, LEARNING_RATE);
  }
}
