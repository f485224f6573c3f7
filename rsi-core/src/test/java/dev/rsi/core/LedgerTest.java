package dev.rsi.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private static final Clock STILL = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

  @Test
  void should_refuse_what_could_pass_the_ceiling() {
    Ledger ledger = new Ledger(Budget.of(9).attempts(100), STILL);
    assertThat(ledger.refusal(100)).isNull();
    assertThat(ledger.refusal(101)).contains("100 are left").contains("101");
    ledger.reserve(60);
    ledger.spend(45);
    ledger.settle();
    assertThat(ledger.refusal(55)).isNull();
    assertThat(ledger.refusal(56)).contains("55 are left");
    assertThat(ledger.spending().attempts()).isEqualTo(45);
  }

  @Test
  void should_refuse_to_spend_what_was_not_reserved() {
    Ledger ledger = new Ledger(Budget.of(1), STILL);
    ledger.reserve(10);
    ledger.spend(10);
    assertThatThrownBy(() -> ledger.spend(1)).isInstanceOf(IllegalStateException.class);
    ledger.settle();
    assertThatThrownBy(() -> ledger.spend(1)).isInstanceOf(IllegalStateException.class);
    assertThat(ledger.spending().attempts()).isEqualTo(10);
  }

  @Test
  void should_count_generations() {
    Ledger ledger = new Ledger(Budget.of(1), STILL);
    ledger.count();
    assertThat(ledger.refusal(0)).contains("1 generations");
  }

  @Test
  void should_refuse_nonsense() {
    assertThatThrownBy(() -> Budget.of(0)).hasMessageContaining("generations (0)");
    assertThatThrownBy(() -> Budget.of(1).attempts(0)).hasMessageContaining("attempts (0)");
    assertThatThrownBy(() -> Budget.of(1).wallClock(Duration.ZERO))
        .hasMessageContaining("wallClock (PT0S)");
  }
}
