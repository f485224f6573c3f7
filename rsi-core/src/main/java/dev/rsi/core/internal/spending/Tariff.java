package dev.rsi.core.internal.spending;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * What things cost, in billionths.
 *
 * @param perThousandTokens with at most 6 decimal places
 * @param perSecond with at most 9 decimal places
 */
public record Tariff(BigDecimal perThousandTokens, BigDecimal perSecond) {
  private static final BigInteger NANOS = BigInteger.valueOf(1_000_000_000);

  /** What tokens cost. */
  public long ofTokens(long tokens) {
    return saturated(
        BigInteger.valueOf(tokens)
            .multiply(perThousandTokens.movePointRight(Dimension.PLACES - 3).toBigIntegerExact()));
  }

  /** What time costs, rounded up. */
  public long ofNanos(long nanos) {
    BigInteger[] cost =
        BigInteger.valueOf(nanos)
            .multiply(perSecond.movePointRight(Dimension.PLACES).toBigIntegerExact())
            .divideAndRemainder(NANOS);
    return saturated(cost[1].signum() == 0 ? cost[0] : cost[0].add(BigInteger.ONE));
  }

  public boolean isForTokens() {
    return perThousandTokens.signum() > 0;
  }

  public boolean isForTime() {
    return perSecond.signum() > 0;
  }

  public boolean isFree() {
    return !isForTokens() && !isForTime();
  }

  private static long saturated(BigInteger units) {
    return units.min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact();
  }
}
