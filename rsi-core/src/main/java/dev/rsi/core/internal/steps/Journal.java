package dev.rsi.core.internal.steps;

import dev.rsi.api.CancelledException;
import dev.rsi.core.RunListener;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import java.time.Clock;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
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

  private final @Nullable RunStore store;
  private final String run;
  private final Clock clock;
  private final RunListener listener;
  private final Control controls;
  private Past past;
  private final long trusted;
  private final Thread thread = Thread.currentThread();
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
      store.forEach(run, type, each);
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
      if (!then.equals(events.get(known))) {
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
    append(fresh);
    if (controls.isCut()) {
      // A listener that blocks on every event does not hold up a run that is cut short.
      thread.interrupt();
    }
    for (RunEvent event : fresh) {
      try {
        listener.on(event);
      } catch (RuntimeException e) {
        listenerFault(event.generation(), e);
      }
    }
  }

  /** Records that a part broke and was done without. */
  void fault(int number, Part part, Throwable cause) {
    if (cause instanceof RecalledFault recalled && recalled.event() == next()) {
      record(recalled.event());
      return;
    }
    log.warn("run {}, generation {}: the {} failed", run, number, part.words(), cause);
    record(new RunEvent.Faulted(number, part.words(), String.valueOf(cause)));
  }

  void progress(String step, long done, long total) {
    try {
      listener.progress(step, done, total);
    } catch (RuntimeException e) {
      log.debug("run {}: the listener failed on progress", run, e);
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
    append(List.of(new RunEvent.Faulted(number, RunEvent.Faulted.LISTENER, String.valueOf(cause))));
  }

  private void append(List<? extends RunEvent> events) {
    if (store == null) {
      return;
    }
    try {
      store.append(run, clock.instant(), events);
    } catch (RuntimeException e) {
      broken = new RecordingException(run, e);
      throw broken;
    }
  }

  /** What was recorded then is not what the step would record now. */
  JournalException diverged(Object then, Object now) {
    broken = new DivergedException(run, past.position() + 1, then, now);
    return broken;
  }

  /** A part that swallowed the journal's exception does not get the run any further. */
  private void checkSound() {
    if (broken != null) {
      throw broken;
    }
  }
}
