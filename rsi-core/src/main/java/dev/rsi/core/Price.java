package dev.rsi.core;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * What a run costs, in a currency of the user's: so much for tokens that models produce, so much
 * for the time that the run is driven. Exact: reckoned in billionths, and what is less than one is
 * rounded up.
 *
 * @param perThousandTokens 0 or more, with at most 6 decimal places
 * @param perSecond 0 or more, with at most 9 decimal places
 */
public record Price(BigDecimal perThousandTokens, BigDecimal perSecond) {
  private static final BigInteger NANOS = BigInteger.valueOf(1_000_000_000);

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

  /** What tokens cost, in billionths. */
  long ofTokens(long tokens) {
    return saturated(
        BigInteger.valueOf(tokens)
            .multiply(perThousandTokens.movePointRight(Dimension.PLACES - 3).toBigIntegerExact()));
  }

  /** What time costs, in billionths, rounded up. */
  long ofNanos(long nanos) {
    BigInteger[] cost =
        BigInteger.valueOf(nanos)
            .multiply(perSecond.movePointRight(Dimension.PLACES).toBigIntegerExact())
            .divideAndRemainder(NANOS);
    return saturated(cost[1].signum() == 0 ? cost[0] : cost[0].add(BigInteger.ONE));
  }

  boolean isForTokens() {
    return perThousandTokens.signum() > 0;
  }

  boolean isForTime() {
    return perSecond.signum() > 0;
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

  private static long saturated(BigInteger units) {
    return units.min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact();
  }

  @Override
  public String toString() {
    return perThousandTokens.toPlainString()
        + " per 1000 tokens, "
        + perSecond.toPlainString()
        + " per second";
  }
}
