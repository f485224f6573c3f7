package dev.rsi.djl;

import dev.rsi.lm.Batch;
import java.util.List;

/**
 * Weights and moments in native memory, and the step that changes them. One thread at a time.
 *
 * <p>Two implementations compute the same: {@link ScriptTrainStep} is the faster and the default,
 * {@link NdArrayTrainStep} uses DJL's public operations alone and is what the other is compared
 * with.
 */
interface TrainStep extends AutoCloseable {

  /** What a step found. A step that was not applied left weights and moments as they were. */
  record Result(double loss, double gradientNorm, boolean applied) {}

  /**
   * Takes one step on the mean loss over all targets of the batches. A loss or gradient that is not
   * finite changes nothing.
   *
   * @param t number of the step in the moments, from 1
   */
  Result step(List<Batch> batches, AdamW adamW, double learningRate, long t);

  /** Computes the gradient of the mean loss, and changes nothing. */
  float[] gradient(List<Batch> batches);

  float[] weights();

  float[] firstMoment();

  float[] secondMoment();

  /** How many native arrays are held; the same before and after every call. */
  int held();

  @Override
  void close();
}
