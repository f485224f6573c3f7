package dev.rsi.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.CancelledException;
import dev.rsi.core.internal.spending.Amounts;
import dev.rsi.core.internal.spending.Dimension;
import dev.rsi.core.internal.spending.Ledger;
import dev.rsi.core.internal.spending.Window;
import dev.rsi.core.report.RunEvent;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private static final Budget.Window DAY = Budget.Window.DAY;
  private static final Budget.Window MONTH = Budget.Window.MONTH;

  /** A clock and a processor that move when told. */
  private static final class Time extends Clock {
    private Instant now = Instant.parse("2025-12-31T23:59:00Z");
    private Duration cpu = Duration.ofDays(1);
    private ZoneId zone = ZoneOffset.UTC;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return zone;
    }

    @Override
    public Clock withZone(ZoneId other) {
      throw new UnsupportedOperationException();
    }

    void pass(Duration duration) {
      now = now.plus(duration);
    }
  }

  private final Time time = new Time();

  private Ledger ledger(Budget budget) {
    return new Ledger(budget.ceilings(), time, () -> time.cpu);
  }

  private static Amounts attempts(long count) {
    return Amounts.of(Dimension.ATTEMPTS, count);
  }

  private static Amounts tokens(long count) {
    return Amounts.of(Dimension.TOKENS, count);
  }

  /** Reserves, spends some and gives back the rest. */
  private static void spend(Ledger ledger, Amounts most, Amounts actual) {
    Ledger.Reserve reserve = ledger.reserve("test", most);
    reserve.begin(most).end(actual);
    reserve.settle();
  }

  @Test
  void should_refuse_what_could_pass_the_ceiling() {
    Ledger ledger = ledger(Budget.of(9).attempts(100));
    assertThat(ledger.refusal(attempts(100))).isNull();
    assertThat(ledger.refusal(attempts(101)).reason())
        .isEqualTo(
            "Of 100 attempts 0 are spent and 0 set aside: 100 are left, and another generation may"
                + " need 101.");
    Ledger.Reserve reserve = ledger.reserve("scout", attempts(60));
    reserve.begin(attempts(45)).end(attempts(45));
    assertThat(ledger.refusal(attempts(41)).reason())
        .contains("45 are spent and 15 set aside: 40 are left")
        .contains("may need 41");
    reserve.settle();
    assertThat(ledger.refusal(attempts(55))).isNull();
    assertThat(ledger.refusal(attempts(56)).reason()).contains("55 are left");
    assertThat(ledger.spent()).isEqualTo(attempts(45));
    assertThatThrownBy(() -> ledger.reserve("train", attempts(56)))
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("the step (train) may need 56");
    assertThat(ledger.cut().window()).isNull();
  }

  @Test
  void should_refuse_to_spend_what_was_not_reserved() {
    Ledger ledger = ledger(Budget.of(1));
    Ledger.Reserve reserve = ledger.reserve("test", attempts(10));
    reserve.begin(attempts(10)).end(attempts(10));
    assertThatThrownBy(() -> reserve.begin(attempts(1))).isInstanceOf(IllegalStateException.class);
    reserve.settle();
    assertThatThrownBy(() -> reserve.begin(attempts(1))).isInstanceOf(IllegalStateException.class);
    assertThat(ledger.spent()).isEqualTo(attempts(10));
  }

  @Test
  void should_count_the_most_until_a_call_has_ended() {
    Ledger ledger = ledger(Budget.of(1).tokens(100));
    Ledger.Call call = ledger.reserve("test", tokens(80)).begin(tokens(80));
    assertThat(ledger.refusal(tokens(21))).isNotNull();
    call.end(tokens(30));
    assertThat(ledger.refusal(tokens(70))).isNull();
    assertThat(ledger.refusal(tokens(71))).isNotNull();
    assertThat(ledger.takeUnrecorded()).containsExactly(Map.entry(ledger.today(), tokens(30)));
  }

  @Test
  void should_count_what_was_spent_beyond_what_was_said() {
    Ledger ledger = ledger(Budget.of(1).tokens(100));
    ledger.reserve("test", tokens(80)).begin(tokens(80)).end(tokens(300));
    assertThat(ledger.spent()).isEqualTo(tokens(300));
    assertThat(ledger.refusal(tokens(1)).reason()).contains("300 are spent").contains("0 are left");
  }

  @Test
  void should_have_every_dimension_in_reports() {
    Budget budget = Budget.of(1);
    for (Dimension dimension : Dimension.values()) {
      assertThat(WorstCase.spending(1, Amounts.of(dimension, 7), budget))
          .as(dimension.words())
          .isNotEqualTo(WorstCase.spending(1, Amounts.NONE, budget));
    }
  }

  @Test
  void should_say_what_a_killed_process_was_advanced_and_what_the_course_has_of_it() {
    Ledger ledger = ledger(Budget.of(1));
    ledger.restore(List.of(moved("2025-12-31", attempts(10), attempts(20))));
    assertThat(ledger.owes()).isTrue();
    Ledger.Reserve reserve = ledger.again(attempts(40));
    reserve.recall(attempts(16));
    Ledger.Call call = reserve.begin(attempts(5));
    assertThat(ledger.course()).isEqualTo(attempts(16));
    call.end(attempts(5));
    assertThat(ledger.course()).isEqualTo(attempts(21));
    assertThat(ledger.takeUnrecorded().values()).containsExactly(attempts(25));
    assertThat(ledger.owes()).isFalse();
  }

  @Test
  void should_count_generations() {
    Ledger ledger = ledger(Budget.of(1));
    ledger.count();
    assertThat(ledger.refusal(Amounts.NONE).reason()).contains("1 generations");
  }

  @Test
  void should_cut_what_runs_out_of_time() {
    time.pass(Duration.ofHours(1));
    Ledger ledger = ledger(Budget.of(1).wallClock(Duration.ofMinutes(5)));
    time.pass(Duration.ofMinutes(4));
    assertThat(ledger.isSpent()).isFalse();
    assertThat(ledger.nanosLeft()).isEqualTo(Duration.ofMinutes(1).toNanos());
    time.pass(Duration.ofHours(-3));
    assertThat(ledger.nanosLeft()).isEqualTo(Duration.ofMinutes(1).toNanos());
    time.pass(Duration.ofMinutes(1));
    assertThat(ledger.isSpent()).isTrue();
    assertThat(ledger.cut().reason())
        .isEqualTo(
            "Of PT5M wall clock PT5M are spent and PT0S set aside: PT0S are left, and the call"
                + " under way may need more.");
  }

  @Test
  void should_cut_what_runs_out_of_processor_time() {
    Ledger ledger = ledger(Budget.of(1).cpuTime(Duration.ofSeconds(5)));
    time.cpu = time.cpu.plusSeconds(4);
    time.pass(Duration.ofSeconds(1));
    assertThat(ledger.isSpent()).isFalse();
    time.cpu = time.cpu.plusSeconds(1);
    time.pass(Duration.ofSeconds(1));
    assertThat(ledger.isSpent()).isTrue();
    assertThat(ledger.spent().get(Dimension.CPU_TIME)).isEqualTo(5_000_000_000L);
  }

  @Test
  void should_reckon_money_exactly() {
    Price price = Price.FREE.perThousandTokens(new BigDecimal("0.15"));
    Ledger ledger = ledger(Budget.of(1).price(price).money(new BigDecimal("0.03")));
    spend(ledger, tokens(200), tokens(199).with(Dimension.MONEY, 29_850_000));
    assertThat(ledger.spent().get(Dimension.MONEY)).isEqualTo(29_850_000);
    assertThat(ledger.refusal(tokens(1))).isNull();
    assertThat(ledger.refusal(tokens(2)).reason())
        .contains("Of 0.03 money 0.02985 are spent")
        .contains("may need 0.0003.");
  }

  @Test
  void should_round_money_by_time_up_once() {
    Price price = Price.FREE.perSecond(new BigDecimal("0.000000001"));
    Ledger ledger = ledger(Budget.of(1).price(price).money(new BigDecimal("0.000000002")));
    for (int i = 0; i < 4; i++) {
      time.pass(Duration.ofMillis(250));
      assertThat(ledger.isSpent()).isFalse();
      assertThat(ledger.spent().get(Dimension.MONEY)).isEqualTo(1);
    }
    time.pass(Duration.ofNanos(1));
    assertThat(ledger.isSpent()).isTrue();
  }

  @Test
  void should_begin_windows_anew_at_midnight_at_the_end_of_months_and_years() {
    Ledger ledger = ledger(Budget.of(1).attempts(10, DAY).attempts(25, MONTH));
    spend(ledger, attempts(10), attempts(10));
    assertThat(ledger.refusal(attempts(1)).window()).isEqualTo(Window.DAY);
    assertThat(ledger.refusal(attempts(1)).reason()).contains("Of 10 attempts a day");
    time.pass(Duration.ofMinutes(1));
    for (int day = 1; day <= 2; day++) {
      assertThat(ledger.refusal(attempts(10))).isNull();
      spend(ledger, attempts(10), attempts(10));
      time.pass(Duration.ofDays(1));
    }
    assertThat(ledger.refusal(attempts(5))).isNull();
    assertThat(ledger.refusal(attempts(6)).window()).isEqualTo(Window.MONTH);
    time.now = Instant.parse("2026-02-01T00:00:00Z");
    assertThat(ledger.refusal(attempts(10))).isNull();
  }

  @Test
  void should_take_midnight_from_the_clocks_zone() {
    time.zone = ZoneId.of("Asia/Tokyo");
    Ledger ledger = ledger(Budget.of(1).attempts(10, DAY));
    spend(ledger, attempts(10), attempts(10));
    time.pass(Duration.ofHours(3));
    assertThat(ledger.refusal(attempts(1))).isNotNull();
    time.pass(Duration.ofHours(13));
    assertThat(ledger.refusal(attempts(1))).isNull();
  }

  @Test
  void should_not_give_a_day_twice_to_a_clock_that_jumps() {
    Ledger ledger = ledger(Budget.of(1).attempts(10, DAY));
    spend(ledger, attempts(7), attempts(7));
    time.pass(Duration.ofDays(1));
    Ledger.Reserve reserve = ledger.reserve("test", attempts(9));
    reserve.begin(attempts(4)).end(attempts(4));
    time.pass(Duration.ofDays(-1));
    reserve.begin(attempts(3)).end(attempts(3));
    assertThatThrownBy(() -> reserve.begin(attempts(1))).isInstanceOf(CancelledException.class);
    assertThat(ledger.cut().window()).isEqualTo(Window.DAY);
  }

  @Test
  void should_charge_time_to_the_day_on_which_it_began() {
    Ledger ledger = ledger(Budget.of(1).wallClock(Duration.ofMinutes(10), DAY));
    LocalDate old = ledger.today();
    time.pass(Duration.ofMinutes(5));
    assertThat(ledger.isSpent()).isFalse();
    time.pass(Duration.ofMinutes(9));
    assertThat(ledger.isSpent()).isFalse();
    assertThat(ledger.takeUnrecorded())
        .containsEntry(old, Amounts.of(Dimension.WALL_CLOCK, Duration.ofMinutes(5).toNanos()));
    time.pass(Duration.ofMinutes(1));
    assertThat(ledger.isSpent()).isTrue();
  }

  @Test
  void should_count_what_was_advanced_and_never_settled() {
    Ledger ledger = ledger(Budget.of(1).attempts(100).attempts(50, DAY).tokens(100));
    ledger.restore(
        List.of(
            moved("2025-12-30", attempts(40), Amounts.NONE),
            moved("2025-12-31", attempts(5).plus(tokens(20)), attempts(90)),
            moved("2025-12-31", attempts(30).plus(tokens(10)), attempts(15).plus(tokens(60)))));
    assertThat(ledger.refusal(tokens(10))).isNull();
    assertThat(ledger.refusal(tokens(11)).window()).isNull();
    assertThat(ledger.refusal(attempts(1)).window()).isEqualTo(Window.DAY);
    assertThat(ledger.takeUnrecorded())
        .containsExactly(Map.entry(ledger.today(), attempts(15).plus(tokens(60))));
    ledger.again(attempts(30)).recall(attempts(30));
    assertThat(ledger.spent()).isEqualTo(attempts(30).plus(tokens(90)));
  }

  private static RunEvent.BudgetMoved moved(String day, Amounts spent, Amounts advanced) {
    return new RunEvent.BudgetMoved(1, "", day, spent.recorded(), advanced.recorded(), null);
  }

  @Test
  void should_count_what_other_runs_spent() {
    Ledger ledger = ledger(Budget.of(1).attempts(50, DAY).attempts(100));
    ledger.others(Map.of(ledger.today(), attempts(30), ledger.today().minusDays(1), attempts(40)));
    assertThat(ledger.refusal(attempts(20))).isNull();
    assertThat(ledger.refusal(attempts(21)).window()).isEqualTo(Window.DAY);
  }

  @Test
  void should_refuse_nonsense() {
    assertThatThrownBy(() -> Budget.of(0)).hasMessageContaining("generations (0)");
    assertThatThrownBy(() -> Budget.of(1).attempts(0)).hasMessageContaining("attempts (0)");
    assertThatThrownBy(() -> Budget.of(1).tokens(-1, DAY)).hasMessageContaining("tokens (-1)");
    assertThatThrownBy(() -> Budget.of(1).diskBytes(0)).hasMessageContaining("diskBytes (0)");
    assertThatThrownBy(() -> Budget.of(1).wallClock(Duration.ZERO))
        .hasMessageContaining("wallClock (PT0S)");
    assertThatThrownBy(() -> Budget.of(1).money(BigDecimal.ZERO)).hasMessageContaining("money (0)");
    assertThatThrownBy(() -> Budget.of(1).money(new BigDecimal("0.0000000001")))
        .hasMessageContaining("more than 9 decimal places")
        .hasMessageContaining("Maybe");
    assertThatThrownBy(() -> Price.FREE.perSecond(new BigDecimal("-1")))
        .hasMessageContaining("perSecond (-1)");
  }

  @Test
  void should_say_what_is_allowed() {
    assertThat(
            Budget.of(3)
                .attempts(9)
                .attempts(8)
                .tokens(5, DAY)
                .wallClock(Duration.ofHours(2), MONTH)
                .diskBytes(7)
                .money(new BigDecimal("20.50"))
                .price(Price.FREE.perThousandTokens(new BigDecimal("0.6"))))
        .hasToString(
            "3 generations, 8 attempts, 5 tokens a day, PT2H wall clock a month, 20.5 money,"
                + " 7 bytes on disk, 0.6 per 1000 tokens, 0 per second");
  }
}
