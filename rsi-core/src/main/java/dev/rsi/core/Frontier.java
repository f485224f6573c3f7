package dev.rsi.core;

import com.google.common.math.LongMath;
import java.util.function.IntToDoubleFunction;

/**
 * How far the model can go, as measured. See {@link Practice}.
 *
 * @param mastered the hardest level mastered, 0 if none is
 * @param hardest the hardest level worth practising
 */
record Frontier(int mastered, int hardest) {
  /** Before anything is measured: lessons up to this level were given, 0 for none. */
  static Frontier given(int level) {
    return new Frontier(0, level);
  }

  /** The most attempts that it takes to measure anew. */
  long scouts(int levels, Practice practice) {
    // What was never taught is not mastered, and no level is looked at beyond the reach of that.
    long top = hardest == 0 ? levels : Math.min(levels, (long) hardest + practice.reach());
    return practice.scouting(top - Math.max(1, mastered) + 1);
  }

  /** The attempts that practice takes. */
  long practice(Practice practice) {
    long attempts = (long) practice.samples() * practice.tasks();
    return LongMath.saturatedMultiply(attempts, hardest - mastered);
  }

  /** The most attempts that it takes to measure anew and to practise. */
  long worstCase(int levels, Practice practice) {
    int from = Math.max(1, mastered);
    Frontier widest = new Frontier(0, Math.min(practice.reach(), levels - from + 1));
    return LongMath.saturatedAdd(scouts(levels, practice), widest.practice(practice));
  }

  /** The most attempts that it takes to try so many proposals once it was measured anew. */
  long screening(int levels, Practice practice, int proposals) {
    return practice.screening(levels - Math.max(1, mastered) + 1, proposals);
  }

  /** The attempts that it takes to try so many proposals on what was practised. */
  long screening(Practice practice, int proposals) {
    return practice.screening(hardest - mastered, proposals);
  }

  /**
   * Measures anew, from the level mastered before upwards. A level that was neither practised nor
   * given lessons for does not count as mastered, whatever the verifier says of it; only of a model
   * that came without lessons, the first measurement is taken at its word.
   *
   * @param levels the hardest level there is
   * @param passRate measures the pass rate of a level
   */
  Frontier measure(int levels, Practice practice, IntToDoubleFunction passRate) {
    int from = Math.max(1, mastered);
    int taught = hardest == 0 ? levels : hardest;
    int newlyMastered = from - 1;
    int level = from;
    for (; level <= Math.min(levels, (long) newlyMastered + practice.reach()); level++) {
      double rate = passRate.applyAsDouble(level);
      if (rate >= practice.mastery() && newlyMastered == level - 1 && level <= taught) {
        newlyMastered = level;
      }
      if (rate < practice.passRate()) {
        break;
      }
    }
    int reached = Math.max(level - 1, newlyMastered + 1);
    return new Frontier(newlyMastered, Math.min(reached, levels));
  }
}
