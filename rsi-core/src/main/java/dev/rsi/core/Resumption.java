package dev.rsi.core;

import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * What the record says of a run that is to be resumed.
 *
 * @param run its id
 * @param anchor id of the version it began with
 * @param live ids of the versions that may be live: the last one promoted, and one whose promotion
 *     was decided but not recorded
 */
record Resumption(String run, String anchor, List<String> live) {

  /** Whether a run was begun and has not ended. */
  static boolean isOpen(List<RunEvent> recorded) {
    return recorded.stream().anyMatch(RunEvent.RunStarted.class::isInstance)
        && recorded.stream().noneMatch(RunEvent.RunFinished.class::isInstance);
  }

  /**
   * The version that a run began with.
   *
   * @throws IllegalArgumentException if nothing was begun
   */
  static String anchor(String run, List<RunEvent> recorded) {
    if (recorded.isEmpty() || !(recorded.get(0) instanceof RunEvent.RunStarted started)) {
      throw new IllegalArgumentException(
          "Run (" + run + ") was never begun: nothing of it is recorded.\nMaybe call run(...).");
    }
    return started.anchor();
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if nothing was begun
   * @throws IllegalStateException if the run has ended
   */
  static Resumption of(String run, List<RunEvent> recorded) {
    String anchor = anchor(run, recorded);
    if (!isOpen(recorded)) {
      throw new IllegalStateException(
          "Run (" + run + ") has ended.\nMaybe begin a new run from the version live now.");
    }
    List<String> live = new ArrayList<>();
    live.add(anchor);
    boolean begun = false;
    for (RunEvent event : recorded) {
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
    return new Resumption(run, anchor, begun ? List.copyOf(live) : List.of());
  }

  /** Refuses where somebody made another version live meanwhile. */
  void checkLive(ModelRegistry.Driver driver) {
    // Its files may be damaged; the run finds that itself, and what to do.
    String now = driver.live().orElse("none");
    // What it made live without recording it was rolled back, if the one before it is live.
    String left =
        driver.left().filter(version -> live.indexOf(version) > live.indexOf(now)).orElse(null);
    if (!live.isEmpty() && (!live.contains(now) || left != null)) {
      throw new IllegalStateException(
          "Live is the version ("
              + now
              + "), but run ("
              + run
              + ") left ("
              + (left == null ? live.get(0) : left)
              + ") live.\nMaybe a person rolled back since: begin a new run from what is live, or"
              + " promote the version that the run left, and go on.");
    }
  }
}
