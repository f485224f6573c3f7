package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** Error is spent over decisions without end and never overspent. */
class ErrorBudgetPropertiesTest {

  @Property(tries = 100)
  void spending_telescopes_to_one(@ForAll @IntRange(min = 1, max = 20_000) int decisions) {
    double sum = 0;
    for (int g = 1; g <= decisions; g++) {
      sum += ErrorBudget.weight(g);
    }
    assertThat(sum + ErrorBudget.tail(decisions)).isCloseTo(1, within(1e-12));
  }

  @Property
  void spending_falls_and_never_ends(@ForAll @LongRange(min = 1, max = 1_000_000_000) long g) {
    assertThat(ErrorBudget.weight(g)).isPositive().isGreaterThan(ErrorBudget.weight(g + 1));
    assertThat(ErrorBudget.weight(g))
        .isCloseTo(ErrorBudget.tail(g - 1) - ErrorBudget.tail(g), within(1e-14));
  }

  @Example
  void for_ever_costs_a_factor_of_two() {
    assertThat(nats(1)).isCloseTo(3.89, within(.01));
    assertThat(nats(10)).isCloseTo(7.76, within(.01));
    assertThat(nats(100)).isCloseTo(11.06, within(.01));
    assertThat(nats(1000)).isCloseTo(14.04, within(.01));
    assertThat(nats(1_000_000)).isCloseTo(22.2, within(.05));
  }

  private static double nats(long g) {
    return -Math.log(ErrorBudget.level(.05, false, g, 0, 1));
  }

  /** e-LOND: whatever is promoted when, the levels never pass error * (promotions + 1) * weight. */
  @Property(tries = 200)
  void error_as_a_share_grows_with_promotions_only(
      @ForAll @Size(min = 1, max = 200) List<Boolean> promoted) {
    long promotions = 0;
    double spent = 0;
    for (int g = 1; g <= promoted.size(); g++) {
      double level = ErrorBudget.level(.05, true, g, promotions, 1);
      assertThat(level)
          .isGreaterThanOrEqualTo(ErrorBudget.level(.05, false, g, promotions, 1))
          .isLessThanOrEqualTo(.05);
      promotions += promoted.get(g - 1) ? 1 : 0;
      spent += level / (promotions + 1);
    }
    assertThat(spent).isLessThanOrEqualTo(.05 * (1 - ErrorBudget.tail(promoted.size())) + 1e-12);
  }

  @Example
  void decisions_are_counted_from_one() {
    assertThatThrownBy(() -> ErrorBudget.weight(0)).hasMessageContaining("decision (0)");
  }
}
