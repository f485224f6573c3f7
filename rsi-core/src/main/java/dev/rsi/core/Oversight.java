package dev.rsi.core;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What people keep in their own hands while a model improves itself: who is asked before a
 * challenger goes live, what the run is for, the kill switch, and what nobody in the loop may guess
 * or clock. Field terms: human oversight, kill switch.
 *
 * <p>Immutable and thread-safe, if the approver is; the setters return changed copies.
 */
public final class Oversight {
  /** Nobody is asked, nothing is secret but by the seed. */
  public static final Oversight NONE =
      new Oversight(
          null, null, null, null, Duration.ZERO, Duration.ofMinutes(10), Duration.ofHours(1));

  private static final Duration SHORTEST = Duration.ofMillis(50);

  private final @Nullable Approval approval;
  private final @Nullable Charter charter;
  private final @Nullable Path stopFile;
  private final @Nullable Long secret;
  private final Duration pace;
  private final Duration limit;
  private final Duration outages;

  private Oversight(
      @Nullable Approval approval,
      @Nullable Charter charter,
      @Nullable Path stopFile,
      @Nullable Long secret,
      Duration pace,
      Duration limit,
      Duration outages) {
    this.approval = approval;
    this.charter = charter;
    this.stopFile = stopFile;
    this.secret = secret;
    this.pace = pace;
    this.limit = limit;
    this.outages = outages;
  }

  /** With a person who is asked before a challenger goes live. Default: nobody is. */
  public Oversight approval(Approval approval) {
    Objects.requireNonNull(approval, "approval");
    return new Oversight(approval, charter, stopFile, secret, pace, limit, outages);
  }

  /** With what the run is for and what it must not change. Default: none. */
  public Oversight charter(Charter charter) {
    Objects.requireNonNull(charter, "charter");
    return new Oversight(approval, charter, stopFile, secret, pace, limit, outages);
  }

  /**
   * With a kill switch: while there is a file of this name, or it cannot be told that there is
   * none, no step begins. A run is left after the step under way, as by {@link RunHandle#stop}, and
   * none is begun or resumed. The loop looks for the file before each batch of attempts and each
   * other step, ten times a second while a run stands still or calls have a limit, and not during a
   * training. Default: none.
   */
  public Oversight stopFile(Path file) {
    Objects.requireNonNull(file, "file");
    return new Oversight(approval, charter, file, secret, pace, limit, outages);
  }

  /**
   * With what fixes the order of probes, the draw of fresh banks, and which tasks are set apart for
   * them. Orders and draws come from a secret made of this one and the seed: a hash of it is
   * recorded before each decision, and itself when the run has ended, so that a third party can
   * check that no order was changed. Give one that nothing in the loop can guess where parts of the
   * loop are not trusted; its SHA-256 stands in the record, so a short one can be found by trying.
   * To a run that goes on from an earlier one's model give the same secret, or what is set apart
   * may have been practised, and another seed, or its orders are known. Default: the seed, which
   * whoever reads the record knows from the start.
   */
  public Oversight secret(long secret) {
    return new Oversight(approval, charter, stopFile, secret, pace, limit, outages);
  }

  /**
   * With a clock that the gate answers by: a decision takes a whole multiple of this, so that the
   * time it took says next to nothing of how many probes it needed. Default: none, an answer comes
   * as soon as it is there.
   *
   * @param pace positive; a little more than a decision usually takes
   */
  public Oversight pace(Duration pace) {
    if (pace.isZero() || pace.isNegative()) {
      throw new IllegalArgumentException("pace (" + pace + ") must be positive.");
    }
    return new Oversight(approval, charter, stopFile, secret, pace, limit, outages);
  }

  /**
   * With how long the loop waits for a part that cannot be reached, through nobody's fault.
   * Nobody's fault is what a part throws that is {@linkplain dev.rsi.api.RsiException#retryable
   * retryable}; and also where every output of a call has {@linkplain
   * dev.rsi.api.Output.Kind#FAILED failed}, or every ruling, critique or reading of a batch was
   * missed because calls threw or took too long. The loop asks again after a pause that doubles
   * from 100 ms to a minute, or as long as a server asked for, and goes on as if nothing had
   * happened. If the part does not come back in this time by the loop's clock, or the budget has
   * run out meanwhile, the run is left with {@link dev.rsi.core.report.RunReport.End#OUTAGE}, and
   * can be resumed. Calls that threw and do not say that it may pass are waited for ten seconds at
   * most: the fault is a program's more often than a server's. Default: an hour, which is longer
   * than most servers take to come back.
   *
   * @param longest zero or more; zero leaves the run at once
   */
  public Oversight outages(Duration longest) {
    if (longest.isNegative()) {
      throw new IllegalArgumentException(
          "outages (" + longest + ") must be >= 0.\nMaybe Duration.ZERO, to wait for nothing.");
    }
    return new Oversight(approval, charter, stopFile, secret, pace, limit, longest);
  }

  /**
   * With how long a call may take that the run makes on its own thread: of the source of tasks, the
   * codec (for the texts of a batch), the gate (without the reading of its probes) and the listener
   * (for an event). One that takes longer is interrupted and counts as broken. One that does not
   * end for that within a second holds up the run for as long as it likes, so the run is left
   * behind: its stack trace is logged, its lease given up, and another driver can resume it.
   * Default: ten minutes, as whoever waits for a server gets an answer or an error by then, and a
   * run that is left behind costs more than the wait.
   *
   * @param limit positive; a twentieth of a second at least
   */
  public Oversight limit(Duration limit) {
    if (limit.compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException(
          "limit (" + limit + ") must be (" + SHORTEST + ") or longer.");
    }
    return new Oversight(approval, charter, stopFile, secret, pace, limit, outages);
  }

  /** The same without what would hold up a replay. */
  Oversight unwatched() {
    return new Oversight(approval, charter, null, secret, Duration.ZERO, limit, Duration.ZERO);
  }

  @Nullable Approval approval() {
    return approval;
  }

  @Nullable Charter charter() {
    return charter;
  }

  @Nullable Path stopFile() {
    return stopFile;
  }

  /** The secret; the seed where none was given. */
  long secretOr(long seed) {
    return secret == null ? seed : secret;
  }

  /** How long a call on the run's own thread may take. */
  Duration limit() {
    return limit;
  }

  /** Zero for none. */
  Duration pace() {
    return pace;
  }

  /** How long an outage is waited for. */
  Duration outages() {
    return outages;
  }

  /** Says what is kept in hand, and no secret. */
  @Override
  public String toString() {
    return "Oversight[approval="
        + approval
        + ", charter="
        + charter
        + ", stopFile="
        + stopFile
        + ", secret="
        + (secret == null ? "the seed" : "given")
        + ", pace="
        + pace
        + ", limit="
        + limit
        + ", outages="
        + outages
        + "]";
  }
}
