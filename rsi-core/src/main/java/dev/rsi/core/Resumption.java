package dev.rsi.core;

import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the record says of a run that is to be resumed.
 *
 * @param run its id
 * @param anchor id of the version it began with
 * @param live ids of the versions that may be live: the last one promoted, and one whose promotion
 *     was decided but not recorded
 * @param begun whether generation 0 ended: before that it may not have been made live yet
 * @param recorded how much of its course is recorded
 */
record Resumption(String run, String anchor, List<String> live, boolean begun, Recorded recorded) {

  /**
   * How much of a run's course is recorded.
   *
   * @param events how many events
   * @param generation that of the last of them; 0 if there is none
   * @param outage what it was left for, if it was left as a part could not be reached
   */
  record Recorded(long events, int generation, RunEvent.@Nullable OutageBegan outage) {
    static final Recorded NOTHING = new Recorded(0, 0, null);
  }

  /** Whether a run was begun and has not ended. */
  static boolean isOpen(RunStore store, String run) {
    return !store.events(run, 0, 1).isEmpty()
        && store.events(run, RunEvent.RunFinished.class).isEmpty();
  }

  /**
   * The version that a run began with.
   *
   * @throws IllegalArgumentException if nothing was begun
   */
  static String anchor(RunStore store, String run) {
    List<RunEvent> first = store.events(run, 0, 1);
    if (first.isEmpty() || !(first.get(0) instanceof RunEvent.RunStarted started)) {
      throw new IllegalArgumentException(
          "Run (" + run + ") was never begun: nothing of it is recorded.\nMaybe call run(...).");
    }
    return started.anchor();
  }

  /**
   * Reads a record, event by event.
   *
   * @throws IllegalArgumentException if nothing was begun
   * @throws IllegalStateException if the run has ended
   */
  static Resumption of(RunStore store, String run) {
    String anchor = anchor(store, run);
    if (!isOpen(store, run)) {
      throw new IllegalStateException(
          "Run (" + run + ") has ended.\nMaybe begin a new run from the version live now.");
    }
    Reader reader = new Reader(anchor);
    store.forEach(run, (at, event) -> reader.take(event));
    return new Resumption(
        run,
        anchor,
        List.copyOf(reader.live),
        reader.begun,
        new Recorded(reader.events, reader.generation, reader.outage));
  }

  private static final class Reader {
    private final List<String> live = new ArrayList<>();
    private boolean begun;
    private long events;
    private int generation;
    private RunEvent.@Nullable OutageBegan outage;

    Reader(String anchor) {
      live.add(anchor);
    }

    void take(RunEvent event) {
      if (!event.circumstantial()) {
        events++;
        generation = event.generation();
      }
      if (event instanceof RunEvent.OutageBegan began) {
        outage = began;
      } else if (event instanceof RunEvent.OutageEnded || !event.circumstantial()) {
        outage = null;
      }
      if (event instanceof RunEvent.Promoted promoted) {
        live.clear();
        live.add(promoted.to());
      } else if (event instanceof RunEvent.FellBack fallen) {
        live.add(fallen.to());
      } else if (event instanceof RunEvent.Gated gated && gated.decision().promotes()) {
        live.add(gated.challenger());
      } else if (event instanceof RunEvent.Answered answered) {
        live.remove(answered.challenger());
        if (answered.approved()) {
          live.add(answered.challenger());
        }
      }
      begun |= event instanceof RunEvent.GenerationFinished;
    }
  }

  /** Refuses where somebody made another version live meanwhile. */
  void checkLive(ModelRegistry.Driver driver) {
    // Its files may be damaged; the run finds that itself, and what to do.
    String now = driver.live().orElse("none");
    // What it made live without recording it was rolled back, if the one before it is live.
    String left =
        driver.left().filter(version -> live.indexOf(version) > live.indexOf(now)).orElse(null);
    boolean mayBe = live.contains(now) || (!begun && driver.live().isEmpty());
    if (left != null || !mayBe) {
      throw new IllegalStateException(
          "Live is the version ("
              + now
              + "), but run ("
              + run
              + ") left ("
              + (left == null ? live.get(0) : left)
              + ") live.\nMaybe "
              + (now.equals("none")
                  ? "another registry was meant, or this one was moved and made anew: open the one"
                      + " that the run had."
                  : "a person rolled back since, or the store is an older copy: put that back which"
                      + " is newer; else begin a new run from what is live, or promote the version"
                      + " that the run left, and go on."));
    }
  }
}
