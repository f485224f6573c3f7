package dev.rsi.core.internal.spending;

import com.google.common.math.LongMath;
import dev.rsi.api.Recipe;
import dev.rsi.api.Trainer;

/** The most steps that a training takes. */
public final class WorstTraining {
  private WorstTraining() {}

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
