package dev.rsi.lm.spi;

import java.util.List;

/**
 * A backend's weights and moments in native memory, and the step that changes them. One thread at a
 * time.
 */
public interface TrainStep extends AutoCloseable {

  /**
   * What a step found.
   *
   * @param loss mean over all targets; of weighed batches the sum of log-probability times slope
   * @param gradientNorm before clipping
   * @param applied whether it changed weights and moments; otherwise they are as they were
   */
  record Result(double loss, double gradientNorm, boolean applied) {}

  /**
   * Takes one step on the mean loss over all targets of the batches, or on what the batches are
   * {@link Batch#weighed} by. A loss or gradient that is not finite changes nothing.
   *
   * @param t number of the step in the moments, from 1
   */
  Result step(List<Batch> batches, AdamW adamW, double learningRate, long t);

  /** Computes the gradient that {@link #step} would take, and changes nothing. */
  float[] gradient(List<Batch> batches);

  /**
   * The natural log-probability of every target under the weights as they are; costs about a third
   * of a step.
   *
   * @return one array per batch, rows x answerLength
   */
  List<float[]> logProbabilities(List<Batch> batches);

  /** A copy of what is trained: all parameters, or the adapters. */
  float[] weights();

  /** A copy of AdamW's running mean of the gradient. */
  float[] firstMoment();

  /** A copy of AdamW's running mean of the squared gradient. */
  float[] secondMoment();

  /** How many native handles are held; the same before and after every call. */
  int held();

  @Override
  void close();
}
