package dev.rsi.core;

import com.google.common.math.LongMath;
import dev.rsi.api.Recipe;
import dev.rsi.api.Trainer;
import dev.rsi.core.internal.probe.DefaultProbeBank;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.report.RunReport;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The most that a plan can spend, reckoned before anything is done. */
final class WorstCase {
  /** Generations whose trainings are reckoned one by one; more are taken to be like the last. */
  private static final int ONE_BY_ONE = 1000;

  private WorstCase() {}

  /** The most attempts of a first generation, but for generation 0 with its exam. */
  static long firstGeneration(
      Practice practice, int levels, ProbeBank<?, ?> probes, @Nullable ProbeBank<?, ?> exam) {
    DefaultProbeBank<?, ?> bank = DefaultProbeBank.of(probes);
    return LongMath.saturatedAdd(
        practice.worstCase(levels), 2 * bank.attempts() + Bank.retests(bank) + attempts(exam));
  }

  /** The most attempts that it takes to read an exam, if there is one. */
  static long attempts(@Nullable ProbeBank<?, ?> exam) {
    return exam == null ? 0 : DefaultProbeBank.of(exam).attempts();
  }

  /** What a whole run spends at most, by its plan and its budget together. */
  static RunReport.Spending of(ImprovementLoop<?, ?> loop, int levels) {
    Amounts most = plan(loop, levels);
    for (Dimension dimension : Dimension.values()) {
      most = most.with(dimension, Math.min(most.get(dimension), loop.budget.most(dimension)));
    }
    Price price = loop.budget.price();
    long money =
        LongMath.saturatedAdd(
            price.ofTokens(most.get(Dimension.TOKENS)),
            price.ofNanos(most.get(Dimension.WALL_CLOCK)));
    most = most.with(Dimension.MONEY, Math.min(most.get(Dimension.MONEY), money));
    return spending(loop.budget.generations(), most, loop.budget);
  }

  private static Amounts plan(ImprovementLoop<?, ?> loop, int levels) {
    long generations = loop.budget.generations();
    DefaultProbeBank<?, ?> probes = DefaultProbeBank.of(loop.probes);
    long exam = attempts(loop.exam);
    // Anchor and incumbent are read once per bank, and every challenger in its own generation.
    long banks = (probes.isRenewed() ? 3 : 1) * probes.attempts();
    long others = banks + Bank.retests(probes) + exam;
    long attempts =
        LongMath.saturatedAdd(
            exam + probes.attempts(), generations(loop.practice, levels, generations, others));
    int maxTokens = loop.generator.maxTokens();
    long tokens =
        maxTokens == Integer.MAX_VALUE
            ? Long.MAX_VALUE
            : LongMath.saturatedMultiply(attempts, maxTokens);
    return Amounts.ALL
        .with(Dimension.ATTEMPTS, attempts)
        .with(Dimension.TOKENS, tokens)
        .with(Dimension.TRAINING_STEPS, steps(loop, loop.practice.lessons(levels)));
  }

  /**
   * The most attempts of so many generations together.
   *
   * @param others attempts of each but for lessons
   */
  private static long generations(Practice practice, int levels, long generations, long others) {
    long each = LongMath.saturatedAdd(practice.worstCase(levels), others);
    // Scouting goes on from the last level mastered, and its reach beyond those that it finds to be
    // mastered: what one climbs further, others need not. One that broke is done again from where
    // it began, but nothing follows it.
    long scouted = Math.min(levels, practice.reach() + 1L);
    long climbing =
        Math.max(
            practice.scouting(levels),
            LongMath.saturatedAdd(
                practice.scouting(scouted),
                LongMath.saturatedAdd(practice.practising(levels), others)));
    return Math.min(
        LongMath.saturatedMultiply(generations, each),
        LongMath.saturatedAdd(
            practice.scouting(levels), LongMath.saturatedMultiply(generations, climbing)));
  }

  private static long steps(ImprovementLoop<?, ?> loop, long lessons) {
    long generations = loop.budget.generations();
    long sum = 0;
    for (long g = 1; g <= Math.min(generations, ONE_BY_ONE); g++) {
      sum = LongMath.saturatedAdd(sum, steps(loop, g, lessons));
    }
    long others = Math.max(0, generations - ONE_BY_ONE);
    return others == 0
        ? sum
        : LongMath.saturatedAdd(
            sum, LongMath.saturatedMultiply(others, steps(loop, generations, lessons)));
  }

  private static long steps(ImprovementLoop<?, ?> loop, long generation, long made) {
    long earlier = Math.min(loop.earlierLessons, LongMath.saturatedMultiply(generation - 1, made));
    long lessons = LongMath.saturatedAdd(loop.given.size() + earlier, made);
    return steps(loop.trainer, loop.recipe, lessons, made);
  }

  /**
   * The most steps of a training.
   *
   * @param lessons how many it has at most
   * @param attempts how many its generation made at most
   */
  static long steps(Trainer<?, ?> trainer, Recipe recipe, long lessons, long attempts) {
    return trainer.maxSteps(
        recipe, LongMath.saturatedAdd(lessons, trainer.contrasts() ? attempts : 0));
  }

  /** Amounts as reports have them. */
  static RunReport.Spending spending(int generations, Amounts amounts, Budget budget) {
    return new RunReport.Spending(
        generations,
        amounts.get(Dimension.ATTEMPTS),
        amounts.get(Dimension.TOKENS),
        amounts.get(Dimension.TRAINING_STEPS),
        Duration.ofNanos(amounts.get(Dimension.WALL_CLOCK)),
        Duration.ofNanos(amounts.get(Dimension.CPU_TIME)),
        Dimension.money(amounts.get(Dimension.MONEY)),
        budget.toString());
  }
}
