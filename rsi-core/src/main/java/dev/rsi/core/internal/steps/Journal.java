package dev.rsi.core.internal.steps;

import dev.rsi.api.CancelledException;
import dev.rsi.api.PartException;
import dev.rsi.api.RsiException;
import dev.rsi.core.RunListener;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.spending.SameCourse;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.report.RunReport;
import dev.rsi.core.store.RunStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What happened in a run, in order: recalled first, where a run is resumed, then continued.
 *
 * <p>A run that goes on takes the same steps from its beginning. Whatever a step got from outside
 * (an attempt, a ruling, a training, a reading, a decision) it asks the journal for before it does
 * it anew; so a step that was recorded costs nothing, and the first that was not is the first to be
 * done. What steps record meanwhile is held against what was recorded then, and must equal it.
 */
public final class Journal {
  private static final Logger log = LoopLog.LOG;

  /**
   * So long a reading may wait for those that follow it, to be recorded in one commit with them: a
   * quick model reads a dozen probes of a dozen kinds meanwhile, and a kill loses no more than what
   * it read in that time. Whatever else is recorded takes them along.
   */
  private static final Duration GATHERING = Duration.ofSeconds(1);

  private final @Nullable RunStore store;
  private final String run;
  private final Clock clock;
  private final RunListener listener;
  private final Control controls;
  private Past past;
  private final long trusted;
  private final Thread thread = Thread.currentThread();
  private final List<RunEvent> gathered = new ArrayList<>();
  private Instant committed = Instant.MIN;
  private @Nullable JournalException broken;
  private int generation;
  private int lastListenerFault = -1;
  private int listenerFaults;
  private boolean left;

  /**
   * The journal of a run.
   *
   * @param past what the store holds of its course already; nothing for a new one
   */
  public Journal(
      RunStore store, String run, Clock clock, RunListener listener, Control controls, Past past) {
    this(store, run, clock, listener, controls, past, Long.MAX_VALUE);
  }

  private Journal(
      @Nullable RunStore store,
      String run,
      Clock clock,
      RunListener listener,
      Control controls,
      Past past,
      long trusted) {
    this.store = store;
    this.run = run;
    this.clock = clock;
    this.listener = listener;
    this.controls = controls;
    this.past = past;
    this.trusted = trusted;
  }

  /**
   * A journal that records nothing, and recalls only the first events: steps after them are done
   * anew, and held against what was recorded then.
   *
   * @param trusted how many of the first
   */
  public static Journal replay(String run, Clock clock, Control controls, Past past, long trusted) {
    return new Journal(null, run, clock, event -> {}, controls, past, trusted);
  }

  public String run() {
    return run;
  }

  /** The generation under way: 0 before the first one. */
  public int generation() {
    return generation;
  }

  /** Tells what was reserved and settled so far, one by one; nothing in a replay. */
  public void movements(Consumer<? super RunEvent.BudgetMoved> each) {
    if (store != null) {
      store.forEach(run, RunEvent.BudgetMoved.class, each);
    }
  }

  /** Tells what the run's course has of a kind so far, in order and one by one. */
  public <E extends RunEvent> void forEach(Class<E> type, Consumer<? super E> each) {
    if (store != null && isLive()) {
      commit();
      read(
          () -> {
            store.forEach(run, type, each);
            return true;
          });
    } else {
      past.forEach(type, each);
    }
  }

  /** Whether a run is done again, and nothing recorded. */
  boolean isReplay() {
    return store == null;
  }

  /** From now on a generation is under way. */
  public void generation(int number) {
    generation = number;
  }

  /** What was recorded next, then; null where nothing was. */
  @Nullable RunEvent next() {
    return past.next();
  }

  /** Whether the next step is recalled, not done. */
  boolean recalls() {
    return past.position() < Math.min(trusted, past.size());
  }

  /** Whether the run is past all that was recorded of it. */
  boolean isLive() {
    return next() == null;
  }

  /**
   * What a step got from outside when it was done; null where it is to be done, once the run may go
   * on.
   *
   * @throws RecalledFault if it broke then
   * @throws CancelledException if it is to be done, and the run is to be left
   */
  <E extends RunEvent> @Nullable E recalled(Class<E> type) {
    List<E> one = recalled(type, 1);
    return one == null ? null : one.get(0);
  }

  /**
   * The same for a step that recorded several events.
   *
   * @throws RecalledFault if it broke then
   */
  <E extends RunEvent> @Nullable List<E> recalled(Class<E> type, int count) {
    checkSound();
    if (!recalls()) {
      between();
      return null;
    }
    if (past.next() instanceof RunEvent.Faulted fault) {
      throw new RecalledFault(fault);
    }
    List<RunEvent> events = past.next(count);
    for (RunEvent event : events) {
      if (!type.isInstance(event)) {
        throw diverged(event, type.getSimpleName());
      }
    }
    if (events.size() < count) {
      throw diverged("nothing more", count + " of " + type.getSimpleName());
    }
    return events.stream().map(type::cast).toList();
  }

  /**
   * Between two steps: stands still while the run is paused.
   *
   * @throws CancelledException if the run is to be left
   */
  void between() {
    waitFor(null);
  }

  /**
   * Between two steps: waits until something is there. What came before the run was told to stop
   * still counts.
   *
   * @param something asked now and then; null where nothing is waited for
   * @throws CancelledException if the run is to be left
   */
  public void waitFor(@Nullable BooleanSupplier something) {
    boolean paused = false;
    try {
      while (true) {
        boolean there = something != null && something.getAsBoolean();
        if (!there) {
          controls.checkGoesOn();
        }
        boolean pause = controls.isPauseAsked();
        if (pause != paused) {
          record(pause ? new RunEvent.Paused(generation) : new RunEvent.Unpaused(generation));
          paused = pause;
        }
        if (controls.settle(pause)) {
          if (!pause && (there || something == null)) {
            return;
          }
          controls.glance();
        }
      }
    } catch (CancelledException e) {
      left = true;
      throw e;
    }
  }

  /** Records how the run began, even if it was told to stop by then: it can be resumed. */
  public void begin(RunEvent.RunStarted event) {
    checkSound();
    keep(List.of(event));
  }

  public void record(RunEvent event) {
    record(List.of(event));
  }

  /**
   * Records events; those that were recorded before must be equal, and are not recorded again.
   *
   * @throws CancelledException if the run was interrupted or cut short: what a step found meanwhile
   *     may be the interrupt's doing, and is found again when the run is resumed
   */
  public void record(List<? extends RunEvent> events) {
    checkSound();
    int known = 0;
    for (RunEvent then = past.next();
        then != null && known < events.size() && !events.get(known).circumstantial();
        then = past.next()) {
      if (!SameCourse.is(then, events.get(known))) {
        throw diverged(then, events.get(known));
      }
      past.go();
      known++;
    }
    if (store != null && isLive()) {
      // Gone over, and in the store.
      past = Past.none();
    }
    List<? extends RunEvent> fresh = events.subList(known, events.size());
    if (fresh.isEmpty()) {
      return;
    }
    if (!fresh.get(0).circumstantial() && (left || controls.isCut() || thread.isInterrupted())) {
      throw new CancelledException("Run (" + run + ") was told to stop.");
    }
    keep(fresh);
  }

  private void keep(List<? extends RunEvent> fresh) {
    gathered.addAll(fresh);
    if (store == null || !canWait(fresh)) {
      commit();
    }
  }

  private boolean canWait(List<? extends RunEvent> fresh) {
    return fresh.stream().allMatch(event -> event instanceof RunEvent.Probed)
        && Duration.between(committed, clock.instant()).abs().compareTo(GATHERING) < 0;
  }

  /** Appends what was gathered, and tells the listener of it. */
  private void commit() {
    if (gathered.isEmpty()) {
      return;
    }
    List<RunEvent> fresh = List.copyOf(gathered);
    gathered.clear();
    append(fresh);
    committed = clock.instant();
    if (controls.isCut()) {
      // A listener that blocks on every event does not hold up a run that is cut short.
      thread.interrupt();
    }
    for (RunEvent event : fresh) {
      try {
        listener.on(event);
      } catch (Throwable e) {
        listenerFault(event.generation(), PartException.of(e));
      }
    }
  }

  /**
   * Records that a part broke and was done without.
   *
   * @return what is recorded
   */
  RunEvent.Faulted fault(int number, Part part, Throwable cause) {
    if (cause instanceof RecalledFault recalled && recalled.event() == next()) {
      record(recalled.event());
      return recalled.event();
    }
    log.warn("run {}, generation {}: the {} failed", run, number, part.words(), cause);
    RunEvent.Faulted fault =
        new RunEvent.Faulted(number, part.words(), String.valueOf(cause), where(cause));
    record(fault);
    return fault;
  }

  /** The first line of a stack trace that is not the JDK's; null if there is none. */
  private static @Nullable String where(Throwable thrown) {
    for (StackTraceElement frame : thrown.getStackTrace()) {
      String name = frame.getClassName();
      if (!name.startsWith("java.") && !name.startsWith("jdk.") && !name.startsWith("sun.")) {
        return name
            + "."
            + frame.getMethodName()
            + "("
            + frame.getFileName()
            + ":"
            + frame.getLineNumber()
            + ")";
      }
    }
    return null;
  }

  /** Whether the run is to be left, at the latest when what is under way is over. */
  boolean isLeaveAsked() {
    return controls.isLeaveAsked();
  }

  void progress(String step, long done, long total) {
    try {
      listener.progress(step, done, total);
    } catch (Throwable e) {
      log.debug("run {}: the listener failed on progress", run, PartException.of(e));
    }
  }

  /**
   * A listener that fails once may fail on every event: the first failure of a generation tells.
   */
  private void listenerFault(int number, RuntimeException cause) {
    listenerFaults++;
    if (number <= lastListenerFault) {
      return;
    }
    lastListenerFault = number;
    log.warn(
        "run {}, generation {}: the listener failed, {} times so far",
        run,
        number,
        listenerFaults,
        cause);
    // Not told to the listener, which would fail again.
    append(
        List.of(
            new RunEvent.Faulted(
                number, RunEvent.Faulted.LISTENER, String.valueOf(cause), where(cause))));
  }

  private void append(List<? extends RunEvent> events) {
    checkSound();
    if (store == null) {
      return;
    }
    try {
      store.append(run, clock.instant(), events);
    } catch (RunStore.OvertakenException e) {
      broken = new OvertakenRunException(run, e);
      throw broken;
    } catch (RsiException e) {
      throw leave(
          RunReport.End.SURROUNDINGS,
          RecordingException.words(run, String.valueOf(e.getMessage())),
          e);
    } catch (RuntimeException e) {
      broken = new RecordingException(run, e);
      throw broken;
    }
  }

  /**
   * Has the run left open where it is: nothing more of its course is recorded, whoever may swallow
   * this.
   *
   * @return to be thrown
   */
  LeavingException leave(RunReport.End end, String reason, @Nullable Throwable cause) {
    return leave(new LeavingException(end, reason, cause));
  }

  /** The same for a reason that stands already; the first one is kept. */
  LeavingException leave(LeavingException why) {
    if (broken instanceof LeavingException first) {
      return first;
    }
    broken = why;
    return why;
  }

  /** The run is being left: what tells of that can be recorded, and nothing of its course. */
  void leaving() {
    if (broken instanceof LeavingException) {
      broken = null;
      left = true;
    }
  }

  /** Reads the store. */
  <R> R read(Supplier<R> reading) {
    try {
      return reading.get();
    } catch (RsiException e) {
      throw leave(
          RunReport.End.SURROUNDINGS,
          "The store of run ("
              + run
              + ") cannot be read: "
              + e.getMessage()
              + "\nMaybe its disk or its server is gone. What was recorded stays.",
          e);
    }
  }

  /** What was recorded then is not what the step would record now. */
  JournalException diverged(Object then, Object now) {
    broken = new DivergedException(run, past.position() + 1, then, now);
    return broken;
  }

  /** A part that swallowed the journal's exception does not get the run any further. */
  private void checkSound() {
    RsiException left = controls.leftBehind();
    if (left != null && broken == null) {
      broken = new LeftBehindException(run, left);
    }
    if (broken != null) {
      throw broken;
    }
  }
}
