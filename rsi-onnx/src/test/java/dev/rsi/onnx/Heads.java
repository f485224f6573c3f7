package dev.rsi.onnx;

import java.util.List;
import java.util.SplittableRandom;

/** Heads for tests. */
final class Heads {
  private Heads() {}

  /** A classifier whose weights are drawn so that labels differ in probability, none certain. */
  static Head loud(List<String> labels, long seed) {
    Head head = Head.untrained(Head.Kind.SOFTMAX, MiniLm.shared(), labels);
    SplittableRandom random = new SplittableRandom(seed);
    float[] parameters = new float[head.parameters().length];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) (2 * random.nextDouble() - 1);
    }
    return head.with(parameters);
  }
}
