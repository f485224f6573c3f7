package dev.rsi.core.told;

import dev.rsi.api.Attempt;
import dev.rsi.api.Cost;
import dev.rsi.api.Output;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verdict.Outcome;
import dev.rsi.core.internal.Cut;
import java.time.Instant;
import java.util.Objects;

/**
 * What somebody said of an answer that they were served. Field term: user feedback.
 *
 * @param task the task of the request
 * @param candidate what was answered
 * @param success how well that went, in [0, 1]: 1 is right and 0 is wrong
 * @param by who says so: a user, a test, a reviewer; not blank, cut to 4,096 characters
 * @param at when it was said
 * @param version id of the version that answered
 * @param level difficulty of the task, 1 or more, as the loop's source of tasks counts
 * @param <T> task
 * @param <C> candidate
 */
public record Told<T, C>(
    T task, C candidate, double success, String by, Instant at, String version, int level) {
  public Told {
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(candidate, "candidate");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(version, "version");
    by = Cut.text(by);
    if (by.isBlank()) {
      throw new IllegalArgumentException("by (" + by + ") must name who says so.");
    }
    if (!(success >= 0 && success <= 1)) {
      throw new IllegalArgumentException("success (" + success + ") must be in [0, 1].");
    }
    if (level < 1) {
      throw new IllegalArgumentException("level (" + level + ") must be >= 1.");
    }
  }

  /** What was said of the answer to a task of level 1, where nobody counts levels. */
  public Told(T task, C candidate, double success, String by, Instant at, String version) {
    this(task, candidate, success, by, at, version, 1);
  }

  /**
   * The answer as an attempt of generation 0, which it was given at: PASS from so much success on,
   * FAIL for none at all, else UNDECIDED, with the success as score. The verdict's reason says who
   * said so, when, and of which version.
   *
   * @param least success that proves it right, over 0 and at most 1
   */
  public Attempt<T, C> attempt(double least) {
    if (!(least > 0 && least <= 1)) {
      throw new IllegalArgumentException("least (" + least + ") must be over 0 and at most 1.");
    }
    Outcome outcome =
        success >= least ? Outcome.PASS : success > 0 ? Outcome.UNDECIDED : Outcome.FAIL;
    String reason =
        "success " + success + ", told by " + by + " at " + at + " of version " + version;
    Verdict verdict = new Verdict(outcome, success, Cut.text(reason));
    return new Attempt<>(task, Output.of(candidate, 0), verdict, null, level, 0, 0, Cost.NONE);
  }
}
