package dev.rsi.lm;

import java.util.List;

/**
 * A backend's weights and moments in native memory, and the step that changes them. One thread at a
 * time.
 */
public interface TrainStep extends AutoCloseable {

  /**
   * What a step found.
   *
   * @param loss mean over all targets
   * @param gradientNorm before clipping
   * @param applied whether it changed weights and moments; otherwise they are as they were
   */
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

  /** A copy of all parameters. */
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
