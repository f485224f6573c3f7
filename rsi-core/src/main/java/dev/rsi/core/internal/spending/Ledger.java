package dev.rsi.core.internal.spending;

import com.google.common.math.LongMath;
import dev.rsi.api.CancelledException;
import dev.rsi.core.internal.Times;
import dev.rsi.core.report.RunEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a run within its budget: reserve before, spend, settle after. At any instant what is spent
 * and what is set aside are within every ceiling together, but for time, and money by time: that
 * passes whatever anybody asks, and is looked at again and again.
 *
 * <p>What is spent belongs to the day on which it was begun. Thread-safe.
 */
public final class Ledger {
  private static final long CPU_LOOK_NANOS = 10_000_000;

  private final Ceilings budget;
  private final Clock clock;
  private final Supplier<Duration> cpu;
  private final boolean isTimed;

  private final Map<LocalDate, Amounts> byDay = new TreeMap<>();
  private final Map<LocalDate, Amounts> unrecorded = new LinkedHashMap<>();
  private Map<LocalDate, Amounts> others = Map.of();
  private Amounts spent = Amounts.NONE;
  private Amounts reserved = Amounts.NONE;
  private Amounts underWay = Amounts.NONE;
  private Amounts recorded = Amounts.NONE;
  private Amounts recalled = Amounts.NONE;
  private int generations;
  private Instant looked;
  private Duration cpuLooked;
  private long nanosHere;
  private long nanosSinceCpu;
  private boolean owes;
  private @Nullable Refusal cut;

  /**
   * The ledger of a run.
   *
   * @param cpu tells the processor time of this process since it began
   */
  public Ledger(Ceilings budget, Clock clock, Supplier<Duration> cpu) {
    this.budget = budget;
    this.clock = clock;
    this.cpu = cpu;
    this.isTimed = budget.limits().stream().anyMatch(limit -> passes(limit.dimension()));
    this.looked = clock.instant();
    this.cpuLooked = cpu.get();
  }

  /**
   * Takes over what was recorded of the run. What was advanced and never settled counts as spent.
   * What the run's course has done is counted again when it is recalled; what was recorded beyond
   * that is lost, and is held against the ceilings alone.
   */
  public void restore(List<RunEvent.BudgetMoved> movements) {
    restore(movements::forEach);
  }

  /**
   * The same where nobody holds all of them.
   *
   * @param movements tells them, in order and one by one
   */
  public synchronized void restore(Consumer<Consumer<RunEvent.BudgetMoved>> movements) {
    AtomicReference<RunEvent.@Nullable BudgetMoved> last = new AtomicReference<>();
    movements.accept(
        moved -> {
          add(LocalDate.parse(moved.day()), Amounts.of(moved.spent()));
          last.set(moved);
        });
    RunEvent.BudgetMoved end = last.get();
    if (end != null) {
      LocalDate day = LocalDate.parse(end.day());
      Amounts lost = Amounts.of(end.advanced());
      add(day, lost);
      unrecorded.merge(day, lost, Amounts::plus);
      owes = !lost.equals(Amounts.NONE);
    }
  }

  private void add(LocalDate day, Amounts before) {
    spent = spent.plus(before.only(false));
    recorded = recorded.plus(before.only(true));
    byDay.merge(day, before, Amounts::plus);
  }

  /** What other runs of the store spent and have set aside, by day. */
  public synchronized void others(Map<LocalDate, Amounts> spentElsewhere) {
    others = Map.copyOf(spentElsewhere);
  }

  /** Whether so much may be spent, as far as is known by now. */
  public synchronized boolean fits(Amounts most) {
    return refusal(most, Amounts.NONE, "the next calls") == null;
  }

  /** A share of what is left of each ceiling: one in so many. */
  public synchronized Amounts share(long parts) {
    Amounts share = Amounts.ALL;
    for (Limit limit : budget.limits()) {
      long left = Math.max(0, limit.most() - spent(limit));
      share = share.atMost(Amounts.ALL.with(limit.dimension(), left / parts));
    }
    return share;
  }

  /** Counts a generation. */
  public synchronized void count() {
    generations++;
  }

  /** Why a generation that may spend so much must not begin; null if it may. */
  public synchronized @Nullable Refusal refusal(Amounts most) {
    look();
    return generations >= budget.generations()
        ? Refusal.ofTheRun("All " + budget.generations() + " generations are spent.")
        : refusal(most, reserved, "another generation");
  }

  /**
   * Whether the run's own budget has room for so much beside what is spent, and windows from their
   * beginning on. What is spent in a window is not looked at: the next one has room for it.
   */
  public synchronized boolean hasRoom(Amounts most) {
    look();
    Refusal refusal = refusal(most, Amounts.NONE, "the next steps");
    return refusal == null || !refusal.lasting();
  }

  /** What no window helps against comes first. */
  private @Nullable Refusal refusal(Amounts asked, Amounts aside, String what) {
    Amounts priced = priced(asked);
    Refusal window = null;
    for (Limit limit : budget.limits()) {
      Dimension dimension = limit.dimension();
      long already = spent(limit);
      long held = aside.get(dimension);
      long ask = priced.get(dimension);
      long taken = LongMath.saturatedAdd(already, held);
      if (ask > limit.most() - taken || (passes(dimension) && already >= limit.most())) {
        Refusal refusal = Refusal.of(limit, already, held, ask, what);
        if (refusal.lasting()) {
          return refusal;
        }
        window = window == null ? refusal : window;
      }
    }
    return window;
  }

  private long spent(Limit limit) {
    Window window = limit.window();
    if (window == null) {
      return spent.plus(recorded.minus(recalled)).get(limit.dimension());
    }
    LocalDate today = today();
    long sum = 0;
    for (Map<LocalDate, Amounts> days : List.of(byDay, others)) {
      for (Map.Entry<LocalDate, Amounts> day : days.entrySet()) {
        if (window.unites(day.getKey(), today)) {
          sum = LongMath.saturatedAdd(sum, day.getValue().get(limit.dimension()));
        }
      }
    }
    return sum;
  }

  /** Whether it is spent by time, so that nothing may begin when there is none left. */
  private boolean passes(Dimension dimension) {
    return switch (dimension) {
      case WALL_CLOCK, CPU_TIME -> true;
      case MONEY -> budget.tariff().isForTime();
      case ATTEMPTS, TOKENS, TRAINING_STEPS -> false;
    };
  }

  private Amounts priced(Amounts asked) {
    return budget.tariff().priced(asked);
  }

  /**
   * Sets aside what a step may spend at most.
   *
   * @throws CancelledException if that could pass a ceiling
   */
  public synchronized Reserve reserve(String step, Amounts most) {
    look();
    Refusal refusal = refusal(most, reserved, "the step (" + step + ")");
    if (refusal != null) {
      throw cut(refusal);
    }
    return aside(most);
  }

  /** The same for a step that was begun before, and is recalled: whatever may be spent by now. */
  public synchronized Reserve again(Amounts most) {
    return aside(most);
  }

  private Reserve aside(Amounts most) {
    Amounts priced = priced(most);
    reserved = reserved.plus(priced);
    return new Reserve(priced);
  }

  /** What was set aside for a step. */
  public final class Reserve {
    private Amounts left;

    private Reserve(Amounts most) {
      this.left = most;
    }

    public Amounts left() {
      synchronized (Ledger.this) {
        return left;
      }
    }

    /**
     * Begins to spend some of it, which counts as spent from now on.
     *
     * @throws CancelledException if a ceiling was lowered, or a window has less left, since
     * @throws IllegalStateException if it is more than is left
     */
    public Call begin(Amounts asked) {
      synchronized (Ledger.this) {
        look();
        Refusal refusal = refusal(asked, Amounts.NONE, "the next call");
        if (refusal != null) {
          throw cut(refusal);
        }
        Amounts priced = priced(asked);
        take(priced);
        return new Call(priced, today());
      }
    }

    /**
     * Sets more aside: for what is to be done again. False, and nothing, where it would not fit.
     */
    public boolean more(Amounts asked) {
      synchronized (Ledger.this) {
        look();
        if (refusal(asked, reserved, "to ask again") != null) {
          return false;
        }
        Amounts priced = priced(asked);
        left = left.plus(priced);
        reserved = reserved.plus(priced);
        return true;
      }
    }

    /** Counts what the run's course had done when it was first done. */
    public void recall(Amounts done) {
      synchronized (Ledger.this) {
        take(priced(done).atMost(left));
        recalled = recalled.plus(done.only(true));
        count(done.only(true));
      }
    }

    private void take(Amounts amounts) {
      if (!amounts.isWithin(left)) {
        throw new IllegalStateException(
            "What is asked for ("
                + amounts
                + ") passes what is left of the reserve ("
                + left
                + ").");
      }
      left = left.minus(amounts);
      reserved = reserved.minus(amounts);
    }

    /** Gives back what was not spent. */
    public void settle() {
      synchronized (Ledger.this) {
        reserved = reserved.minus(left);
        left = Amounts.NONE;
      }
    }
  }

  /** Something that is being spent: the most that it can be, until it has ended. */
  public final class Call {
    private final LocalDate day;
    private Amounts open;

    private Call(Amounts most, LocalDate day) {
      this.open = most;
      this.day = day;
      change(Amounts.NONE, most);
      underWay = underWay.plus(most);
    }

    /**
     * What it was in the end, with the money that it cost; more than had been asked for is spent
     * all the same.
     */
    public void end(Amounts actual) {
      synchronized (Ledger.this) {
        change(open, actual);
        underWay = underWay.minus(open);
        unrecorded.merge(day, actual, Amounts::plus);
        open = Amounts.NONE;
      }
    }

    private void change(Amounts from, Amounts to) {
      spent = spent.minus(from).plus(to);
      byDay.merge(day, to, (all, added) -> all.minus(from).plus(added));
    }
  }

  private void count(Amounts amounts) {
    spent = spent.plus(amounts);
  }

  /** Charges the time that passed since the last look to the day on which it began. */
  private void look() {
    LocalDate day = day(looked);
    Instant now = clock.instant();
    // A clock that was set back gives nothing back.
    long nanos = Times.nanosBetween(looked, now);
    looked = now;
    Tariff price = budget.tariff();
    long before = price.ofNanos(nanosHere);
    nanosHere = LongMath.saturatedAdd(nanosHere, nanos);
    nanosSinceCpu = LongMath.saturatedAdd(nanosSinceCpu, nanos);
    Amounts passed =
        Amounts.of(Dimension.WALL_CLOCK, nanos)
            .with(Dimension.MONEY, price.ofNanos(nanosHere) - before)
            .with(Dimension.CPU_TIME, looksAtCpu() ? cpuPassed() : 0);
    charge(passed, day);
  }

  /** To ask the system takes long enough not to do it at every step. */
  private boolean looksAtCpu() {
    return budget.limits(Dimension.CPU_TIME) && nanosSinceCpu >= CPU_LOOK_NANOS;
  }

  private void charge(Amounts passed, LocalDate day) {
    if (!passed.equals(Amounts.NONE)) {
      count(passed);
      byDay.merge(day, passed, Amounts::plus);
      unrecorded.merge(day, passed, Amounts::plus);
    }
  }

  private long cpuPassed() {
    Duration now = cpu.get();
    long nanos = Math.max(0, Times.nanos(now.minus(cpuLooked)));
    cpuLooked = now;
    nanosSinceCpu = 0;
    return nanos;
  }

  /** What may be spent by now and is not recorded as spent. */
  public synchronized Amounts unsettled() {
    look();
    return unrecorded.values().stream().reduce(underWay, Amounts::plus);
  }

  /** What is being spent now. */
  public synchronized Amounts underWay() {
    return underWay;
  }

  /** What was spent since this was asked last, by day: to be recorded. */
  public synchronized Map<LocalDate, Amounts> takeUnrecorded() {
    look();
    charge(Amounts.of(Dimension.CPU_TIME, cpuPassed()), today());
    Map<LocalDate, Amounts> taken = new LinkedHashMap<>(unrecorded);
    unrecorded.clear();
    owes = false;
    return taken;
  }

  /** Whether what a killed process was advanced is not recorded as spent yet. */
  public synchronized boolean owes() {
    return owes;
  }

  /** What the run's course has taken by now, without what is being spent. */
  public synchronized Amounts course() {
    return spent.minus(underWay).only(true);
  }

  /** Whether time is up, or something was refused: nothing may go on. Cheap. */
  public synchronized boolean isSpent() {
    if (cut != null || !isTimed) {
      return cut != null;
    }
    look();
    Refusal refusal = refusal(Amounts.NONE, Amounts.NONE, "the call under way");
    if (refusal != null) {
      cut = refusal;
    }
    return refusal != null;
  }

  /** What was refused while something was under way; null if nothing was. */
  public synchronized @Nullable Refusal cut() {
    return cut;
  }

  private CancelledException cut(Refusal refusal) {
    cut = refusal;
    return new CancelledException(refusal.reason());
  }

  /** How long the run may go on by the wall clock, in nanoseconds; 0 or more. */
  public synchronized long nanosLeft() {
    look();
    long least = Long.MAX_VALUE;
    for (Limit limit : budget.limits()) {
      if (limit.dimension() == Dimension.WALL_CLOCK) {
        least = Math.min(least, Math.max(0, limit.most() - spent(limit)));
      }
    }
    return least;
  }

  /** The day of the last look at the clock. */
  public synchronized LocalDate today() {
    return day(looked);
  }

  private LocalDate day(Instant instant) {
    return Times.day(instant, clock.getZone());
  }

  /** What was spent so far. */
  public synchronized Amounts spent() {
    look();
    return spent;
  }
}
