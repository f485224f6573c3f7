package dev.rsi.core;

import dev.rsi.core.internal.spending.Dimension;
import dev.rsi.core.internal.spending.Tariff;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What a run costs, in a currency of the user's: so much for tokens that models produce, so much
 * for the time that the run is driven. Exact: reckoned in billionths, and what is less than one is
 * rounded up. Field term: pricing.
 *
 * @param perThousandTokens 0 or more, with at most 6 decimal places
 * @param perSecond 0 or more, with at most 9 decimal places
 */
public record Price(BigDecimal perThousandTokens, BigDecimal perSecond) {
  /** Nothing costs anything. */
  public static final Price FREE = new Price(BigDecimal.ZERO, BigDecimal.ZERO);

  public Price {
    units("perThousandTokens", perThousandTokens, 6);
    units("perSecond", perSecond, Dimension.PLACES);
  }

  /** With another price for tokens. */
  public Price perThousandTokens(BigDecimal price) {
    return new Price(price, perSecond);
  }

  /** With another price for time: of a rented machine, for example. */
  public Price perSecond(BigDecimal price) {
    return new Price(perThousandTokens, price);
  }

  /** The prices, as the loop reckons with them. */
  Tariff tariff() {
    return new Tariff(perThousandTokens, perSecond);
  }

  /**
   * An amount in units of a decimal place.
   *
   * @throws IllegalArgumentException if it is negative, finer than that or too large
   */
  static long units(String name, BigDecimal amount, int places) {
    if (amount.signum() < 0) {
      throw new IllegalArgumentException(name + " (" + amount + ") must be >= 0.");
    }
    try {
      return amount
          .setScale(places, RoundingMode.UNNECESSARY)
          .movePointRight(places)
          .longValueExact();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          name
              + " ("
              + amount
              + ") has more than "
              + places
              + " decimal places, or is too large.\nMaybe round it up, or count in a larger unit.",
          e);
    }
  }

  @Override
  public String toString() {
    return perThousandTokens.toPlainString()
        + " per 1000 tokens, "
        + perSecond.toPlainString()
        + " per second";
  }
}
