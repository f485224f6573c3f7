package dev.rsi.api;

import java.math.BigDecimal;
import java.util.List;

/**
 * Makes a challenger from a base version and lessons. Field term: fine-tuning.
 *
 * <p>Implementations must be thread-safe; each call stands alone.
 *
 * @param <T> task
 * @param <C> candidate
 */
public interface Trainer<T, C> extends Described {

  /** The settings that a recipe for this trainer may have. Distinct names; the same every time. */
  List<Knob> knobs();

  /** What a trainer learns from, and so what a loop gives it, and when it is asked. */
  enum LearnsFrom {
    /**
     * Lessons alone, which passed. It is asked where a generation made a lesson that was not known;
     * and once for lessons that were given, if there are no others. Field terms: supervised
     * fine-tuning, rejection sampling.
     */
    LESSONS,
    /**
     * Attempts that failed beside those that passed: it is given the attempts that have a candidate
     * and are worth something, and asked where attempts at one task have different {@linkplain
     * Attempt#reward rewards}. Field terms: policy gradients, preferences.
     */
    CONTRASTS,
    /**
     * Every decided attempt with its verdict's reason and its critique, malformed answers too. It
     * is asked wherever there is one, also when nothing passed; and once for lessons that were
     * given, if there is none. Field term: reflection.
     */
    ATTEMPTS
  }

  /**
   * What it learns from. The same every time; by default {@link LearnsFrom#CONTRASTS} if it {@link
   * #contrasts}, else {@link LearnsFrom#LESSONS}.
   */
  default LearnsFrom learnsFrom() {
    return contrasts() ? LearnsFrom.CONTRASTS : LearnsFrom.LESSONS;
  }

  /**
   * Whether it learns by contrast, for a trainer that does not say what it {@link #learnsFrom}. The
   * same every time; default false.
   */
  default boolean contrasts() {
    return false;
  }

  /**
   * The most optimiser steps that a training takes: what a budget of them sets aside for it. The
   * same every time, and not less for more lessons.
   *
   * @param lessons how many lessons and attempts the request may have together, 1 or more
   * @return 0 or more; {@link Long#MAX_VALUE}, the default, if that is not known beforehand
   */
  default long maxSteps(Recipe recipe, long lessons) {
    return Long.MAX_VALUE;
  }

  /**
   * The most attempts that a training has drafts make, {@link TrainingContext#attempt}: a budget
   * sets them aside with the training, with what verifier and critic use on them. The same every
   * time, and not less for more lessons.
   *
   * @param lessons how many lessons and attempts the request may have together, 1 or more
   * @return 0 or more; 0, the default, if it tries nothing: then it may not
   */
  default long maxAttempts(Recipe recipe, long lessons) {
    return 0;
  }

  /**
   * The most tokens that a training has other models read and write, {@link TrainingContext#ask},
   * each call counted by what it may use at most. The same every time, and not less for more
   * lessons.
   *
   * @param lessons how many lessons and attempts the request may have together, 1 or more
   * @return 0 or more; 0, the default, if it asks none: then it may not
   */
  default long maxTokens(Recipe recipe, long lessons) {
    return 0;
  }

  /**
   * The most money that a training's {@linkplain TrainingContext#ask calls of other models} may be
   * charged for, where they say what that was: what a budget of money sets aside for them, if their
   * tokens at the budget's price are not more. The same every time, and not less for more lessons.
   *
   * @param lessons how many lessons and attempts the request may have together, 1 or more
   * @return zero, the default, if none of them says so; 0 or more, with at most 9 decimal places
   */
  default BigDecimal maxMoney(Recipe recipe, long lessons) {
    return BigDecimal.ZERO;
  }

  /**
   * How many challengers it proposes in a generation. Each is a training of its own, with a seed of
   * its own and a number in the {@link TrainingRequest}; the loop tries all of them on the same
   * fresh practice tasks under the same seeds, and the best goes to the gate. Each costs as much as
   * a training does. Field terms: best of n, common random numbers.
   *
   * @return 1, the default, or more; the same every time
   */
  default int proposals() {
    return 1;
  }

  /**
   * Trains.
   *
   * <p>The same request gives the same artifact, bit for bit, wherever the backend can promise that
   * (and it says where it cannot). A trainer that asks models does the same at the same answers.
   *
   * @param context says when to end; and what runs the model and asks others on the run's account
   * @return what was made. The registry hashes it and names the version; a trainer never does
   * @throws CancelledException if {@code context} was cancelled; nothing is kept
   * @throws RsiException if training failed, for example on non-finite weights; nothing is kept
   */
  TrainedArtifact train(TrainingRequest<T, C> request, TrainingContext<T, C> context);
}
