package dev.rsi.core.internal.calls;

import dev.rsi.api.Cost;
import dev.rsi.api.RsiException;

/** What parts say that a call costs at most, and what it cost. */
final class Costs {
  private Costs() {}

  /**
   * Holds a cost against what its part says.
   *
   * @throws RsiException if it is more
   */
  static void check(String part, Cost cost, int most) {
    // One after another: the sum may be too large for a number.
    if (cost.tokensIn() > most || cost.tokensOut() > most - cost.tokensIn()) {
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
