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

  /**
   * Whatever is promoted when: level g is error * weight(g) * (promotions before + 1), so the
   * levels of all promotions, as shares of how many there are in the end, sum to at most the error.
   * That sum bounds the expected share of false promotions.
   */
  @Property(tries = 200)
  void e_lond_levels_over_discoveries_sum_to_at_most_the_error(
      @ForAll @Size(min = 1, max = 200) List<Boolean> promoted) {
    long promotions = 0;
    double levels = 0;
    for (int g = 1; g <= promoted.size(); g++) {
      double level = ErrorBudget.level(.05, true, g, promotions, 1);
      assertThat(level)
          .isCloseTo(Math.min(.05, .05 * ErrorBudget.weight(g) * (promotions + 1)), within(1e-15))
          .isGreaterThanOrEqualTo(ErrorBudget.level(.05, false, g, promotions, 1));
      promotions += promoted.get(g - 1) ? 1 : 0;
      levels += promoted.get(g - 1) ? level : 0;
    }
    assertThat(levels / Math.max(1, promotions))
        .isLessThanOrEqualTo(.05 * (1 - ErrorBudget.tail(promoted.size())) + 1e-12);
  }

  @Example
  void a_share_frees_a_level_for_each_promotion_and_never_more_than_the_error() {
    assertThat(ErrorBudget.level(.05, false, 7, 3, 1)).isEqualTo(.05 * ErrorBudget.weight(7));
    assertThat(ErrorBudget.level(.05, true, 7, 3, 1)).isEqualTo(.05 * ErrorBudget.weight(7) * 4);
    assertThat(ErrorBudget.level(.05, true, 7, 1_000, 1)).isEqualTo(.05);
  }

  @Example
  void decisions_are_counted_from_one() {
    assertThatThrownBy(() -> ErrorBudget.weight(0)).hasMessageContaining("decision (0)");
  }

  @Example
  void a_history_of_answers_is_paid_for_once() {
    double free = ErrorBudget.level(.05, false, 7, 0, 1);
    assertThat(ErrorBudget.level(.05, false, 7, 0, 46)).isEqualTo(free / 46);
    for (double none : new double[] {0, .999, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> ErrorBudget.level(.05, false, 7, 0, none))
          .hasMessageContaining("must be >= 1 and finite");
    }
  }
}
