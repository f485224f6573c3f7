package dev.rsi.core;

import dev.rsi.api.GateDecision;
import dev.rsi.api.PartException;
import dev.rsi.core.Approval.Answer;
import dev.rsi.core.Approval.Question;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.Times;
import dev.rsi.core.internal.spending.Ledger;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.report.RunEvent;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Whether a challenger goes live: as the gate says, or a person where one is asked. */
final class Approvals {
  private static final Logger log = LoopLog.LOG;

  /** Who answers where nobody did. */
  private static final String NOBODY = "nobody";

  private final @Nullable Approval approval;
  private final @Nullable Charter charter;
  private final ThreadFactory threads;
  private final Clock clock;
  private final Steps steps;
  private final Ledger ledger;
  private final Controls controls;

  Approvals(
      Oversight oversight,
      ThreadFactory threads,
      Clock clock,
      Steps steps,
      Ledger ledger,
      Controls controls) {
    this.approval = oversight.approval();
    this.charter = oversight.charter();
    this.threads = threads;
    this.clock = clock;
    this.steps = steps;
    this.ledger = ledger;
    this.controls = controls;
  }

  /**
   * Whether a challenger goes live.
   *
   * @throws dev.rsi.api.CancelledException if the run is to be left before somebody answered
   */
  boolean goesLive(int generation, String parent, String challenger, GateDecision decision) {
    if (approval == null || !approval.asksAbout(decision.action())) {
      return decision.promotes();
    }
    // Nobody is asked what was answered before, not even by a run that does all else again.
    RunEvent.Answered answered =
        steps.told(
            RunEvent.Answered.class,
            then -> then,
            () -> answered(approval, generation, parent, challenger, decision));
    steps.record(answered);
    return answered.approved();
  }

  private RunEvent.Answered answered(
      Approval asked, int generation, String parent, String challenger, GateDecision decision) {
    steps.between();
    Answer answer = ask(asked, generation, parent, challenger, decision);
    return new RunEvent.Answered(
        generation, challenger, answer.approved(), answer.by(), answer.why());
  }

  private Answer ask(
      Approval asked, int generation, String parent, String challenger, GateDecision decision) {
    // Nor beyond the run's wall clock.
    long nanos = Math.min(Times.nanos(asked.deadline()), ledger.nanosLeft());
    Question question =
        new Question(
            steps.run(),
            generation,
            parent,
            challenger,
            decision,
            charter,
            Times.after(clock.instant(), nanos));
    controls.ask(question);
    Thread approver = null;
    try {
      steps.record(
          new RunEvent.Asked(
              generation, challenger, decision.action(), Duration.ofNanos(nanos).toString()));
      approver = asking(asked.approver(), question);
      steps.waitFor(() -> controls.isAnswered() || isOver(question));
    } finally {
      if (approver != null) {
        approver.interrupt();
      }
      controls.withdraw();
    }
    Answer answer = controls.answer();
    return answer == null ? Answer.no(NOBODY, "There was no answer in time.") : answer;
  }

  private boolean isOver(Question question) {
    return !clock.instant().isBefore(question.deadline());
  }

  /** Asks the application on a thread of its own, so that no approver holds up a deadline. */
  private @Nullable Thread asking(Approval.@Nullable Approver approver, Question question) {
    if (approver == null) {
      return null;
    }
    Thread thread = threads.newThread(() -> controls.answer(question, answer(approver, question)));
    thread.setName("rsi " + question.run() + " approver");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static Answer answer(Approval.Approver approver, Question question) {
    try {
      Answer answer = approver.answer(question);
      return answer == null ? Answer.no(NOBODY, "The approver returned null.") : answer;
    } catch (Throwable e) {
      // Also an error: the thread is not the run's, and the answer is no.
      RuntimeException broken = PartException.of(e);
      log.warn(
          "run {}, generation {}: the approver failed",
          question.run(),
          question.generation(),
          broken);
      return Answer.no(NOBODY, "The approver failed: " + broken);
    }
  }
}
