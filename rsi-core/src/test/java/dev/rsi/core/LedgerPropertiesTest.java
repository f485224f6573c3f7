package dev.rsi.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.CancelledException;
import dev.rsi.core.internal.spending.Amounts;
import dev.rsi.core.internal.spending.Dimension;
import dev.rsi.core.internal.spending.Ledger;
import dev.rsi.core.internal.spending.Limit;
import dev.rsi.core.internal.spending.Window;
import dev.rsi.core.report.RunEvent;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Threads spend from a ledger of a random budget as much as they get; between rounds the clock
 * jumps, also back, and the process is killed with calls under way and goes on from its record. A
 * count of its own, beside the ledger's, never passes a ceiling.
 */
class LedgerPropertiesTest {
  private static final ExecutorService THREADS = Executors.newCachedThreadPool();
  private static final Price PRICE =
      Price.FREE
          .perThousandRead(new BigDecimal("0.000005"))
          .perThousandCached(new BigDecimal("0.000001"))
          .perThousandWritten(new BigDecimal("0.000007"));
  private static final int CALLS = 12;

  @AfterContainer
  static void end() {
    THREADS.shutdownNow();
  }

  @Property(tries = 300)
  void should_never_pass_a_ceiling(@ForAll long seed, @ForAll @IntRange(min = 1, max = 16) int n)
      throws Exception {
    new Trial(seed).run(n);
  }

  @Property(tries = 10_000)
  @Tag("nightly")
  void should_never_pass_a_ceiling_in_10_000_configurations(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 16) int n) throws Exception {
    new Trial(seed).run(n);
  }

  /** A clock that stands between two rounds. */
  private static final class Steps extends Clock {
    private volatile Instant now = Instant.parse("2025-12-29T12:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  private static final class Trial {
    private final SplittableRandom random;
    private final Steps clock = new Steps();
    private final Budget budget;
    private final List<RunEvent.BudgetMoved> record = new ArrayList<>();
    private final Map<LocalDate, Amounts> days = new HashMap<>();
    private Amounts all = Amounts.NONE;
    private Amounts course = Amounts.NONE;
    private Ledger ledger;

    Trial(long seed) {
      this.random = new SplittableRandom(seed);
      this.budget = budget();
      this.ledger = new Ledger(budget.ceilings(), clock, () -> Duration.ZERO);
    }

    private Budget budget() {
      Budget chosen = Budget.of(1).price(PRICE);
      for (int i = random.nextInt(1, 6); i > 0; i--) {
        Budget.Window day = random.nextBoolean() ? Budget.Window.DAY : Budget.Window.MONTH;
        long most = random.nextLong(1, 1000);
        chosen =
            switch (random.nextInt(8)) {
              case 0 -> chosen.attempts(most);
              case 1 -> chosen.attempts(most, day);
              case 2 -> chosen.tokens(10 * most);
              case 3 -> chosen.tokens(10 * most, day);
              case 4 -> chosen.trainingSteps(most);
              case 5 -> chosen.trainingSteps(most, day);
              case 6 -> chosen.money(BigDecimal.valueOf(70 * most, Dimension.PLACES));
              default -> chosen.money(BigDecimal.valueOf(70 * most, Dimension.PLACES), day);
            };
      }
      return chosen;
    }

    void run(int threads) throws Exception {
      for (int round = 0; round < 6; round++) {
        List<Callable<Void>> work = new ArrayList<>();
        boolean killed = random.nextInt(3) == 0;
        for (int i = 0; i < threads; i++) {
          SplittableRandom own = random.split();
          boolean cut = killed && random.nextBoolean();
          work.add(() -> spend(own, cut));
        }
        for (Future<Void> each : THREADS.invokeAll(work)) {
          each.get();
        }
        settle();
        if (killed) {
          restart();
        }
        assertThat(ledger.spent().only(true).isWithin(course)).isTrue();
        assertThat(course.isWithin(ledger.spent().only(true))).isTrue();
        clock.now = clock.now.plus(Duration.ofHours(random.nextLong(-24, 48)));
      }
    }

    /** Reserves and spends until it has called often enough, or is refused, or is cut off. */
    private Void spend(SplittableRandom own, boolean cut) {
      try {
        for (int call = 0; call < CALLS; call++) {
          Amounts most = amounts(own, 60);
          Ledger.Reserve reserve = ledger.reserve("test", most);
          Amounts asked = part(own, most);
          Ledger.Call begun = reserve.begin(asked);
          // As it was charged, or at the price of what the tokens turned out to be.
          long money = own.nextLong(priced(asked).get(Dimension.MONEY) + 1);
          Amounts actual = part(own, asked).with(Dimension.MONEY, money);
          hold(asked);
          if (cut && call == CALLS / 2) {
            return null; // With a call under way and a reserve held.
          }
          release(asked, actual);
          begun.end(actual);
          reserve.settle();
        }
      } catch (CancelledException e) {
        assertThat(e).hasMessageMatching("Of \\d.* are spent and .* set aside: .* may need .*");
      }
      return null;
    }

    private synchronized void hold(Amounts asked) {
      Amounts priced = priced(asked);
      all = all.plus(priced);
      days.merge(today(), priced, Amounts::plus);
      check();
    }

    private synchronized void release(Amounts asked, Amounts actual) {
      Amounts tooMuch = priced(asked).minus(actual);
      all = all.minus(tooMuch);
      days.merge(today(), Amounts.NONE, (held, none) -> held.minus(tooMuch));
      course = course.plus(actual.only(true));
    }

    private void check() {
      for (Limit limit : budget.ceilings().limits()) {
        Window window = limit.window();
        Amounts sum = all;
        if (window != null) {
          sum = Amounts.NONE;
          for (Map.Entry<LocalDate, Amounts> day : days.entrySet()) {
            sum = window.unites(day.getKey(), today()) ? sum.plus(day.getValue()) : sum;
          }
        }
        assertThat(sum.get(limit.dimension())).as("%s", limit).isLessThanOrEqualTo(limit.most());
      }
    }

    /** Writes down what was spent, and what is under way as an advance. */
    private void settle() {
      ledger.takeUnrecorded().forEach((day, spent) -> record.add(moved(day, spent, Amounts.NONE)));
      record.add(moved(today(), Amounts.NONE, ledger.underWay()));
    }

    private static RunEvent.BudgetMoved moved(LocalDate day, Amounts spent, Amounts advanced) {
      return new RunEvent.BudgetMoved(
          1, "test", day.toString(), spent.recorded(), advanced.recorded(), null);
    }

    /** What was under way is lost: it stays spent, though the run's course has not come by it. */
    private void restart() {
      ledger = new Ledger(budget.ceilings(), clock, () -> Duration.ZERO);
      ledger.restore(record);
      Ledger.Reserve again = ledger.again(course);
      again.recall(course);
      again.settle();
      check();
    }

    private LocalDate today() {
      return LocalDate.ofInstant(clock.now, ZoneOffset.UTC);
    }

    private static Amounts priced(Amounts amounts) {
      long atThePrice = 7 * amounts.get(Dimension.TOKENS);
      return amounts.with(Dimension.MONEY, Math.max(amounts.get(Dimension.MONEY), atThePrice));
    }

    private static Amounts amounts(SplittableRandom own, int most) {
      return Amounts.of(Dimension.ATTEMPTS, own.nextInt(most))
          .with(Dimension.TOKENS, own.nextInt(10 * most))
          .with(Dimension.TRAINING_STEPS, own.nextInt(most))
          .with(Dimension.MONEY, own.nextBoolean() ? 0 : own.nextInt(100 * most));
    }

    private static Amounts part(SplittableRandom own, Amounts most) {
      Amounts part = Amounts.NONE;
      for (Dimension dimension :
          List.of(
              Dimension.ATTEMPTS, Dimension.TOKENS, Dimension.TRAINING_STEPS, Dimension.MONEY)) {
        part = part.with(dimension, own.nextLong(most.get(dimension) + 1));
      }
      return part;
    }
  }
}
