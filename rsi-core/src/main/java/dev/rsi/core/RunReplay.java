package dev.rsi.core;

import dev.rsi.core.internal.steps.DivergedException;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import org.jspecify.annotations.Nullable;

/**
 * Does what a run did again, and says where it comes out different. What went before the generation
 * asked about is taken from the record; the generation itself is attempted, ruled on, trained and
 * decided anew, and each event held against the one recorded then, a trained version by the SHA-256
 * of its content. Nothing is recorded, promoted or kept. Field term: reproduction of a run.
 *
 * <p>Every part must repeat itself: the same seeds give the same answers on one native thread and
 * the same backend; see there for cards and several threads. A run from before readings of probes
 * were recorded comes out different at its first decision.
 *
 * <p>Thread-safe if gate, generator and trainer are; made by {@link ImprovementLoop#replay}.
 */
public final class RunReplay {
  private final String run;
  private final RunStore store;
  private final Redo redo;

  RunReplay(String run, RunStore store, Redo redo) {
    this.run = run;
    this.store = store;
    this.redo = redo;
  }

  /** Does the first events of a run's course again, to the end of a generation, recalling some. */
  @FunctionalInterface
  interface Redo {
    void run(long events, long trusted, int generation);
  }

  /**
   * What came of doing a generation again.
   *
   * @param generation its number
   * @param events how many events were done again and equal, up to the first difference
   * @param difference the first difference; null if there is none
   */
  public record Result(int generation, long events, @Nullable Difference difference) {
    /** Whether everything came out as it had. */
    public boolean identical() {
      return difference == null;
    }
  }

  /**
   * The first event that came out different.
   *
   * @param event its number among the events of the run, circumstances left out, from 1
   * @param then what was recorded
   * @param now what came out
   */
  public record Difference(long event, String then, String now) {}

  /**
   * Does a generation again; the first one with the exam of generation 0, if there is an exam.
   * Takes as long as the generation did.
   *
   * @param generation 1 or more
   * @throws IllegalArgumentException if the record does not hold the whole generation
   * @throws dev.rsi.api.RsiException if a model or the registry failed
   */
  public Result verify(int generation) {
    long from = generation == 1 ? 0 : end(generation - 1);
    long to = end(generation);
    if (generation < 1 || to == 0) {
      throw new IllegalArgumentException(
          "Generation ("
              + generation
              + ") is not recorded wholly in run ("
              + run
              + ").\nMaybe it is still under way, or the run ended before it.");
    }
    try {
      redo.run(to, from, generation);
      return new Result(generation, to - from, null);
    } catch (DivergedException e) {
      return new Result(
          generation, e.event() - 1 - from, new Difference(e.event(), e.then(), e.now()));
    }
  }

  /** How many events there are up to the end of a generation; 0 if it has no end. */
  private long end(int generation) {
    long[] events = new long[2];
    store.forEach(
        run,
        (at, event) -> {
          events[0] += event.circumstantial() ? 0 : 1;
          if (event instanceof RunEvent.GenerationFinished finished
              && finished.generation() == generation) {
            events[1] = events[0];
          }
        });
    return events[1];
  }
}
