package dev.rsi.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CostTest {
  private static final BigDecimal MOST = new BigDecimal("9223372036.854775807");

  private static Cost charged(String money) {
    return new Cost(0, 0, 0, new BigDecimal(money));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.000",
    "0, 0E+9",
    "1, 1.0",
    "100, 1E+2",
    "0.5, 0.500000000000",
    "0.000000001, 1E-9",
    "0.000000001, 1E-999999999",
    "0.000000002, 0.0000000010001",
    "9223372036.854775807, 9223372036.854775807"
  })
  void should_be_equal_whatever_form_equal_money_has(String one, String other) {
    assertThat(charged(other)).isEqualTo(charged(one)).hasSameHashCodeAs(charged(one));
    assertThat(charged(other).money().toPlainString()).isEqualTo(one);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "-1E-999999999", "9223372036.854775808", "1E+999999999"})
  void should_refuse_money_that_nobody_is_charged(String money) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> charged(money))
        .withMessageContaining("money (" + new BigDecimal(money) + ")");
  }

  @Test
  void should_refuse_tokens_that_nobody_can_read() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Cost(3, 0, 4, BigDecimal.ZERO))
        .withMessageContaining("tokensCached (4)")
        .withMessageContaining("tokensIn (3)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Cost(3, 0, -1, BigDecimal.ZERO))
        .withMessageContaining("tokensCached (-1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Cost(-1, 0))
        .withMessageContaining("tokensIn (-1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Output.of("4", -1))
        .withMessageContaining("(-1)");
  }

  @Test
  void should_sum_all_of_it_and_know_no_more_than_the_most() {
    Cost one = new Cost(10, 20, 5, new BigDecimal("0.25"));
    Cost other = new Cost(1, 2, 1, new BigDecimal("0.75"));
    assertThat(one.plus(other)).isEqualTo(new Cost(11, 22, 6, BigDecimal.ONE));
    assertThat(one.plus(Cost.NONE)).isEqualTo(one);
    Cost much = new Cost(Long.MAX_VALUE, 1, Long.MAX_VALUE, MOST);
    assertThat(much.plus(one)).isEqualTo(new Cost(Long.MAX_VALUE, 21, Long.MAX_VALUE, MOST));
  }

  @Test
  void should_keep_what_an_output_cost_in_every_kind() {
    Cost cost = new Cost(100, 7, 60, new BigDecimal("0.002"));
    assertThat(Output.of("4", cost).cost()).isEqualTo(cost);
    assertThat(Output.malformed("no", cost).cost()).isEqualTo(cost);
    assertThat(Output.malformed("four", "no", cost).cost()).isEqualTo(cost);
    assertThat(Output.failed("gone", cost).cost()).isEqualTo(cost);
    assertThat(Output.of("4", cost).tokens()).isEqualTo(7);
    assertThat(Output.of("4", new Cost(0, Long.MAX_VALUE)).tokens()).isEqualTo(Integer.MAX_VALUE);
    assertThat(Output.of("4", 7)).isEqualTo(Output.of("4", new Cost(0, 7)));
    assertThat(Attempt.of("2+2", Output.of("4", cost), 1, 1, 1).cost()).isEqualTo(cost);
  }
}
