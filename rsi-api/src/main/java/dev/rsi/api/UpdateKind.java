package dev.rsi.api;

/**
 * What a challenger changes. A closed set: gate, probes, judges, budget and store are not in it,
 * for nothing that the loop makes may replace them.
 */
public enum UpdateKind {
  /** The model's artifact: weights, or a prompt. */
  ARTIFACT,
  /** The settings of training; judged by the model that they yield. */
  RECIPE,
  /**
   * What critics judge by. It decides what later generations learn, so a gate asks for more; judged
   * by the rubric of generation 0.
   */
  RUBRIC
}
