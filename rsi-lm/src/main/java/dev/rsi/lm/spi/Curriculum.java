package dev.rsi.lm.spi;

import dev.rsi.lm.SupervisedObjective;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a training is taught, step by step. */
interface Curriculum {

  /**
   * What one step is taken on.
   *
   * @param batches weighed by the loss
   * @param loss of them; null where it is the one that the step finds
   */
  record Portion(List<Batch> batches, @Nullable TokenLoss loss) {}

  /**
   * Draws the next portion.
   *
   * @param step asked for log-probabilities where the loss depends on them
   * @param random the only source of randomness
   */
  Portion next(TrainStep step, RandomGenerator random);

  /** Examples, whose plain loss needs no log-probabilities. */
  static Curriculum of(Batches batches, int rows, int shapes, SupervisedObjective objective) {
    SupervisedLoss formula = new SupervisedLoss(objective);
    return (step, random) -> {
      List<Batch> drawn = batches.draw(rows, shapes, random);
      if (objective.loss() == SupervisedObjective.Loss.NLL) {
        return new Portion(drawn, null);
      }
      TokenLoss loss = formula.of(TokenLoss.byAnswer(drawn, step.logProbabilities(drawn)));
      return new Portion(loss.weigh(drawn), loss);
    };
  }
}
