package dev.rsi.core.internal.calls;

import dev.rsi.api.Cost;
import dev.rsi.api.RsiException;
import java.math.BigDecimal;

/** What parts say that a call costs at most, and what it cost. */
public final class Costs {
  private Costs() {}

  /**
   * What a call is taken to have used of which nobody knows: the most that its part says, as tokens
   * written, which are the dearest as a rule.
   */
  public static Cost unknown(int maxTokens, BigDecimal maxMoney) {
    return new Cost(0, maxTokens == Integer.MAX_VALUE ? 0 : maxTokens, 0, maxMoney);
  }

  /**
   * Holds a cost against what its part says.
   *
   * @throws RsiException if it is more
   */
  public static void check(String part, Cost cost, int maxTokens, BigDecimal maxMoney) {
    if (cost.tokens() > maxTokens && maxTokens < Integer.MAX_VALUE) {
      throw new RsiException(
          used(part, cost)
              + maxTokens
              + ") tokens.\nMaybe its maxTokens() leaves out what it reads, or the token that ends an"
              + " answer.");
    }
    if (cost.money().compareTo(maxMoney) > 0) {
      throw new RsiException(
          used(part, cost)
              + maxMoney.toPlainString()
              + ") of money.\nMaybe override its maxMoney(): a budget sets that aside.");
    }
  }

  private static String used(String part, Cost cost) {
    return "The " + part + " used (" + cost + ") on an attempt, but says that it uses at most (";
  }
}
