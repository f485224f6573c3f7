package dev.rsi.api;

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

  /**
   * Whether it learns by contrast: from attempts that failed beside those that passed. A loop then
   * gives it the {@link TrainingRequest#attempts} of the generation beside the lessons, and trains
   * where attempts at one task have different {@linkplain Attempt#reward rewards}. The same every
   * time; default false.
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
   * Trains.
   *
   * <p>The same request gives the same artifact, bit for bit, wherever the backend can promise that
   * (and it says where it cannot).
   *
   * @return what was made. The registry hashes it and names the version; a trainer never does
   * @throws CancelledException if {@code context} was cancelled; nothing is kept
   * @throws RsiException if training failed, for example on non-finite weights; nothing is kept
   */
  TrainedArtifact train(TrainingRequest<T, C> request, RunContext context);
}
