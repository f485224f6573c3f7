package dev.rsi.core.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.ProbeResult;
import dev.rsi.api.Role;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PairCountTest {
  private final PairCount count = new PairCount();

  private void add(double incumbent, double challenger, int times) {
    for (int i = 0; i < times; i++) {
      count.add(
          new ProbeResult("p", Map.of(Role.INCUMBENT, incumbent, Role.CHALLENGER, challenger)),
          Role.INCUMBENT);
    }
  }

  @Test
  void should_count_pairs_by_how_they_turned_out() {
    add(1, 0, 3);
    add(0, 1, 2);
    add(.5, .5, 4);
    count.add(new ProbeResult("p", Map.of(Role.INCUMBENT, 1.0)), Role.INCUMBENT);
    count.add(new ProbeResult("p", Map.of(Role.CHALLENGER, 1.0)), Role.INCUMBENT);
    assertThat(count.worse()).isEqualTo(3);
    assertThat(count.better()).isEqualTo(2);
    assertThat(count.missing()).isEqualTo(2);
    assertThat(count.pairs()).isEqualTo(11);
  }

  @Test
  void should_test_only_the_pairs_that_differ() {
    add(1, 1, 50);
    add(1, 0, 5);
    assertThat(count.harm()).isCloseTo(1 / 32., within(1e-15));
    assertThat(count.gain()).isEqualTo(1);
    add(0, 1, 1);
    assertThat(count.harm()).isCloseTo(7 / 64., within(1e-15));
    assertThat(count.gain()).isCloseTo(63 / 64., within(1e-15));
  }

  @Test
  void should_count_a_missing_pair_against_the_challenger() {
    add(0, 1, 5);
    assertThat(count.gain()).isCloseTo(1 / 32., within(1e-15));
    count.add(new ProbeResult("p", Map.of()), Role.INCUMBENT);
    assertThat(count.gain()).isCloseTo(7 / 64., within(1e-15));
    assertThat(count.harm()).isEqualTo(1);
    assertThat(count.upperLoss(.1))
        .isEqualTo(ExactTests.upperBound(1, 6, .05) - ExactTests.lowerBound(5, 6, .05));
  }

  @Test
  void should_bound_the_loss_by_what_was_lost_and_gained() {
    assertThat(count.upperLoss(.05)).isEqualTo(1);
    add(1, 0, 2);
    add(0, 1, 3);
    add(1, 1, 15);
    assertThat(count.upperLoss(.1))
        .isEqualTo(ExactTests.upperBound(2, 20, .05) - ExactTests.lowerBound(3, 20, .05));
    assertThat(count.upperLoss(100, .1)).isBetween(0.0, count.upperLoss(.1));
  }
}
