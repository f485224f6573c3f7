package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class ManualClockTest {

  @Test
  void should_move_only_when_told() {
    ManualClock clock = ManualClock.at(Instant.EPOCH);
    Clock elsewhere = clock.withZone(ZoneId.of("Asia/Tokyo"));

    assertThat(clock.instant()).isEqualTo(clock.instant()).isEqualTo(Instant.EPOCH);
    clock.advance(Duration.ofSeconds(90)).advance(Duration.ofSeconds(-30));

    assertThat(clock.instant()).isEqualTo(Instant.EPOCH.plusSeconds(60));
    assertThat(elsewhere.instant()).isEqualTo(clock.instant());
    assertThat(elsewhere.getZone()).isEqualTo(ZoneId.of("Asia/Tokyo"));
  }
}
