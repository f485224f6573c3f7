package dev.rsi.core;

import dev.rsi.core.report.RunReport;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The controls of a run that has a thread of its own. From {@link ImprovementLoop#start}. Field
 * term: job handle.
 *
 * <p>A step is what is recorded at once: a batch of attempts or of readings, a training, a
 * decision. What is asked here is noted when the call returns, and honoured before another step
 * begins; the future it gives is completed then, with the state that the run has come to. Whatever
 * was asked, it is completed at the latest when the run ends. Pauses and stops are recorded.
 *
 * <p>Thread-safe. Do not wait for any of it on the run's own thread, in a listener of the builder:
 * the run would wait for itself.
 */
public final class RunHandle implements AutoCloseable {

  /** What a run is at. */
  public enum State {
    /** Its steps follow one another, or it waits for a person's answer. */
    RUNNING,
    /** It stands still between two steps. */
    PAUSED,
    /** It was told to stop, and has not ended yet. */
    STOPPING,
    /** Its thread is done: it has ended, was left, or failed. Or it was left behind. */
    ENDED
  }

  private static final Duration CLOSING = Duration.ofMinutes(1);

  /** How long a listener may take for the last events: several hundred at a millisecond each. */
  private static final Duration HEARING = Duration.ofSeconds(1);

  private final String run;
  private final Controls controls;
  private final Subscriptions subscriptions;
  private final Thread thread;
  private final CompletableFuture<RunReport> report = new CompletableFuture<>();

  /**
   * Starts a run.
   *
   * @param work drives it
   */
  RunHandle(
      String run,
      Controls controls,
      Subscriptions subscriptions,
      ThreadFactory threads,
      Supplier<RunReport> work) {
    this.run = run;
    this.controls = controls;
    this.subscriptions = subscriptions;
    controls.whenLeft(
        why -> {
          subscriptions.ended();
          report.completeExceptionally(why);
        });
    this.thread = threads.newThread(() -> drive(work));
    this.thread.setName("rsi " + run);
    this.thread.start();
  }

  private void drive(Supplier<RunReport> work) {
    RunReport made = null;
    Throwable thrown = null;
    try {
      controls.driven();
      made = work.get();
    } catch (Throwable e) {
      // Errors too: they are thrown to whoever waits.
      thrown = e;
    }
    subscriptions.ended();
    controls.ended();
    // Last: whoever has the report finds the run ended.
    if (thrown == null) {
      report.complete(made);
    } else {
      report.completeExceptionally(thrown);
    }
  }

  /** The run's id in its store. */
  public String run() {
    return run;
  }

  /** What the run is at. */
  public State state() {
    return controls.state();
  }

  /**
   * Has the run stand still: what is under way ends and is recorded, and no other step begins. The
   * wall clock of its budget goes on.
   *
   * @return completed when it stands still, with PAUSED; with another state if it was told
   *     otherwise before, or ended
   */
  public CompletableFuture<State> pause() {
    return controls.pause(true);
  }

  /**
   * Has a run that was paused go on; takes back a pause that was not honoured yet.
   *
   * @return completed when it goes on, with RUNNING; with another state if it was told otherwise
   *     before, or ended
   */
  public CompletableFuture<State> resume() {
    return controls.pause(false);
  }

  /**
   * Has the run left after the step under way, paused or not. It can be resumed: {@link
   * ImprovementLoop#resume}.
   *
   * @return completed with ENDED when its thread is done and its lease given up
   */
  public CompletableFuture<State> stop() {
    return controls.leave(false, "It was told to stop.");
  }

  /**
   * Has the run left at once: the step under way is cancelled, by its context and by an interrupt,
   * and nothing of it is recorded. It can be resumed.
   *
   * @return completed with ENDED when its thread is done and its lease given up
   */
  public CompletableFuture<State> stopNow() {
    return controls.leave(true, "It was told to stop now.");
  }

  /**
   * What a person is asked now, with the {@linkplain Approval approval} of the loop; empty once it
   * is answered or the time for it is over.
   */
  public Optional<Approval.Question> pending() {
    return controls.pending();
  }

  /**
   * Has a challenger go live, also one that the gate holds or that was withdrawn: it is a person's
   * word.
   *
   * @param question the one that is {@link #pending}
   * @param by who says so; not blank
   * @param why in words
   * @return false if it is too late: the question was answered, its deadline has passed, or the run
   *     was told to stop. A run that is then {@linkplain #stopNow stopped now} may ask again
   * @throws dev.rsi.api.RsiException if the registry cannot tell whether the challenger was
   *     withdrawn; the question stays open
   */
  public boolean approve(Approval.Question question, String by, String why) {
    return controls.answer(question, Approval.Answer.yes(by, why), true);
  }

  /**
   * Keeps a challenger from going live.
   *
   * @param question the one that is {@link #pending}
   * @param by who says so; not blank
   * @param why in words
   * @return false if it is too late, as for {@link #approve}
   */
  public boolean refuse(Approval.Question question, String by, String why) {
    return controls.answer(question, Approval.Answer.no(by, why), true);
  }

  /**
   * Has a listener told what happens from now on, on a daemon thread of its own, through a queue of
   * 1,024 events. One that is too slow loses events and is told how many; one that throws is
   * logged. Neither holds up the run. What happened before is in the store.
   *
   * <p>The thread dies with the virtual machine, whatever it has not told yet: {@link #close()}
   * waits for the listener to hear the end, {@link #await} does not.
   *
   * @param listener told until the run ends or the subscription is closed
   */
  public Subscription subscribe(RunListener listener) {
    return subscriptions.add(run, listener);
  }

  /** A listener's hold on a run. Thread-safe. */
  public interface Subscription extends AutoCloseable {
    /** How many events the listener lost. */
    long missed();

    /** How often it threw. */
    long failures();

    /** Ends it: what waits is not told any more, and a call under way is interrupted. */
    @Override
    void close();
  }

  /**
   * The report, completed when the run's thread is done, with what it threw if it failed; or when
   * the run was left behind, with an exception that says where its thread is.
   */
  public CompletableFuture<RunReport> report() {
    return report.copy();
  }

  /**
   * Waits for the end.
   *
   * @return what happened
   * @throws InterruptedException if the calling thread is interrupted; the run goes on
   * @throws RuntimeException what the run threw, as {@link ImprovementLoop#run} would
   */
  public RunReport await() throws InterruptedException {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException(
          "Run (" + run + ") would wait for itself.\nMaybe wait on another thread.");
    }
    try {
      return report.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    }
  }

  /**
   * Has the run {@linkplain #stopNow left at once}, if it has not ended, and waits until its thread
   * is done, a minute at most, and until those who subscribed have heard the end, a second at most:
   * {@link #close(Duration)}.
   */
  @Override
  public void close() {
    var unused = close(CLOSING);
  }

  /**
   * Has the run {@linkplain #stopNow left at once}, if it has not ended, and waits until its thread
   * is done. If it is not in this time, a part of the loop does not end although it was told to:
   * then the run is left behind. Its thread's stack trace is logged and thrown to whoever waits for
   * the {@link #report}; the thread records nothing more, whatever it comes to; and the run's lease
   * is given up, so that another driver can resume it, in this process or another. An interrupt
   * ends the wait and stays set; the run is not left behind then.
   *
   * <p>After that it waits, as long again and a second at most, until those who {@linkplain
   * #subscribe subscribed} have heard the end. Who has not is named in the log, and may go on.
   *
   * @param time how long to wait, zero or more
   * @return whether the thread is done
   */
  public boolean close(Duration time) {
    var unused = stopNow();
    if (Thread.currentThread() == thread) {
      return false;
    }
    try {
      // Zero would be for ever.
      thread.join(Math.max(1, TimeUnit.MILLISECONDS.convert(time)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return !thread.isAlive();
    }
    if (!thread.isAlive()) {
      hear(time);
      return true;
    }
    Throwable where = new Throwable(thread.getName());
    where.setStackTrace(thread.getStackTrace());
    controls.leaveBehind("thread (" + thread.getName() + ")", where);
    hear(time);
    return false;
  }

  private void hear(Duration time) {
    subscriptions.hear(time.compareTo(HEARING) < 0 ? time : HEARING);
  }
}
