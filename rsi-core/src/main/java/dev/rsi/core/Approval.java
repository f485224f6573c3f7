package dev.rsi.core;

import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When somebody is asked before a challenger goes live. The answer is recorded and, when the run is
 * resumed, recalled. Whatever is not a timely yes is <b>no</b>: no answer by the deadline, an
 * approver that throws or returns null. A run that is left while it waits asks again when it is
 * resumed, with all of the time. A ROLLBACK is never asked about, and never goes live. Field term:
 * human in the loop.
 *
 * <p>A person answers through {@link RunHandle#approve} or {@link RunHandle#refuse}, or through an
 * approver {@linkplain #byPerson that asks one}; or a machine does, an approver {@linkplain #by of
 * the application}. The first answer counts. A machine only ever refuses: its yes lets through what
 * the gate would promote, but lifts no HOLD, and nothing that was {@linkplain
 * dev.rsi.core.registry.ModelRegistry#withdraw withdrawn}; there it is recorded as a no with the
 * reason. A person's yes lifts both.
 *
 * <p>An approver that cannot answer now leaves the question open: one that throws a {@linkplain
 * dev.rsi.api.RsiException#retryable retryable} exception, or says that its call was cancelled or
 * its thread interrupted, as one does that is being shut down. It is asked again until the
 * deadline; then the run is left, and asks when it is resumed. While a run is driven, one approver
 * is at work at a time: as long as one lives that does not end although it was interrupted, no
 * other is begun, and people alone can answer the next question.
 *
 * <p>The answer is about a challenger in the place of its parent. If another version is live by the
 * time of a yes, as a person rolled back meanwhile, the run is left open ({@link
 * dev.rsi.core.report.RunReport.End#OVERRULED}), and goes on when the parent is live again.
 *
 * <p><b>What a gate's promise is then.</b> A person who may only refuse leaves the probability of
 * ever promoting an unsafe challenger where it was, since what goes live is part of what the gate
 * would have promoted; as a share of the promotions ({@code errorAsShare}) it holds for what the
 * gate would have promoted. The gate does not hear of the answer: it counts a PROMOTE that was
 * refused as one of its promotions, and carries its evidence on. The promise on false alarms is
 * then about clean challengers that it would have promoted, not about live versions. A HOLD that
 * was approved is the person's promotion, not the gate's: it spends none of the gate's error, no
 * promise covers it, and of its evidence only what speaks for it is carried on, so harm that it did
 * adds to no alarm. But later challengers are still compared with generation 0 as well, and against
 * that the gate's limits hold whatever a person approved. For the bank of probes a decision is a
 * promotion only if gate and person agree.
 *
 * <p>Immutable and thread-safe, if the approver is.
 */
public final class Approval {
  private static final Duration LONGEST = Duration.ofDays(365);

  private final Duration deadline;
  private final Set<Action> cases;
  private final @Nullable Approver approver;
  private final boolean isPerson;

  private Approval(
      Duration deadline, Set<Action> cases, @Nullable Approver approver, boolean isPerson) {
    this.deadline = deadline;
    this.cases = cases;
    this.approver = approver;
    this.isPerson = isPerson;
  }

  /**
   * Asks a person.
   *
   * @param deadline how long an answer is waited for, by the loop's clock, but not beyond the wall
   *     clock of the budget, which goes on meanwhile; positive, at most 365 days. Then it is no. A
   *     clock that is set back meanwhile gives no more time
   * @param first a decision to ask about: PROMOTE, which the person can refuse, or HOLD, which the
   *     person can have promoted, also where it says that the gate failed
   * @param others more of them
   */
  public static Approval of(Duration deadline, Action first, Action... others) {
    if (deadline.isZero() || deadline.isNegative() || deadline.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "deadline (" + deadline + ") must be positive and at most (" + LONGEST + ").");
    }
    Set<Action> cases = EnumSet.of(first, others);
    if (cases.contains(Action.ROLLBACK)) {
      throw new IllegalArgumentException(
          "cases ("
              + cases
              + ") have ROLLBACK, which nobody can approve.\nMaybe ask about HOLD: what the gate"
              + " could not tell.");
    }
    return new Approval(deadline, cases, null, false);
  }

  /**
   * With a machine that answers, beside the run's handle: code of the application, which may only
   * refuse. Its yes to a HOLD is recorded as a no; a challenger that was withdrawn it is not asked
   * about, and that is a no. Default: nobody but the run's handle.
   */
  public Approval by(Approver machine) {
    return new Approval(deadline, cases, Objects.requireNonNull(machine, "machine"), false);
  }

  /**
   * With the application's own way to ask a person, beside the run's handle: what it returns is
   * what that person said, and may lift a HOLD and a withdrawal. Whoever returns here what a
   * machine worked out answers for it.
   */
  public Approval byPerson(Approver asking) {
    return new Approval(deadline, cases, Objects.requireNonNull(asking, "asking"), true);
  }

  /** Asks somebody who may approve a challenger. */
  @FunctionalInterface
  public interface Approver {
    /**
     * Called on a daemon thread of its own, which is interrupted when no answer is waited for any
     * more.
     *
     * @throws Exception counts as no, unless it says that the approver cannot answer now: a
     *     retryable {@link dev.rsi.api.RsiException}, a {@link dev.rsi.api.CancelledException}, a
     *     {@link java.util.concurrent.CancellationException} or an {@link InterruptedException}
     */
    Answer answer(Question question) throws Exception;
  }

  /**
   * What is asked.
   *
   * @param run id of the run
   * @param generation the generation
   * @param parent id of the version live now
   * @param challenger id of the version that would go live
   * @param decision the gate's decision, PROMOTE or HOLD, with its evidence
   * @param charter the run's charter; null if it has none
   * @param deadline when no answer has become the answer no
   * @param withdrawn why the challenger was {@linkplain
   *     dev.rsi.core.registry.ModelRegistry#withdraw withdrawn} before, which a yes lifts; null if
   *     it was not
   */
  public record Question(
      String run,
      int generation,
      String parent,
      String challenger,
      GateDecision decision,
      @Nullable Charter charter,
      Instant deadline,
      @Nullable String withdrawn) {

    /** A question about a challenger that was not withdrawn. */
    public Question(
        String run,
        int generation,
        String parent,
        String challenger,
        GateDecision decision,
        @Nullable Charter charter,
        Instant deadline) {
      this(run, generation, parent, challenger, decision, charter, deadline, null);
    }
  }

  /**
   * What somebody said.
   *
   * @param approved whether the challenger goes live
   * @param by who says so; not blank
   * @param why in words
   */
  public record Answer(boolean approved, String by, String why) {
    public Answer {
      Objects.requireNonNull(why, "why");
      if (by.isBlank()) {
        throw new IllegalArgumentException("by (" + by + ") must name who answers.");
      }
    }

    /** Yes. */
    public static Answer yes(String by, String why) {
      return new Answer(true, by, why);
    }

    /** No. */
    public static Answer no(String by, String why) {
      return new Answer(false, by, why);
    }
  }

  boolean asksAbout(Action action) {
    return cases.contains(action);
  }

  Duration deadline() {
    return deadline;
  }

  @Nullable Approver approver() {
    return approver;
  }

  /** Whether what the approver says is a person's word. */
  boolean isPerson() {
    return isPerson;
  }

  /** Which decisions are asked about; the deadline may differ when a run is resumed. */
  @Override
  public String toString() {
    return List.copyOf(cases).toString();
  }
}
