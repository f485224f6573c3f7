package dev.rsi.core.internal.spending;

import com.google.common.math.LongMath;
import dev.rsi.api.Recipe;
import dev.rsi.api.Trainer;

/** How many trainings there are in a generation, and the most steps that one takes. */
public final class WorstTraining {
  private WorstTraining() {}

  /**
   * How many challengers a trainer proposes in a generation.
   *
   * @throws IllegalStateException if it says fewer than 1
   */
  public static int proposals(Trainer<?, ?> trainer) {
    int proposals = trainer.proposals();
    if (proposals < 1) {
      throw new IllegalStateException(
          "The trainer proposes ("
              + proposals
              + ") challengers in a generation, which must be >= 1.\nMaybe leave proposals() out:"
              + " the default is 1.");
    }
    return proposals;
  }

  /**
   * The most steps of a training.
   *
   * @param lessons how many it has at most
   * @param attempts how many its generation made at most
   * @return {@link Long#MAX_VALUE} if the trainer does not say
   */
  public static long steps(Trainer<?, ?> trainer, Recipe recipe, long lessons, long attempts) {
    return trainer.maxSteps(
        recipe,
        LongMath.saturatedAdd(
            lessons, trainer.learnsFrom() == Trainer.LearnsFrom.LESSONS ? 0 : attempts));
  }
}
