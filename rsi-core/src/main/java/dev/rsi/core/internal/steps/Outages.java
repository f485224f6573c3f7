package dev.rsi.core.internal.steps;

import dev.rsi.core.internal.Cut;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a run does while a part cannot be reached: it waits, with growing pauses, and is left open
 * where the part does not come back in time. Used by the run's thread alone.
 */
public final class Outages {
  private static final Logger log = LoopLog.LOG;

  /** The first pause: a glitch is over by then. Each one is twice as long as the one before it. */
  private static final Duration SHORTEST = Duration.ofMillis(100);

  /** The longest pause that nobody asked for: as much is lost at most when the part is back. */
  private static final Duration LONGEST = Duration.ofMinutes(1);

  /**
   * The longest that one is waited for whose failures do not say of themselves that they may pass:
   * a fault of a program more often than one of a server, and whoever made it should hear of it.
   */
  private static final Duration UNSAID = Duration.ofSeconds(10);

  /** About how often a run that waits looks. */
  private static final Duration GLANCE = Duration.ofMillis(100);

  private final Journal journal;
  private final Accounts accounts;
  private final Clock clock;
  private final Duration most;
  private RunEvent.@Nullable OutageBegan left;

  /**
   * The outages of a run.
   *
   * @param most how long one is waited for
   * @param left the one that the run was left for before it was resumed, or null
   */
  public Outages(
      Journal journal,
      Accounts accounts,
      Clock clock,
      Duration most,
      RunEvent.@Nullable OutageBegan left) {
    this.left = left;
    this.journal = journal;
    this.accounts = accounts;
    this.clock = clock;
    this.most = most;
  }

  /** Calls of a part that are to be made until they come to something. */
  public Outage of(String part) {
    return new Outage(part);
  }

  /** The failures of a part in a row. */
  public final class Outage {
    private final String part;
    private boolean underWay;
    private Duration lasted = Duration.ZERO;
    private Duration pause = SHORTEST;
    private Instant looked = Instant.MIN;

    private Outage(String part) {
      this.part = part;
    }

    /**
     * Whether the run was left for this very failure before it was resumed: what fails so again is
     * no outage, or the run would never get beyond it. True once: where the part cannot be reached
     * after all, that costs one batch.
     *
     * @param reason what its calls said, in words
     */
    boolean wasLeftFor(String reason) {
      RunEvent.OutageBegan before = left;
      boolean same =
          before != null && before.part().equals(part) && before.reason().equals(Cut.text(reason));
      if (same) {
        left = null;
      }
      return same;
    }

    public boolean isUnderWay() {
      return underWay;
    }

    /**
     * Waits before the part is asked again.
     *
     * @param reason what its calls said, in words
     * @param passing whether one of them says of itself that it may pass
     * @param asked how long it asked to be left alone; zero where it did not
     * @param otherwise what ends the wait, too
     * @throws LeavingException if it has not come back in time, or the budget is spent
     * @throws dev.rsi.api.CancelledException if the run is to be left
     */
    public void await(String reason, boolean passing, Duration asked, BooleanSupplier otherwise) {
      Duration longest = passing || most.compareTo(UNSAID) < 0 ? most : UNSAID;
      if (!underWay) {
        underWay = true;
        lasted = Duration.ZERO;
        pause = SHORTEST;
        looked = clock.instant();
        log.warn(
            "run {}, generation {}: the {} cannot be reached, and is waited for: {}",
            journal.run(),
            journal.generation(),
            part,
            reason);
        journal.record(new RunEvent.OutageBegan(journal.generation(), part, reason));
      }
      look();
      if (lasted.compareTo(longest) >= 0) {
        throw tooLong(reason, longest);
      }
      Duration longer = pause.compareTo(asked) >= 0 ? pause : asked;
      // One last time when the time is over.
      Duration until = lasted.plus(longer.compareTo(longest) < 0 ? longer : longest);
      Duration end = until.compareTo(longest) < 0 ? until : longest;
      pause = pause.multipliedBy(2).compareTo(LONGEST) < 0 ? pause.multipliedBy(2) : LONGEST;
      journal.waitFor(
          () -> {
            look();
            accounts.tick();
            return lasted.compareTo(end) >= 0 || accounts.isSpent() || otherwise.getAsBoolean();
          });
      if (accounts.isSpent()) {
        throw unpaid(reason);
      }
    }

    /** The run is left, as the part has not come back in time. */
    public LeavingException tooLong(String reason) {
      return tooLong(reason, most);
    }

    private LeavingException tooLong(String reason, Duration longest) {
      return leave(
          "could not be reached for ("
              + lasted
              + "), and is waited for ("
              + longest
              + ") at most: "
              + reason
              + "\nMaybe resume the run when it is there again.");
    }

    /** The run is left, as no budget is left to ask the part again. */
    public LeavingException unpaid(String reason) {
      return leave(
          "could not be reached until the budget was spent: "
              + reason
              + "\nMaybe resume the run with a larger budget when it is there again.");
    }

    private LeavingException leave(String reason) {
      return journal.leave(RunReport.End.OUTAGE, "The " + part + " " + reason, null);
    }

    /** The part answered. */
    public void over() {
      if (underWay) {
        underWay = false;
        log.info("run {}: the {} is there again, after {}", journal.run(), part, lasted);
        journal.record(new RunEvent.OutageEnded(journal.generation(), part));
      }
    }

    /** A clock that was set back gives nothing back, and one that stands still holds up nobody. */
    private void look() {
      Instant now = clock.instant();
      Duration told = Duration.between(looked, now);
      lasted = lasted.plus(told.isNegative() || told.isZero() ? GLANCE : told);
      looked = now;
    }
  }
}
