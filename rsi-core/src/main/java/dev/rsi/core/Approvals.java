package dev.rsi.core;

import dev.rsi.api.GateDecision;
import dev.rsi.api.PartException;
import dev.rsi.api.RsiException;
import dev.rsi.core.Approval.Answer;
import dev.rsi.core.Approval.Question;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.Times;
import dev.rsi.core.internal.spending.Ledger;
import dev.rsi.core.internal.steps.Outages;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.report.RunEvent;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
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
    Outages.Outage outage = steps.outages().of("approver");
    RsiException out;
    try {
      steps.record(
          new RunEvent.Asked(
              generation, challenger, decision.action(), Duration.ofNanos(nanos).toString()));
      out = asked(asked.approver(), question, outage);
    } finally {
      controls.withdraw();
    }
    Answer answer = controls.answer();
    if (answer != null) {
      outage.over();
      return answer;
    }
    if (out != null) {
      throw outage.tooLong(String.valueOf(out));
    }
    return Answer.no(NOBODY, "There was no answer in time.");
  }

  /**
   * Waits for an answer until the question's deadline, and asks an approver who cannot be reached
   * again until then.
   *
   * @return what the approver threw where it cannot be reached to the end; else null
   */
  private @Nullable RsiException asked(
      Approval.@Nullable Approver approver, Question question, Outages.Outage outage) {
    BooleanSupplier isSettled = () -> controls.isAnswered() || isOver(question);
    while (true) {
      AtomicReference<@Nullable RsiException> out = new AtomicReference<>();
      Thread asking = asking(approver, question, out);
      try {
        steps.waitFor(() -> isSettled.getAsBoolean() || out.get() != null);
      } finally {
        if (asking != null) {
          asking.interrupt();
        }
      }
      RsiException thrown = out.get();
      if (thrown == null || isSettled.getAsBoolean()) {
        return thrown;
      }
      outage.await(
          "it threw " + thrown, true, thrown.retryAfter().orElse(Duration.ZERO), isSettled);
      if (isSettled.getAsBoolean()) {
        return thrown;
      }
    }
  }

  private boolean isOver(Question question) {
    return !clock.instant().isBefore(question.deadline());
  }

  /** Asks the application on a thread of its own, so that no approver holds up a deadline. */
  private @Nullable Thread asking(
      Approval.@Nullable Approver approver,
      Question question,
      AtomicReference<@Nullable RsiException> out) {
    if (approver == null) {
      return null;
    }
    Thread thread =
        threads.newThread(
            () -> {
              try {
                controls.answer(question, answer(approver, question));
              } catch (RsiException e) {
                out.set(e);
              }
            });
    thread.setName("rsi " + question.run() + " approver");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /**
   * What the approver answers.
   *
   * @throws RsiException if it cannot be reached, and may be later
   */
  private static Answer answer(Approval.Approver approver, Question question) {
    try {
      Answer answer = approver.answer(question);
      return answer == null ? Answer.no(NOBODY, "The approver returned null.") : answer;
    } catch (Throwable e) {
      // Also an error: the thread is not the run's, and the answer is no.
      RuntimeException broken = PartException.of(e);
      if (broken instanceof RsiException rsi && rsi.retryable()) {
        throw rsi;
      }
      log.warn(
          "run {}, generation {}: the approver failed",
          question.run(),
          question.generation(),
          broken);
      return Answer.no(NOBODY, "The approver failed: " + broken);
    }
  }
}
