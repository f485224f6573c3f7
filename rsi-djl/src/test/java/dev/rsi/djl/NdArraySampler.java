package dev.rsi.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.spi.AnswerScores;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Sampler;

/**
 * Sampling in DJL's public operations, without a cache: every token runs the whole text again.
 * Slow, and simple enough to be believed.
 */
final class NdArraySampler implements Sampler {
  private final PtNDManager manager;
  private final DecoderConfig config;
  private final NDArray weights;

  /** Takes the manager over: it is closed with this. */
  NdArraySampler(PtNDManager manager, DecoderConfig config, float[] weights) {
    this.manager = manager;
    this.config = config;
    this.weights = FlatState.copy(manager, weights);
  }

  @Override
  public long[] sample(Prompts prompts, double temperature, int end) {
    // Each thread starts with gradients on.
    JniUtils.setGradMode(false);
    int rows = prompts.rows();
    int fresh = prompts.newTokens();
    int width = prompts.length() + fresh;
    long[] ids = new long[rows * width];
    long[] positions = new long[rows * width];
    for (int row = 0; row < rows; row++) {
      int from = row * prompts.length();
      System.arraycopy(prompts.ids(), from, ids, row * width, prompts.length());
      System.arraycopy(prompts.positions(), from, positions, row * width, prompts.length());
      System.arraycopy(
          prompts.added(), row * fresh, positions, row * width + prompts.length(), fresh);
    }
    long[] out = new long[rows * fresh];
    for (int n = 0; n < fresh; n++) {
      int length = prompts.length() + n;
      float[] logits =
          logits(
              head(ids, rows, width, length),
              head(positions, rows, width, length),
              rows,
              length,
              1);
      for (int row = 0; row < rows; row++) {
        int vocabulary = config.vocabularySize();
        double uniform = prompts.uniform()[row * fresh + n];
        int token = Sampler.choose(logits, row * vocabulary, vocabulary, temperature, uniform);
        out[row * fresh + n] = token;
        ids[row * width + length] = token;
      }
    }
    return out;
  }

  private static long[] head(long[] values, int rows, int width, int length) {
    long[] head = new long[rows * length];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(values, row * width, head, row * length, length);
    }
    return head;
  }

  private float[] logits(long[] ids, long[] positions, int rows, int length, int last) {
    try (NDManager step = manager.newSubManager()) {
      weights.tempAttach(step);
      Shape shape = new Shape(rows, length);
      return new NdArrayDecoder(config, step, weights)
          .logits(step.create(ids, shape), step.create(positions, shape), last)
          .toFloatArray();
    }
  }

  @Override
  public double[] score(Batch batch) {
    JniUtils.setGradMode(false);
    return AnswerScores.ofLogits(
        batch,
        logits(
            batch.inputs(), batch.positions(), batch.rows(), batch.length(), batch.answerLength()));
  }

  @Override
  public int held() {
    return manager.getManagedArrays().size();
  }

  @Override
  public void close() {
    manager.close();
  }
}
