package dev.rsi.testkit;

import dev.rsi.api.Codec;
import dev.rsi.api.TaskSource;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Practice tasks for a {@link SimulatedLearner}: at level n, sums of n + 1 uniform numbers of [0,
 * 999]. Immutable and thread-safe.
 */
public final class ToyTasks implements TaskSource<Sum> {
  private final int levels;

  private ToyTasks(int levels) {
    this.levels = levels;
  }

  /**
   * Tasks of levels 1 to {@code levels}.
   *
   * @param levels 1 or more
   */
  public static ToyTasks ofLevels(int levels) {
    return new ToyTasks(Checks.atLeast(1, levels, "levels"));
  }

  /** Writes a sum as {@code "12+30="} and an answer as {@code "42"}. */
  public static Codec<Sum, Long> codec() {
    return SumCodec.INSTANCE;
  }

  /** Knows the right answer: PASS for it, FAIL for every other number. Pure and thread-safe. */
  public static Verifier<Sum, Long> verifier() {
    return Verifier.named(
        "exact sums",
        (sum, answer) ->
            Verdict.passIf(
                sum.expected() == answer, "expected " + sum.expected() + ", found " + answer));
  }

  @Override
  public String describe() {
    return "sums of " + levels + " levels";
  }

  @Override
  public int levels() {
    return levels;
  }

  @Override
  public Sum draw(int level, RandomGenerator random) {
    if (level < 1 || level > levels) {
      throw new IllegalArgumentException("level (" + level + ") must be in [1, " + levels + "].");
    }
    Integer[] terms = new Integer[level + 1];
    Arrays.setAll(terms, i -> random.nextInt(1000));
    return Sum.of(terms);
  }
}
