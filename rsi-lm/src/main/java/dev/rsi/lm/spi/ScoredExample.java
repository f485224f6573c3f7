package dev.rsi.lm.spi;

/**
 * One attempt at a task, as a text to learn from or to shun. It keeps one position offset all
 * through a training, so that its log-probabilities stay comparable.
 */
final class ScoredExample {
  private final Example example;
  private final int offset;
  private final boolean passed;
  private final double reward;

  /** What the training began with; set before the first step. */
  private double[] before = {};

  ScoredExample(Example example, int offset, boolean passed, double reward) {
    this.example = example;
    this.offset = offset;
    this.passed = passed;
    this.reward = reward;
  }

  Example example() {
    return example;
  }

  int offset() {
    return offset;
  }

  boolean passed() {
    return passed;
  }

  double reward() {
    return reward;
  }

  /** How many tokens the answer has, its end included. */
  int tokens() {
    return example.length() - example.promptLength();
  }

  void scoredBefore(double[] logProbabilities) {
    before = logProbabilities;
  }

  double[] before() {
    return before;
  }
}
