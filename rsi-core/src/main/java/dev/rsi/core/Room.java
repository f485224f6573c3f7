package dev.rsi.core;

import com.google.common.math.LongMath;
import dev.rsi.core.internal.judging.Judging;
import dev.rsi.core.internal.practice.LessonPool;
import dev.rsi.core.internal.spending.Amounts;
import dev.rsi.core.internal.spending.Ledger;
import dev.rsi.core.internal.steps.Accounts;
import dev.rsi.core.internal.training.Training;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** How much of a generation the budget has room for, and the most that its phases spend. */
final class Room {
  private final Practice practice;
  private final int levels;
  private final long exam;
  private final RunState state;
  private final LessonPool<?, ?> pool;
  private final Judging<?, ?> judging;
  private final Training<?, ?> training;
  private final Accounts accounts;
  private final Ledger ledger;

  /**
   * The room of a run.
   *
   * @param levels how many levels the tasks have
   * @param exam attempts that an exam takes; 0 if there is none
   */
  Room(
      Practice practice,
      int levels,
      long exam,
      RunState state,
      LessonPool<?, ?> pool,
      Judging<?, ?> judging,
      Training<?, ?> training,
      Accounts accounts,
      Ledger ledger) {
    this.practice = practice;
    this.levels = levels;
    this.exam = exam;
    this.state = state;
    this.pool = pool;
    this.judging = judging;
    this.training = training;
    this.accounts = accounts;
    this.ledger = ledger;
  }

  /**
   * What a generation is cut down to so that the run's own budget has room for it, and windows from
   * their beginning on. What is spent in a window cuts none short: the next one has room for it,
   * and what a run does would depend on the day.
   *
   * @param made attempts of the generation so far that could give lessons
   */
  Fit fit(int made) {
    long whole = judging.worstCase(state.incumbent());
    Fit.Room room = fit -> ledger.hasRoom(most(fit, made));
    Fit asked = new Fit(true, practice.tasks(), whole);
    if (room.has(asked)) {
      return asked;
    }
    long fewest = judging.leastCase(state.incumbent());
    Fit fitted = Fit.of(true, practice, fewest, whole, room);
    boolean couldGoUnscouted = state.wasScouted() && !state.isScouted();
    return room.has(fitted) || !couldGoUnscouted
        ? fitted
        : Fit.of(false, practice, fewest, whole, room);
  }

  /** The most that is spent on the rest of a generation, or on a whole one, cut down so far. */
  Amounts most(Fit fit, int made) {
    Practice fitted = practice.tasks(fit.tasks());
    long attempts =
        fit.scouts() && !state.isScouted()
            ? state.frontier().worstCase(levels, fitted)
            : state.frontier().practice(fitted);
    int proposals = training.proposals();
    long screening =
        fit.scouts() && !state.isScouted()
            ? state.frontier().screening(levels, practice, proposals)
            : state.frontier().screening(practice, proposals);
    return accounts
        .attempts(
            LongMath.saturatedAdd(LongMath.saturatedAdd(attempts, screening), fit.probing() + exam))
        .plus(
            training.amounts(
                training.most(pool.size() + attempts, made + attempts).times(proposals)));
  }

  /** The most that it spends to try so many proposals. */
  Amounts screening(int proposals) {
    return accounts.attempts(state.frontier().screening(practice, proposals));
  }

  /** The most that scouting spends. */
  Amounts scouting() {
    return accounts.attempts(state.frontier().scouts(levels, practice));
  }

  /** What practice spends with so many tasks per level. */
  Amounts practising(int tasks) {
    return accounts.attempts(state.frontier().practice(practice.tasks(tasks)));
  }

  /** The most that a decision spends which may take so many attempts; null for all that it asks. */
  Amounts judging(@Nullable Long attempts) {
    return accounts.attempts(attempts == null ? judging.worstCase(state.incumbent()) : attempts);
  }

  /** The most attempts that a decision may take: what is left may be less next time. */
  long readings() {
    long whole = judging.worstCase(state.incumbent());
    LongPredicate fits = n -> ledger.hasRoom(accounts.attempts(n + exam));
    return fits.test(whole)
        ? whole
        : Fit.largest(judging.leastCase(state.incumbent()), whole, fits);
  }

  /** What an exam spends. */
  Amounts exam() {
    return accounts.attempts(exam);
  }
}
