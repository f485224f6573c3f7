package dev.rsi.core;

import java.util.function.LongPredicate;

/**
 * What a generation is cut down to where the budget has no room for all of it.
 *
 * @param scouts whether a new incumbent is scouted; else it practises where the last one did
 * @param tasks practice tasks per level
 * @param probing the most attempts that its decision may take
 */
record Fit(boolean scouts, int tasks, long probing) {

  /** Whether there is room for a generation that is cut down so far. */
  @FunctionalInterface
  interface Room {
    boolean has(Fit fit);
  }

  /**
   * The largest that there is room for. Practice gives way first, down to its fewest tasks, then
   * probes: what a decision may take is what its proof is made of.
   *
   * @param scouts whether it scouts
   * @param fewest what a decision needs at least
   * @param whole what it may take at most
   */
  static Fit of(boolean scouts, Practice practice, long fewest, long whole, Room room) {
    int tasks = practice.fewestTasks();
    if (room.has(new Fit(scouts, tasks, whole))) {
      long most = largest(tasks, practice.tasks(), n -> room.has(new Fit(scouts, (int) n, whole)));
      return new Fit(scouts, (int) most, whole);
    }
    return new Fit(scouts, tasks, largest(fewest, whole, n -> room.has(new Fit(scouts, tasks, n))));
  }

  /** The largest number in a range that fits, where all smaller ones do; the least if none fits. */
  static long largest(long least, long most, LongPredicate fits) {
    if (fits.test(most)) {
      return most;
    }
    long low = least;
    long high = most;
    while (high - low > 1) {
      long between = low + (high - low) / 2;
      if (fits.test(between)) {
        low = between;
      } else {
        high = between;
      }
    }
    return low;
  }
}
