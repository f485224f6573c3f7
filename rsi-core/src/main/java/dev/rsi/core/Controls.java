package dev.rsi.core;

import dev.rsi.api.CancelledException;
import dev.rsi.api.RsiException;
import dev.rsi.core.Approval.Answer;
import dev.rsi.core.Approval.Question;
import dev.rsi.core.RunHandle.State;
import dev.rsi.core.internal.Countdown;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.steps.Control;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a run from outside (to pause, to go on, to be left) and what has become of it;
 * and what the run asks a person. The run's thread looks here between its steps. Thread-safe.
 */
final class Controls implements Control {
  /** How often a run that waits looks at its clock and its stop file. */
  private static final long GLANCE_MILLIS = 100;

  private final @Nullable Path stopFile;
  private final Clock clock;
  private final Semaphore changes = new Semaphore(0);
  private final List<CompletableFuture<State>> asked = new ArrayList<>();
  private State state = State.RUNNING;
  private boolean pause;
  private @Nullable String leave;
  private @Nullable Question question;
  private @Nullable Given answer;
  private Countdown countdown;
  private BooleanSupplier withdrawn = () -> false;
  private volatile boolean cut;
  private volatile @Nullable RsiException leftBehind;
  private volatile BooleanSupplier spent = () -> false;
  private @Nullable Runnable release;
  private Consumer<RsiException> whenLeft = why -> {};
  private @Nullable Thread thread;

  Controls(@Nullable Path stopFile, Clock clock) {
    this.stopFile = stopFile;
    this.clock = clock;
    this.countdown = new Countdown(clock, 0);
  }

  /**
   * An answer.
   *
   * @param person whether a person said so
   * @param lifts whether it is a yes to what was withdrawn by then
   */
  record Given(Answer answer, boolean person, boolean lifts) {}

  /**
   * Refuses to begin under a stop file.
   *
   * @throws IllegalStateException if it is there, or may be
   */
  static void checkStopFile(@Nullable Path stopFile) {
    if (isThere(stopFile)) {
      throw new IllegalStateException(
          "The stop file ("
              + stopFile
              + ") is there, so nothing runs.\nMaybe find out who put it there, and delete it.");
    }
  }

  /** A file that cannot be looked for counts as one that is there. */
  private static boolean isThere(@Nullable Path stopFile) {
    return stopFile != null && !Files.notExists(stopFile);
  }

  // Asked from outside.

  synchronized CompletableFuture<State> pause(boolean wanted) {
    CompletableFuture<State> honoured = new CompletableFuture<>();
    State already = wanted ? State.PAUSED : State.RUNNING;
    if (state == State.ENDED || (pause == wanted && state == already)) {
      honoured.complete(state);
      return honoured;
    }
    // A run that is told to stop does not stand still again.
    pause = wanted && leave == null;
    asked.add(honoured);
    wake();
    return honoured;
  }

  /**
   * Has the run left.
   *
   * @param now whether what is under way is cut short
   * @param reason in words; the first one given stands
   */
  synchronized CompletableFuture<State> leave(boolean now, String reason) {
    CompletableFuture<State> honoured = new CompletableFuture<>();
    if (state == State.ENDED) {
      honoured.complete(state);
      return honoured;
    }
    asked.add(honoured);
    leave = leave == null ? reason : leave;
    pause = false;
    state = State.STOPPING;
    if (now && !cut) {
      cut = true;
      if (thread != null) {
        thread.interrupt();
      }
    }
    wake();
    return honoured;
  }

  synchronized State state() {
    return state;
  }

  /** What a person is asked now. */
  synchronized Optional<Question> pending() {
    return question == null || answer != null || countdown.isOver()
        ? Optional.empty()
        : Optional.of(question);
  }

  /**
   * Takes the first answer to what is asked now; false if it is too late.
   *
   * @param person whether a person said so
   */
  boolean answer(Question asked, Answer given, boolean person) {
    BooleanSupplier asksRegistry;
    synchronized (this) {
      if (!isOpen(asked)) {
        return false;
      }
      asksRegistry = withdrawn;
    }
    // Before the answer stands: what is withdrawn later is not lifted by it.
    boolean lifts = person && given.approved() && asksRegistry.getAsBoolean();
    return answer(asked, new Given(given, person, lifts));
  }

  private synchronized boolean answer(Question asked, Given given) {
    if (!isOpen(asked)) {
      return false;
    }
    answer = given;
    wake();
    return true;
  }

  private boolean isOpen(Question asked) {
    return asked.equals(question) && answer == null && leave == null && !countdown.isOver();
  }

  /** Something that the run may be waiting for has happened. */
  private void wake() {
    changes.release();
  }

  // Looked at by the run's thread.

  /** The calling thread drives the run, until {@link #ended}. */
  synchronized void driven() {
    thread = Thread.currentThread();
    if (cut) {
      thread.interrupt();
    }
  }

  /** Whether calls of parts are to end now. Any thread may ask. */
  boolean isCancelled() {
    return spent.getAsBoolean();
  }

  /** What says whether calls of parts are to end now, once the run has it. */
  void cancelledBy(BooleanSupplier cancelled) {
    spent = cancelled;
  }

  /** The run has this lease, which is given up if the run is left behind. */
  synchronized void driven(Runnable givesUp) {
    release = givesUp;
  }

  /** Who is told, on another thread than the run's, that the run was left behind. */
  synchronized void whenLeft(Consumer<RsiException> hears) {
    whenLeft = hears;
  }

  /**
   * Leaves a run behind whose thread does not end: it records nothing more, and its lease is given
   * up, so that another driver can resume it. A run that has ended stays as it is.
   *
   * @param thread where it goes on, in words
   * @param where its stack trace
   */
  void leaveBehind(String thread, Throwable where) {
    @Nullable Runnable held;
    Consumer<RsiException> hears;
    RsiException why =
        new RsiException(
            "The run was left behind: "
                + thread
                + " goes on although it was interrupted.\nMaybe end this process, or see the stack"
                + " trace for what it waits for; the run can be resumed, here or elsewhere.",
            where,
            true);
    synchronized (this) {
      if (state == State.ENDED) {
        return;
      }
      // Before the lease: what another driver records stands alone.
      leftBehind = why;
      cut = true;
      held = release;
      hears = whenLeft;
    }
    LoopLog.LOG.warn("a run was left behind: {} goes on", thread, where);
    try {
      if (held != null) {
        held.run();
      }
    } catch (RuntimeException e) {
      LoopLog.LOG.warn("the lease of a run that was left behind could not be given up", e);
    }
    ended();
    hears.accept(why);
  }

  @Override
  public @Nullable RsiException leftBehind() {
    return leftBehind;
  }

  @Override
  public boolean isCut() {
    return cut;
  }

  @Override
  public boolean isLeaveAsked() {
    return leave() != null || isThere(stopFile);
  }

  /** Why the run is to be left; null if it is not. */
  synchronized @Nullable String leave() {
    return leave;
  }

  @Override
  public void checkGoesOn() {
    if (isThere(stopFile)) {
      var unused = leave(false, "The stop file (" + stopFile + ") is there.");
    }
    String reason = leave();
    if (reason != null) {
      throw new CancelledException(reason);
    }
  }

  @Override
  public synchronized boolean isPauseAsked() {
    return pause;
  }

  @Override
  public synchronized boolean settle(boolean paused) {
    if (pause != paused) {
      return false;
    }
    if (state != State.STOPPING) {
      state = paused ? State.PAUSED : State.RUNNING;
      honour();
    }
    return true;
  }

  @Override
  public void glance() {
    try {
      if (changes.tryAcquire(GLANCE_MILLIS, TimeUnit.MILLISECONDS)) {
        changes.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("The run was interrupted.");
    }
  }

  /**
   * Puts a question to whoever may answer.
   *
   * @param nanos how long
   * @param isWithdrawn tells, on any thread, whether the challenger is withdrawn by then
   */
  synchronized void ask(Question asked, long nanos, BooleanSupplier isWithdrawn) {
    question = asked;
    withdrawn = isWithdrawn;
    answer = null;
    countdown = new Countdown(clock, nanos);
  }

  /** Whether the time for an answer is over. */
  synchronized boolean isTimeOver() {
    return countdown.isOver();
  }

  synchronized boolean isAnswered() {
    return answer != null;
  }

  /** Takes no more answers. */
  synchronized void withdraw() {
    question = null;
  }

  /** The answer to the last question; null if there was none. */
  synchronized @Nullable Given answer() {
    return answer;
  }

  /** The run's thread is done with it. */
  synchronized void ended() {
    state = State.ENDED;
    thread = null;
    honour();
  }

  /** Whoever hears of it does so on a thread of their own, and holds up nobody. */
  private void honour() {
    State now = state;
    asked.forEach(honoured -> honoured.completeAsync(() -> now));
    asked.clear();
  }
}
