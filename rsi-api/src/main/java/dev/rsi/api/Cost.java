package dev.rsi.api;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Objects;

/**
 * What a call used beside time: tokens, and money where whoever was called says what it charged.
 * Field terms: token usage, billed cost.
 *
 * <p>Money is in the currency of the budget's {@code Price}. It is exact to a billionth, and what
 * is less than one is rounded up, so that sums are exact and equal amounts are equal.
 *
 * @param tokensIn tokens that a model read for it, 0 or more, those from a cache among them
 * @param tokensOut tokens that a model wrote for it, 0 or more
 * @param tokensCached tokens of {@code tokensIn} that were read from a cache, 0 to {@code tokensIn}
 * @param money what the call was charged, 0 to 9,223,372,036; zero where nobody says: then its
 *     tokens cost what the budget's price says
 */
public record Cost(long tokensIn, long tokensOut, long tokensCached, BigDecimal money) {
  /** Decimal places of money. */
  private static final int PLACES = 9;

  private static final BigDecimal LEAST = BigDecimal.valueOf(1, PLACES);
  private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE, PLACES);

  /** Nothing but time. */
  public static final Cost NONE = new Cost(0, 0);

  public Cost {
    notNegative("tokensIn", tokensIn);
    notNegative("tokensOut", tokensOut);
    notNegative("tokensCached", tokensCached);
    if (tokensCached > tokensIn) {
      throw new IllegalArgumentException(
          "tokensCached ("
              + tokensCached
              + ") must be <= tokensIn ("
              + tokensIn
              + ").\nMaybe tokensIn leaves out what was read from the cache: it is all that was read.");
    }
    money = exact(Objects.requireNonNull(money, "money"));
  }

  /** Tokens that were all read and written afresh, and of which nobody says what they cost. */
  public Cost(long tokensIn, long tokensOut) {
    this(tokensIn, tokensOut, 0, BigDecimal.ZERO);
  }

  private static void notNegative(String name, long tokens) {
    if (tokens < 0) {
      throw new IllegalArgumentException(name + " (" + tokens + ") must be >= 0.");
    }
  }

  /** One form for equal amounts. Numbers of absurd scales are compared before they are scaled. */
  private static BigDecimal exact(BigDecimal money) {
    if (money.signum() < 0 || money.compareTo(MOST) > 0) {
      throw new IllegalArgumentException(
          "money (" + money + ") must be in [0, " + MOST + "].\nMaybe count in a larger unit.");
    }
    if (money.signum() == 0) {
      return BigDecimal.ZERO;
    }
    if (money.compareTo(LEAST) < 0) {
      return LEAST;
    }
    BigDecimal whole =
        money.scale() > PLACES ? money.setScale(PLACES, RoundingMode.CEILING) : money;
    BigDecimal shortest = whole.stripTrailingZeros();
    return shortest.scale() < 0 ? shortest.setScale(0) : shortest;
  }

  /** All tokens, read and written; {@link Long#MAX_VALUE} stands for any number beyond it. */
  public long tokens() {
    return sum(tokensIn, tokensOut);
  }

  /**
   * The most that a call may have used of which nobody knows what it did: tokens written, which are
   * the dearest as a rule.
   */
  static Cost most(int maxTokens, BigDecimal maxMoney) {
    return new Cost(0, maxTokens == Integer.MAX_VALUE ? 0 : maxTokens, 0, maxMoney);
  }

  /** Both together; {@link Long#MAX_VALUE} tokens, or billionths, stand for any beyond it. */
  public Cost plus(Cost other) {
    return new Cost(
        sum(tokensIn, other.tokensIn),
        sum(tokensOut, other.tokensOut),
        sum(tokensCached, other.tokensCached),
        money.add(other.money).min(MOST));
  }

  private static long sum(long one, long other) {
    return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
  }

  /** In words, without those of which there is nothing. */
  @Override
  public String toString() {
    return "Cost["
        + tokensIn
        + " tokens in"
        + (tokensCached == 0 ? "" : " (" + tokensCached + " cached)")
        + ", "
        + tokensOut
        + " out"
        + (money.signum() == 0 ? "" : ", " + money.toPlainString() + " of money")
        + "]";
  }
}
