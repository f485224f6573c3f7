package dev.rsi.core;

import java.util.function.IntToDoubleFunction;

/**
 * How far the model can go, as measured. See {@link Practice}.
 *
 * @param mastered the hardest level mastered, 0 if none is
 * @param hardest the hardest level worth practising
 */
record Frontier(int mastered, int hardest) {
  static final Frontier START = new Frontier(0, 0);

  /**
   * Measures anew, from the level mastered before upwards.
   *
   * @param levels the hardest level there is
   * @param passRate measures the pass rate of a level
   */
  Frontier measure(int levels, Practice practice, IntToDoubleFunction passRate) {
    int from = Math.max(1, mastered);
    int newlyMastered = from - 1;
    int level = from;
    for (; level <= Math.min(levels, newlyMastered + practice.reach()); level++) {
      double rate = passRate.applyAsDouble(level);
      if (rate >= practice.mastery() && newlyMastered == level - 1) {
        newlyMastered = level;
      }
      if (rate < practice.passRate()) {
        break;
      }
    }
    int hardest = Math.max(level - 1, newlyMastered + 1);
    return new Frontier(newlyMastered, Math.min(hardest, levels));
  }
}
