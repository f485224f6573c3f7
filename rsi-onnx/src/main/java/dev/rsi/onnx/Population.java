package dev.rsi.onnx;

import dev.rsi.lm.spi.Batch;

/**
 * Members around a point in the space of a decoder's parameters, in mirrored pairs: for each of
 * some directions, one a step along it and one a step against it. One thread at a time.
 */
interface Population extends AutoCloseable {

  /**
   * What the fitness of a member is, per target of a batch; larger is better.
   *
   * <p>LOG_PROBABILITY is smooth: the slightest change of a weight shows in it. RIGHT_TOKENS is the
   * share of targets that are the likeliest token, which only changes where two tokens change
   * places.
   */
  enum Fitness {
    LOG_PROBABILITY,
    RIGHT_TOKENS
  }

  /**
   * Draws new directions and tries all members.
   *
   * @param weights the point, in the order of the decoder's parameters
   * @param sigma size of a step: the standard deviation of what it adds to a weight
   * @return a number for every member: first those along the directions, in their order, then those
   *     against
   */
  double[] fitness(float[] weights, Batch batch, double sigma, long seed);

  /**
   * The sum of the steps taken last, along each direction, each times its factor.
   *
   * @param factors one for each pair
   * @return of the size of the weights; 0 for those that no direction moves
   */
  float[] combine(double[] factors);

  @Override
  void close();
}
