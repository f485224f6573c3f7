package dev.rsi.api;

import java.util.List;

/**
 * A session that can also say how likely its model is to give a certain candidate: a capability
 * that not every backend has. {@link Generator#open} returns one where it has it, so ask with
 * {@code instanceof}. Field term: log-likelihood evaluation.
 *
 * @param <T> task
 * @param <C> candidate
 */
public interface ScoringSession<T, C> extends Generator.Session<T, C> {

  /**
   * Gives the log-probability of each candidate under the model's own distribution.
   *
   * <p>That is the natural logarithm of the probability that the model, asked the task under a seed
   * drawn at random, writes this candidate as the codec writes it and ends there. For a language
   * model it is the sum over the candidate's tokens, the end token included, at temperature 1 over
   * the whole vocabulary, without truncation such as top-k or top-p. How the session samples, its
   * temperature and its limit on new tokens, changes nothing in that. Where a seed decides more
   * than the tokens, the probability is the mean over all that it may decide.
   *
   * <p>A score depends on the version, the task and the candidate alone: never on the rest of the
   * batch or on earlier calls. (As with outputs, a backend that computes in floating point may
   * differ in the last bits between batch shapes.)
   *
   * @param tasks any number, also none
   * @param candidates one for each task, in the same order
   * @return one score per pair, in the same order: a number of [-infinity, 0], where -infinity is a
   *     candidate that the model never gives; or {@code NaN}, which is a missing score: the pair
   *     cannot be written in the model's vocabulary, it is longer than the model can read, or the
   *     model's numbers are broken. A missing score does not fail the batch
   * @throws IllegalArgumentException if there are not as many candidates as tasks
   * @throws IllegalStateException if the session is closed
   * @throws CancelledException if {@code context} was cancelled before the batch was complete
   * @throws RsiException if the whole batch failed
   */
  List<Double> score(List<T> tasks, List<C> candidates, RunContext context);
}
