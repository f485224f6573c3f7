package dev.rsi.core;

import dev.rsi.api.CancelledException;
import dev.rsi.api.GateDecision;
import dev.rsi.api.GateDecision.Action;
import dev.rsi.api.PartException;
import dev.rsi.api.RsiException;
import dev.rsi.core.Approval.Answer;
import dev.rsi.core.Approval.Question;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.Times;
import dev.rsi.core.internal.spending.Ledger;
import dev.rsi.core.internal.steps.Outages;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Whether a challenger goes live: as the gate says, or a person where one is asked; and never what
 * was withdrawn, unless a person says so.
 */
final class Approvals implements AutoCloseable {
  private static final Logger log = LoopLog.LOG;

  /** Who answers where nobody did. */
  private static final String NOBODY = "nobody";

  /** Who answers for what was withdrawn. */
  private static final String REGISTRY = "registry";

  /** How long an approver that was interrupted is waited for before it counts as deaf. */
  private static final long ENDING_MILLIS = 1000;

  private final @Nullable Approval approval;
  private final @Nullable Charter charter;
  private final ThreadFactory threads;
  private final Clock clock;
  private final Steps steps;
  private final Ledger ledger;
  private final Controls controls;
  private final ModelRegistry registry;

  /** The approver's thread, which may be at an earlier question still. */
  private @Nullable Thread approver;

  /** Whether that thread was named in the log as one that does not end. */
  private boolean isDeafLogged;

  Approvals(
      Oversight oversight,
      ThreadFactory threads,
      Clock clock,
      Steps steps,
      Ledger ledger,
      Controls controls,
      ModelRegistry registry) {
    this.approval = oversight.approval();
    this.charter = oversight.charter();
    this.threads = threads;
    this.clock = clock;
    this.steps = steps;
    this.ledger = ledger;
    this.controls = controls;
    this.registry = registry;
  }

  /**
   * Whether a challenger goes live.
   *
   * @throws dev.rsi.api.CancelledException if the run is to be left before somebody answered
   */
  boolean goesLive(int generation, String parent, String challenger, GateDecision decision) {
    boolean approved = decision.promotes();
    if (approval != null && approval.asksAbout(decision.action())) {
      // Nobody is asked what was answered before, not even by a run that does all else again.
      RunEvent.Answered answered =
          steps.told(
              RunEvent.Answered.class,
              then -> then,
              () -> answered(approval, generation, parent, challenger, decision));
      steps.record(answered);
      approved = answered.approved();
    }
    // Also what was withdrawn since somebody said yes.
    return approved
        && steps.perhaps(RunEvent.Answered.class, () -> withdrawnNow(generation, challenger))
            == null;
  }

  private RunEvent.@Nullable Answered withdrawnNow(int generation, String challenger) {
    return withdrawn(challenger)
        .map(why -> refusal(why))
        .map(no -> new RunEvent.Answered(generation, challenger, false, no.by(), no.why()))
        .orElse(null);
  }

  private static Answer refusal(String why) {
    return Answer.no(REGISTRY, "It was withdrawn, and no person said otherwise: " + why);
  }

  /** Why a challenger that is not live yet was withdrawn; empty if it was not. */
  private Optional<String> withdrawn(String challenger) {
    return steps.registry(
        () ->
            // What a process that was killed made live is live.
            registry.history().stream().findFirst().equals(Optional.of(challenger))
                ? Optional.empty()
                : registry.withdrawn(challenger));
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
    String withdrawn = withdrawn(challenger).orElse(null);
    if (withdrawn != null && asked.approver() != null && !asked.isPerson()) {
      // No user is to meet it again by a machine's word.
      return refusal(withdrawn);
    }
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
            Times.after(clock.instant(), nanos),
            withdrawn);
    controls.ask(question, nanos, () -> registry.withdrawn(challenger).isPresent());
    Outages.Outage outage = steps.outages().of("approver");
    RsiException out;
    try {
      steps.record(
          new RunEvent.Asked(
              generation, challenger, decision.action(), Duration.ofNanos(nanos).toString()));
      out = asked(asked, question, outage);
    } finally {
      controls.withdraw();
    }
    Controls.Given given = controls.answer();
    if (given != null) {
      outage.over();
      return heard(given, question);
    }
    if (out != null) {
      throw outage.tooLong(String.valueOf(out));
    }
    return Answer.no(
        NOBODY,
        isFree()
            ? "There was no answer in time."
            : "There was no answer in time: the approver is at an earlier question still.");
  }

  /** What an answer comes to: a machine only ever refuses, and a person's yes lifts what it may. */
  private Answer heard(Controls.Given given, Question question) {
    Answer answer = given.answer();
    if (!answer.approved()) {
      return answer;
    }
    if (!given.person() && question.decision().action() != Action.PROMOTE) {
      return Answer.no(
          answer.by(),
          "A machine's yes lifts no "
              + question.decision().action()
              + ", which is for a person to do. It said: "
              + answer.why());
    }
    String withdrawn = withdrawn(question.challenger()).orElse(null);
    if (withdrawn == null) {
      return answer;
    }
    if (!given.lifts()) {
      return refusal(withdrawn);
    }
    // Before it is recorded: what is killed in between asks again.
    steps.registry(
        () -> {
          registry.reinstate(question.challenger());
          return answer;
        });
    log.warn(
        "run {}, generation {}: {} lifted the withdrawal of version {}: {}",
        question.run(),
        question.generation(),
        answer.by(),
        question.challenger(),
        withdrawn);
    return answer;
  }

  /**
   * Waits for an answer until the time for it is over, and asks an approver who cannot be reached
   * again until then.
   *
   * @return what the approver threw where it cannot be reached to the end; else null
   */
  private @Nullable RsiException asked(
      Approval approving, Question question, Outages.Outage outage) {
    BooleanSupplier isSettled = () -> controls.isAnswered() || controls.isTimeOver();
    Approval.Approver asked = approving.approver();
    if (asked == null) {
      steps.waitFor(isSettled);
      return null;
    }
    while (true) {
      if (!isFree()) {
        logDeaf();
        steps.waitFor(() -> isSettled.getAsBoolean() || isFree());
        if (isSettled.getAsBoolean()) {
          return null;
        }
      }
      AtomicReference<@Nullable RsiException> out = new AtomicReference<>();
      Thread asking = asking(asked, approving.isPerson(), question, out);
      RsiException thrown;
      try {
        steps.waitFor(() -> isSettled.getAsBoolean() || out.get() != null);
        // Before the interrupt: what that makes of a call is no outage.
        thrown = out.get();
      } finally {
        asking.interrupt();
      }
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

  /** Whether no approver is at work: there is one thread for them, however many hang. */
  private boolean isFree() {
    return approver == null || !approver.isAlive();
  }

  /** Asks the application on a thread of its own, so that no approver holds up a deadline. */
  private Thread asking(
      Approval.Approver asked,
      boolean isPerson,
      Question question,
      AtomicReference<@Nullable RsiException> out) {
    Thread thread =
        threads.newThread(
            () -> {
              try {
                controls.answer(question, answer(asked, question), isPerson);
              } catch (RsiException e) {
                out.set(e);
              }
            });
    thread.setName("rsi " + question.run() + " approver");
    thread.setDaemon(true);
    approver = thread;
    isDeafLogged = false;
    thread.start();
    return thread;
  }

  /**
   * What the approver answers.
   *
   * @throws RsiException if it cannot be reached, and may be later
   */
  private static Answer answer(Approval.Approver asked, Question question) {
    try {
      Answer answer = asked.answer(question);
      return answer == null ? Answer.no(NOBODY, "The approver returned null.") : answer;
    } catch (CancelledException | CancellationException | InterruptedException e) {
      // Whoever is being shut down has not answered.
      RuntimeException stopped = PartException.of(e);
      throw new RsiException("The approver was stopped: " + stopped, stopped, true);
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

  /** Says, once, where an approver is that does not end although it was interrupted. */
  private void logDeaf() {
    Thread deaf = approver;
    if (deaf == null || isDeafLogged) {
      return;
    }
    isDeafLogged = true;
    Throwable where = new Throwable(deaf.getName());
    where.setStackTrace(deaf.getStackTrace());
    log.warn(
        "run {}: the approver was interrupted and goes on, on thread ({}); it is left, and no"
            + " other is begun beside it",
        steps.run(),
        deaf.getName(),
        where);
  }

  /** The run is over or left: an approver that goes on all the same is named. */
  @Override
  public void close() {
    Thread last = approver;
    if (last == null) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      last.join(ENDING_MILLIS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (!isFree()) {
      logDeaf();
    }
  }
}
