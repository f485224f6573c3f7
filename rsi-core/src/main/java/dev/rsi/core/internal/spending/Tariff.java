package dev.rsi.core.internal.spending;

import dev.rsi.api.Cost;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * What things cost, in billionths.
 *
 * @param read of a thousand tokens, with at most 6 decimal places
 * @param cached of a thousand tokens that were read from a cache, with at most 6 decimal places
 * @param written of a thousand tokens, with at most 6 decimal places
 * @param perSecond with at most 9 decimal places
 */
public record Tariff(BigDecimal read, BigDecimal cached, BigDecimal written, BigDecimal perSecond) {
  private static final BigInteger NANOS = BigInteger.valueOf(1_000_000_000);

  /** What tokens cost at most, whatever is done with them. */
  public long ofTokens(long tokens) {
    return saturated(priced(tokens, read.max(cached).max(written)));
  }

  /** What a call cost: what it was charged, if it says so, else what its tokens cost. */
  public long of(Cost cost) {
    long charged = units(cost.money());
    return charged > 0
        ? charged
        : saturated(
            priced(cost.tokensIn() - cost.tokensCached(), read)
                .add(priced(cost.tokensCached(), cached))
                .add(priced(cost.tokensOut(), written)));
  }

  /** The most that amounts cost: their tokens at the dearest price, or money that they have. */
  public Amounts priced(Amounts most) {
    return most.with(
        Dimension.MONEY, Math.max(most.get(Dimension.MONEY), ofTokens(most.get(Dimension.TOKENS))));
  }

  /** What a call used, with what it cost. */
  public Amounts amounts(Cost cost) {
    return Amounts.of(Dimension.TOKENS, cost.tokens()).with(Dimension.MONEY, of(cost));
  }

  /** The same cost with what it is reckoned at as its money. */
  public Cost reckoned(Cost cost) {
    return new Cost(
        cost.tokensIn(), cost.tokensOut(), cost.tokensCached(), Dimension.money(of(cost)));
  }

  /** Money in billionths, rounded up. */
  public static long units(BigDecimal money) {
    return saturated(money.setScale(Dimension.PLACES, RoundingMode.CEILING).unscaledValue());
  }

  private static BigInteger priced(long tokens, BigDecimal perThousand) {
    return BigInteger.valueOf(tokens)
        .multiply(perThousand.movePointRight(Dimension.PLACES - 3).toBigIntegerExact());
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
    return read.signum() > 0 || cached.signum() > 0 || written.signum() > 0;
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
