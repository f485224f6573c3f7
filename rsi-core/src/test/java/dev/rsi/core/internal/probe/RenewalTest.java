package dev.rsi.core.internal.probe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RenewalTest {

  @Test
  void should_count_histories_of_answers() {
    assertThat(Renewal.histories(0, 2)).isEqualTo(1);
    assertThat(Renewal.histories(9, 0)).isEqualTo(1);
    assertThat(Renewal.histories(9, 2)).isEqualTo(1 + 9 + 36);
    assertThat(Renewal.histories(2, 9)).isEqualTo(4);
  }

  @Test
  void should_be_due_after_its_decisions_or_one_refusal_more_than_its_own() {
    Renewal<String> renewal = new Renewal<>((kind, random) -> "x", 3, 1);
    assertThat(renewal.isDue(2, 1)).isFalse();
    assertThat(renewal.isDue(3, 0)).isTrue();
    assertThat(renewal.isDue(2, 2)).isTrue();
  }
}
