package dev.rsi.core.store;

import java.util.regex.Pattern;

/** What every store checks and says alike. */
final class RunIds {
  private static final Pattern WELL_FORMED = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private RunIds() {}

  static void checkWellFormed(String run) {
    if (!WELL_FORMED.matcher(run).matches()) {
      throw new IllegalArgumentException(
          "Run id (" + run + ") must be 1 to 64 characters of [A-Za-z0-9._-].");
    }
  }

  static void checkPage(long after, int most) {
    if (after < 0 || most < 1) {
      throw new IllegalArgumentException(
          "A page after ("
              + after
              + ") events, of ("
              + most
              + ") at most, must be >= 0, and >= 1.");
    }
  }

  static IllegalArgumentException taken(String run) {
    return new IllegalArgumentException(
        "There is a run (" + run + ") already.\nMaybe give the new run an id of its own.");
  }

  static IllegalArgumentException unknown(String run) {
    return new IllegalArgumentException(
        "There is no run (" + run + ").\nMaybe create it first, or see runs() for what there is.");
  }

  static IllegalStateException closed(Object store) {
    return new IllegalStateException(store + " is closed.");
  }
}
