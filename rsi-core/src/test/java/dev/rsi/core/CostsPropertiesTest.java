package dev.rsi.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Cost;
import dev.rsi.core.internal.spending.Amounts;
import dev.rsi.core.internal.spending.AttemptCosts;
import dev.rsi.core.internal.spending.Dimension;
import dev.rsi.core.internal.spending.Ledger;
import dev.rsi.core.internal.spending.Tariff;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Costs of calls at any price: reckoned exactly, and never above what was set aside for them. */
class CostsPropertiesTest {
  private static final int MAX_TOKENS = 200_000;
  private static final BigDecimal MAX_MONEY = new BigDecimal("2.5");

  @Provide
  Arbitrary<Cost> calls() {
    Arbitrary<Long> in = Arbitraries.longs().between(0, MAX_TOKENS / 2);
    Arbitrary<Long> cached = Arbitraries.longs().between(0, MAX_TOKENS / 2);
    Arbitrary<Long> out = Arbitraries.longs().between(0, MAX_TOKENS / 2);
    Arbitrary<BigDecimal> money =
        Arbitraries.bigDecimals()
            .between(BigDecimal.ZERO, MAX_MONEY)
            .ofScale(9)
            .injectNull(.5)
            .map(charged -> charged == null ? BigDecimal.ZERO : charged);
    return Combinators.combine(in, cached, out, money)
        .as((i, c, o, m) -> new Cost(i, o, Math.min(i, c), m));
  }

  @Provide
  Arbitrary<Price> prices() {
    Arbitrary<BigDecimal> each =
        Arbitraries.bigDecimals().between(BigDecimal.ZERO, BigDecimal.TEN).ofScale(6);
    return Combinators.combine(each, each, each)
        .as((read, cached, written) -> new Price(read, cached, written, BigDecimal.ZERO));
  }

  @Property(tries = 500)
  void should_cost_what_a_call_says_or_its_tokens_at_the_price(
      @ForAll("calls") Cost call, @ForAll("prices") Price price) {
    BigDecimal byTokens =
        thousandth(price.perThousandRead(), call.tokensIn() - call.tokensCached())
            .add(thousandth(price.perThousandCached(), call.tokensCached()))
            .add(thousandth(price.perThousandWritten(), call.tokensOut()));
    BigDecimal expected = call.money().signum() > 0 ? call.money() : byTokens;
    Tariff tariff = price.tariff();
    assertThat(Dimension.money(tariff.of(call))).isEqualByComparingTo(expected);
    assertThat(tariff.reckoned(call).money()).isEqualByComparingTo(expected);
    // What is reckoned already is not reckoned anew.
    assertThat(tariff.reckoned(tariff.reckoned(call))).isEqualTo(tariff.reckoned(call));
  }

  @Property(tries = 500)
  void should_set_aside_what_a_call_may_cost_and_count_what_it_cost(
      @ForAll List<@net.jqwik.api.From("calls") Cost> calls, @ForAll("prices") Price price) {
    Tariff tariff = price.tariff();
    Amounts most = AttemptCosts.most(MAX_TOKENS, MAX_MONEY, tariff).times(calls.size());
    BigDecimal ceiling = Dimension.money(most.get(Dimension.MONEY)).add(BigDecimal.ONE);
    Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    Budget budget = Budget.of(1).price(price).money(ceiling.setScale(9, RoundingMode.CEILING));
    Ledger ledger = new Ledger(budget.ceilings(), clock, () -> Duration.ZERO);
    Ledger.Reserve reserve = ledger.reserve("calls", most);
    Cost sum = Cost.NONE;
    for (Cost call : calls) {
      Ledger.Call begun = reserve.begin(AttemptCosts.most(MAX_TOKENS, MAX_MONEY, tariff));
      assertThat(tariff.amounts(call).isWithin(ledger.underWay())).isTrue();
      begun.end(tariff.amounts(call));
      sum = sum.plus(tariff.reckoned(call));
    }
    reserve.settle();
    assertThat(ledger.spent().get(Dimension.TOKENS)).isEqualTo(sum.tokens());
    assertThat(Dimension.money(ledger.spent().get(Dimension.MONEY)))
        .isEqualByComparingTo(sum.money())
        .isLessThanOrEqualTo(ceiling);
  }

  private static BigDecimal thousandth(BigDecimal price, long tokens) {
    return price.multiply(BigDecimal.valueOf(tokens)).movePointLeft(3);
  }
}
