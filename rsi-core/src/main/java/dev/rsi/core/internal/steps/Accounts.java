package dev.rsi.core.internal.steps;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Cost;
import dev.rsi.core.internal.Times;
import dev.rsi.core.internal.spending.Amounts;
import dev.rsi.core.internal.spending.AttemptCosts;
import dev.rsi.core.internal.spending.Ceilings;
import dev.rsi.core.internal.spending.Dimension;
import dev.rsi.core.internal.spending.Ledger;
import dev.rsi.core.internal.spending.OtherRuns;
import dev.rsi.core.internal.spending.Refusal;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport.Spender;
import dev.rsi.core.store.RunStore;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a run spends, step by step, and the record of it. Before anything is spent, the record holds
 * an advance that covers it: if the process is killed, the advance counts as spent, and no more is
 * lost than one. Used by the run's thread alone.
 */
public final class Accounts {
  /** Calls that an advance covers at most: one event for each. */
  private static final int CALLS = 16;

  /** Of what a budget has left an advance takes one in so many at most, but for a single call. */
  private static final int PARTS = 100;

  /** The time that an advance covers. */
  private static final Duration TIME = Duration.ofSeconds(10);

  /** How often it is looked whether the time is used up: it is asked at every step of a call. */
  private static final long CHECK_MILLIS = 500;

  private final Ledger ledger;
  private final Journal journal;
  private final Clock clock;
  private final Ceilings ceilings;
  private final OtherRuns others;
  private final AttemptCosts costs;
  private final Map<Spender, Cost> used = new EnumMap<>(Spender.class);
  private String step = "";
  private Ledger.@Nullable Reserve reserve;
  private Amounts advance = Amounts.NONE;
  private @Nullable LocalDate advanced;
  private long checked;

  /**
   * The accounts of a run.
   *
   * @param costs that an attempt has at most
   */
  public Accounts(
      Ledger ledger,
      Journal journal,
      Clock clock,
      Ceilings ceilings,
      RunStore store,
      AttemptCosts costs) {
    this.ledger = ledger;
    this.journal = journal;
    this.clock = clock;
    this.ceilings = ceilings;
    this.others = new OtherRuns(store, journal.run());
    this.costs = costs;
  }

  /** The most that so many attempts spend, with what it takes to rule on them. */
  public Amounts attempts(long count) {
    return generated(count).plus(ruled(count));
  }

  /** The most that the model spends on so many attempts. */
  Amounts generated(long count) {
    return Amounts.of(Dimension.ATTEMPTS, count).plus(costs.generated().times(count));
  }

  private Amounts ruled(long count) {
    return costs.ruled().times(count);
  }

  /** What calls used, with what they cost. */
  public Amounts amounts(List<Cost> calls) {
    return calls.stream().map(ceilings.tariff()::amounts).reduce(Amounts.NONE, Amounts::plus);
  }

  /** What calls used together, with what they cost as its money: to be recorded. */
  public Cost reckoned(List<Cost> calls) {
    return calls.stream().map(ceilings.tariff()::reckoned).reduce(Cost.NONE, Cost::plus);
  }

  /** Counts what each part used for something that the run's course has, done now or recalled. */
  void took(RunEvent event) {
    event
        .costs()
        .forEach((who, cost) -> used.merge(who, ceilings.tariff().reckoned(cost), Cost::plus));
  }

  /**
   * Has so many attempts ruled on, and takes what that costs out of the budget.
   *
   * @param rule rules on them
   * @param calls what each call used in the end
   * @throws CancelledException if it would pass a ceiling, or the run is to be left
   */
  public <R> R ruled(long count, Supplier<R> rule, Function<? super R, List<Cost>> calls) {
    Amounts most = ruled(count);
    if (most.equals(Amounts.NONE) && costs.unknown() == null) {
      return rule.get();
    }
    Ledger.Call spending = spend(most);
    Amounts spent = most;
    try {
      R ruled = rule.get();
      spent = amounts(calls.apply(ruled));
      return ruled;
    } finally {
      spending.end(spent);
    }
  }

  /** The most that a training spends which takes so many steps at most. */
  public static Amounts training(long steps) {
    return Amounts.of(Dimension.TRAINING_STEPS, steps == Long.MAX_VALUE ? 0 : steps);
  }

  /** Why a generation that may spend so much must not begin; null if it may. */
  public @Nullable Refusal refusal(Amounts most) {
    lookAtOthers();
    return ledger.refusal(most);
  }

  private void lookAtOthers() {
    if (ceilings.hasWindows()) {
      ledger.others(journal.read(others::spent));
    }
  }

  /**
   * Begins a step.
   *
   * @param most what it may spend at most
   * @throws CancelledException if that could pass a ceiling, and the step is to be done
   */
  public void begin(Phase phase, Amounts most) {
    release();
    step = phase.words();
    reserve = journal.isLive() ? ledger.reserve(step, most) : ledger.again(most);
  }

  /**
   * The same where a ceiling ends the run: the record has all the time that its reason speaks of,
   * also if no step could begin.
   */
  public void settleSpent() {
    boolean timed =
        ceilings.limits(Dimension.CPU_TIME)
            || ceilings.limits(Dimension.WALL_CLOCK)
            || ceilings.limits(Dimension.MONEY);
    if (timed && advance.equals(Amounts.NONE) && journal.isLive()) {
      release();
      step = "";
      record(Amounts.NONE);
    } else {
      settle();
    }
  }

  /** Ends the step under way, if there is one, and gives back what was not spent. */
  public void settle() {
    release();
    step = "";
    if (!advance.equals(Amounts.NONE) || (ledger.owes() && journal.isLive())) {
      record(Amounts.NONE);
    }
  }

  private void release() {
    Ledger.Reserve held = reserve;
    reserve = null;
    if (held != null) {
      held.settle();
    }
  }

  /** Counts what was done when the run first came by. */
  void recall(Amounts done) {
    reserve().recall(done);
  }

  /**
   * Begins to spend: once it is recorded that it may be, and if the run still goes on then.
   *
   * @throws CancelledException if it would pass a ceiling, or the run is to be left
   */
  public Ledger.Call spend(Amounts most) {
    Amounts next = priced(most);
    if (!ledger.today().equals(advanced) || !isCovered(ledger.unsettled().plus(next))) {
      Amounts some =
          next.times(CALLS).atMost(ledger.share(PARTS)).atMost(reserve().left()).atLeast(next);
      record(some);
      lookAtOthers();
      // Other runs count the whole advance, so all of it has to fit beside theirs.
      if (ceilings.hasWindows() && !ledger.fits(some)) {
        record(next);
        lookAtOthers();
      }
      // Whatever came while that was written comes before this call.
      journal.between();
    }
    return reserve().begin(most);
  }

  /**
   * Has judges read so many attempts at probes.
   *
   * @param each what they use on one attempt at most
   * @param calls what each call used in the end
   * @throws CancelledException if it would pass a ceiling, or the run is to be left
   */
  <R> R judged(long count, Amounts each, Supplier<R> read, Function<? super R, List<Cost>> calls) {
    Amounts most = each.times(count);
    Ledger.@Nullable Call spending = most.equals(Amounts.NONE) ? null : spend(most);
    Amounts spent = most;
    try {
      R given = read.get();
      spent = amounts(calls.apply(given));
      if (spending == null && !spent.equals(Amounts.NONE)) {
        // They did not say how much that is.
        spending = spend(Amounts.NONE);
      }
      return given;
    } finally {
      if (spending != null) {
        spending.end(spent);
      }
    }
  }

  /**
   * The most that judges use on one attempt.
   *
   * @param tokens {@link Integer#MAX_VALUE} if they do not say: those are not counted
   */
  public Amounts judging(int tokens, BigDecimal money) {
    return AttemptCosts.most(tokens, money, ceilings.tariff());
  }

  /**
   * Sets aside again what a call may spend that is to be made once more.
   *
   * @return false where a ceiling has no room for it
   */
  public boolean again(Amounts most) {
    return reserve().more(most);
  }

  /**
   * Sets aside what a call may spend, as far as that is not set aside by now.
   *
   * @return false where a ceiling has no room for it
   */
  public boolean mayCall(Amounts most) {
    Amounts missing = priced(most).minus(reserve().left());
    return missing.equals(Amounts.NONE) || again(missing.with(Dimension.MONEY, 0));
  }

  /**
   * Spends what came to nothing, beside what its step may spend.
   *
   * @return false, and nothing is spent, where a ceiling has no room for it
   * @throws CancelledException if the run is to be left
   */
  public boolean lost(Amounts lost) {
    if (lost.equals(Amounts.NONE)) {
      return true;
    }
    if (!again(lost)) {
      return false;
    }
    spend(lost).end(lost);
    return true;
  }

  /** What ruling on so many attempts may have spent that came to nothing. */
  public boolean lostRulings(long count) {
    return lost(ruled(count));
  }

  /**
   * Sets aside what judges may use on so many attempts at probes that they are asked about again.
   *
   * @return false where a ceiling has no room for it
   */
  boolean mayJudge(long count, Amounts each) {
    return each.equals(Amounts.NONE) || again(each.times(count));
  }

  /**
   * Whether the advance covers so much. What a part does not say beforehand no advance covers;
   * where there is no ceiling on it, it is recorded with what is.
   */
  private boolean isCovered(Amounts amounts) {
    Amounts told = amounts;
    for (Dimension dimension : List.of(Dimension.TOKENS, Dimension.MONEY)) {
      if (costs.unknown() != null && !ceilings.limits(dimension)) {
        told = told.with(dimension, 0);
      }
    }
    return told.isWithin(advance);
  }

  private Amounts priced(Amounts amounts) {
    return ceilings.tariff().priced(amounts);
  }

  /** Whether nothing may go on. Any thread may ask; nothing is recorded by it. */
  public boolean isSpent() {
    return ledger.isSpent();
  }

  /**
   * To be called by the run's thread while a call is under way: where the time of the advance is
   * used up, records that there is more.
   */
  void tick() {
    if (advance.equals(Amounts.NONE)) {
      return;
    }
    long now = Times.millis(clock.instant());
    // A clock that was set back is one that has gone on.
    if (now < checked || now - CHECK_MILLIS >= checked) {
      checked = now;
      if (!isCovered(ledger.unsettled())) {
        // More time, and of everything else what is left: nobody has agreed to more.
        record(priced(advance.minus(ledger.unsettled()).atMost(reserve().left())));
      }
    }
  }

  /** Records what was spent, and what may be spent until the next time. */
  private void record(Amounts calls) {
    List<RunEvent> moved = new ArrayList<>();
    Iterator<Map.Entry<LocalDate, Amounts>> days = ledger.takeUnrecorded().entrySet().iterator();
    LocalDate today = ledger.today();
    boolean ends = reserve == null;
    Amounts next = ends ? Amounts.NONE : calls.plus(ledger.underWay()).plus(time());
    boolean said = false;
    while (days.hasNext()) {
      Map.Entry<LocalDate, Amounts> day = days.next();
      said = !days.hasNext() && day.getKey().equals(today);
      moved.add(moved(day.getKey(), day.getValue(), said ? next : Amounts.NONE));
    }
    if (!said) {
      moved.add(moved(today, Amounts.NONE, next));
    }
    journal.record(moved);
    advance = next;
    advanced = today;
  }

  private RunEvent.BudgetMoved moved(LocalDate day, Amounts spent, Amounts ahead) {
    return new RunEvent.BudgetMoved(
        journal.generation(),
        step,
        day.toString(),
        spent.recorded(),
        ahead.recorded(),
        ledger.course().recorded(),
        used.isEmpty() ? null : recorded(used));
  }

  private static Map<String, Cost> recorded(Map<Spender, Cost> used) {
    Map<String, Cost> recorded = new LinkedHashMap<>();
    used.forEach((who, cost) -> recorded.put(who.words(), cost));
    return recorded;
  }

  private Amounts time() {
    long nanos = TIME.toNanos();
    return Amounts.of(Dimension.WALL_CLOCK, nanos)
        .with(Dimension.CPU_TIME, nanos * Runtime.getRuntime().availableProcessors())
        .with(Dimension.MONEY, ceilings.tariff().ofNanos(nanos));
  }

  private Ledger.Reserve reserve() {
    Ledger.Reserve held = reserve;
    if (held == null) {
      throw new IllegalStateException("No step is under way.");
    }
    return held;
  }
}
