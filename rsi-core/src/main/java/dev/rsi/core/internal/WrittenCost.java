package dev.rsi.core.internal;

import dev.rsi.api.Cost;
import java.math.BigDecimal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A cost as it is recorded.
 *
 * @param tokensCached null for none
 * @param money in digits; null for none
 */
record WrittenCost(
    long tokensIn,
    long tokensOut,
    @LeftOutIfNull @Nullable Long tokensCached,
    @LeftOutIfNull @Nullable String money) {
  /** Digits of any amount that a cost can have, and some more. */
  private static final int LONGEST = 40;

  static WrittenCost of(Cost cost) {
    return new WrittenCost(
        cost.tokensIn(),
        cost.tokensOut(),
        cost.tokensCached() == 0 ? null : cost.tokensCached(),
        cost.money().signum() == 0 ? null : cost.money().toPlainString());
  }

  /**
   * The cost.
   *
   * @throws IllegalArgumentException if it is none
   */
  Cost cost() {
    return new Cost(
        tokensIn, tokensOut, Objects.requireNonNullElse(tokensCached, 0L), amount(money));
  }

  private static BigDecimal amount(@Nullable String digits) {
    if (digits == null) {
      return BigDecimal.ZERO;
    }
    if (digits.length() > LONGEST) {
      throw new IllegalArgumentException("money (" + Cut.shown(digits) + ") is no amount.");
    }
    try {
      return new BigDecimal(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("money (" + Cut.shown(digits) + ") is no amount.", e);
    }
  }
}
