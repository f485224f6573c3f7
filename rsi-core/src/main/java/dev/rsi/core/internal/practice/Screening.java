package dev.rsi.core.internal.practice;

import dev.rsi.core.internal.practice.PracticeGround.Trial;
import dev.rsi.core.internal.steps.Part;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.report.RunEvent;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tries the proposals of a generation, to choose the one that the gate decides on: all on the same
 * fresh practice tasks under the same seeds, so that what differs is the proposals' doing as far as
 * a seed settles what a model does (common random numbers).
 */
public final class Screening<T, C> {
  private final PracticeGround<T, C> ground;
  private final Steps steps;
  private final int tasks;

  /**
   * The screening of a run.
   *
   * @param tasks per level
   */
  public Screening(PracticeGround<T, C> ground, Steps steps, int tasks) {
    this.ground = ground;
    this.steps = steps;
    this.tasks = tasks;
  }

  /**
   * Tries proposals one after another. One that cannot be tried is a recorded fault, and is not
   * chosen.
   *
   * @param proposals ids of versions, two or more
   * @param from the lowest level that was practised
   * @param to the highest
   * @param better is told each that is the best so far, once the one before may be closed
   * @return the first of those with the best mean reward; null if none could be tried
   */
  public @Nullable String best(
      int generation, List<String> proposals, int from, int to, Consumer<String> better) {
    Try<T> same = new Try<>();
    RunEvent.@Nullable Screened best = null;
    for (String proposal : proposals) {
      RunEvent.Screened found =
          steps.<RunEvent.@Nullable Screened>guarded(
              Part.SCREENING,
              () -> {
                if (same.trial == null) {
                  same.trial = ground.trial(generation, from, to, tasks);
                }
                return ground.screen(proposal, same.trial);
              },
              e -> null);
      if (found != null && (best == null || rank(found) > rank(best))) {
        best = found;
      }
      better.accept(best == null ? proposal : best.challenger());
    }
    return best == null ? null : best.challenger();
  }

  /** Drawn where a source of tasks that breaks is a fault of the try. */
  private static final class Try<T> {
    private @Nullable Trial<T> trial;
  }

  /** Of which nothing is known comes last. */
  private static double rank(RunEvent.Screened found) {
    return found.decided() == 0 ? -1 : found.reward();
  }
}
