package dev.rsi.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the model did with one task, and what was found about it, right or wrong. Field term:
 * rollout. An attempt that passed may become a {@link Lesson}.
 *
 * @param task the task
 * @param output what the model gave
 * @param verdict the verifier's ruling
 * @param critique the critic's grade; null where no critic was asked
 * @param level difficulty of the task, 1 or more, as its {@link TaskSource} counts
 * @param generation the generation that made it, 1 or more; 0 for what was given at start
 * @param seed the seed that the model was given; 0 for what was given at start
 * @param cost what the model, the verifier and the critic used for it, as far as they count
 * @param <T> task
 * @param <C> candidate
 */
public record Attempt<T, C>(
    T task,
    Output<C> output,
    Verdict verdict,
    @Nullable Critique critique,
    int level,
    int generation,
    long seed,
    Cost cost) {
  private static final Verdict NOT_YET = Verdict.undecided("not ruled on yet");

  public Attempt {
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(verdict, "verdict");
    Objects.requireNonNull(cost, "cost");
    if (verdict.passed() && output.candidate() == null) {
      throw new IllegalArgumentException(
          "An attempt without a candidate cannot pass, but output ("
              + output
              + ") has verdict PASS.");
    }
    if (level < 1) {
      throw new IllegalArgumentException("level (" + level + ") must be >= 1.");
    }
    if (generation < 0) {
      throw new IllegalArgumentException("generation (" + generation + ") must be >= 0.");
    }
  }

  /** An attempt that nobody has ruled on: UNDECIDED, at the cost of the output. */
  public static <T, C> Attempt<T, C> of(
      T task, Output<C> output, int level, int generation, long seed) {
    return new Attempt<>(task, output, NOT_YET, null, level, generation, seed, output.cost());
  }

  /** The same attempt with a verdict, at the verdict's cost more. */
  public Attempt<T, C> ruled(Verdict newVerdict) {
    Cost more = cost.plus(newVerdict.cost());
    return new Attempt<>(task, output, newVerdict, critique, level, generation, seed, more);
  }

  /** The same attempt with a critique, at the critique's cost more. */
  public Attempt<T, C> criticised(Critique newCritique) {
    Cost more = cost.plus(newCritique.cost());
    return new Attempt<>(task, output, verdict, newCritique, level, generation, seed, more);
  }

  /** The model's answer; null where the output has none. */
  public @Nullable C candidate() {
    return output.candidate();
  }

  /** Whether the verdict is PASS. */
  public boolean passed() {
    return verdict.passed();
  }

  /** Whether the verdict is PASS or FAIL. */
  public boolean decided() {
    return verdict.decided();
  }

  /** The critique's grade in [0, 1]: 1 where no critic was asked, 0 where it could not tell. */
  public double grade() {
    return critique == null ? 1 : critique.grade();
  }

  /** How good it is, in [0, 1]: the verdict's score times the grade. Field term: reward. */
  public double reward() {
    return verdict.score() * grade();
  }
}
