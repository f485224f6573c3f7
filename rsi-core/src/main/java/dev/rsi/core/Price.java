package dev.rsi.core;

import dev.rsi.core.internal.spending.Dimension;
import dev.rsi.core.internal.spending.Tariff;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What a run costs, in a currency of the user's: so much for tokens that models read and write, so
 * much for the time that the run is driven. Exact: reckoned in billionths, and what is less than
 * one is rounded up. Field term: pricing.
 *
 * <p>A call that says itself {@linkplain dev.rsi.api.Cost#money what it was charged} costs that,
 * and its tokens nothing more. What a call may cost is set aside at the dearest of the prices for
 * tokens. Of a call of which nobody knows what it used, the most counts that its part says, as
 * tokens written.
 *
 * @param perThousandRead 0 or more, with at most 6 decimal places
 * @param perThousandCached the same for tokens that were read from a cache
 * @param perThousandWritten the same for tokens written
 * @param perSecond 0 or more, with at most 9 decimal places
 */
public record Price(
    BigDecimal perThousandRead,
    BigDecimal perThousandCached,
    BigDecimal perThousandWritten,
    BigDecimal perSecond) {
  /** Nothing costs anything. */
  public static final Price FREE = new Price(BigDecimal.ZERO, BigDecimal.ZERO);

  public Price {
    units("perThousandRead", perThousandRead, 6);
    units("perThousandCached", perThousandCached, 6);
    units("perThousandWritten", perThousandWritten, 6);
    units("perSecond", perSecond, Dimension.PLACES);
  }

  /** A price at which all tokens cost the same. */
  public Price(BigDecimal perThousandTokens, BigDecimal perSecond) {
    this(perThousandTokens, perThousandTokens, perThousandTokens, perSecond);
  }

  /** With another price for all tokens: read, read from a cache, and written. */
  public Price perThousandTokens(BigDecimal price) {
    return new Price(price, perSecond);
  }

  /**
   * With another price for tokens read, those from a cache among them: call {@link
   * #perThousandCached(BigDecimal)} after it where they are cheaper.
   */
  public Price perThousandRead(BigDecimal price) {
    return new Price(price, price, perThousandWritten, perSecond);
  }

  /** With another price for tokens read from a cache. */
  public Price perThousandCached(BigDecimal price) {
    return new Price(perThousandRead, price, perThousandWritten, perSecond);
  }

  /** With another price for tokens written. */
  public Price perThousandWritten(BigDecimal price) {
    return new Price(perThousandRead, perThousandCached, price, perSecond);
  }

  /** With another price for time: of a rented machine, for example. */
  public Price perSecond(BigDecimal price) {
    return new Price(perThousandRead, perThousandCached, perThousandWritten, price);
  }

  /** The prices, as the loop reckons with them. */
  Tariff tariff() {
    return new Tariff(perThousandRead, perThousandCached, perThousandWritten, perSecond);
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
    return tokens() + ", " + perSecond.toPlainString() + " per second";
  }

  private String tokens() {
    boolean same =
        perThousandRead.compareTo(perThousandWritten) == 0
            && perThousandRead.compareTo(perThousandCached) == 0;
    return same
        ? perThousandRead.toPlainString() + " per 1000 tokens"
        : perThousandRead.toPlainString()
            + " per 1000 tokens read, "
            + perThousandCached.toPlainString()
            + " of them cached, "
            + perThousandWritten.toPlainString()
            + " written";
  }
}
