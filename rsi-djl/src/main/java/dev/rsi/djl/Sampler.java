package dev.rsi.djl;

import dev.rsi.lm.Batch;

/**
 * Weights in native memory, and the ways to sample from them and to score answers. One thread at a
 * time.
 *
 * <p>Two implementations compute the same: {@link ScriptSampler} is the faster and the default,
 * {@link NdArraySampler} is what it is compared with.
 */
interface Sampler extends AutoCloseable {

  /**
   * Prompts of one length, row-major.
   *
   * @param rows how many
   * @param length tokens of each
   * @param newTokens at most so many are added to each
   * @param ids token ids, rows x length
   * @param positions position ids of them
   * @param added position ids of the new tokens when they are read back, rows x newTokens
   * @param uniform numbers in [0, 1) that decide the draws, rows x newTokens
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on at once, never compared
  record Prompts(
      int rows,
      int length,
      int newTokens,
      long[] ids,
      long[] positions,
      long[] added,
      double[] uniform) {}

  /**
   * Continues every prompt.
   *
   * @param temperature 0 takes the likeliest token
   * @param end the token that ends an answer
   * @return new tokens, rows x newTokens; what follows a row's end token has no meaning
   */
  long[] sample(Prompts prompts, double temperature, int end);

  /** Log-probability (natural) of each row's targets, given what stands before them. */
  double[] score(Batch batch);

  /** How many native arrays are held; the same before and after every call. */
  int held();

  @Override
  void close();
}
