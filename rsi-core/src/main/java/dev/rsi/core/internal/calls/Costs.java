package dev.rsi.core.internal.calls;

import dev.rsi.api.Cost;
import dev.rsi.api.RsiException;

/** What parts say that a call costs at most, and what it cost. */
final class Costs {
  private Costs() {}

  /** What a call is taken to have used of which nobody knows: the most that its part says. */
  static Cost unknown(int most) {
    return most == Integer.MAX_VALUE ? Cost.NONE : new Cost(0, most);
  }

  /**
   * Holds a cost against what its part says.
   *
   * @throws RsiException if it is more
   */
  static void check(String part, Cost cost, int most) {
    if (cost.tokens() > most) {
      throw new RsiException(
          "The "
              + part
              + " used "
              + cost
              + " on an attempt, but says that it uses at most ("
              + most
              + ") tokens.\nMaybe its maxTokens() leaves out what it reads.");
    }
  }
}
