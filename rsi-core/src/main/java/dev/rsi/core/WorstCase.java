package dev.rsi.core;

import com.google.common.math.LongMath;
import dev.rsi.api.Critic;
import dev.rsi.api.Generator;
import dev.rsi.api.Role;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.judging.BankInUse;
import dev.rsi.core.internal.probe.DefaultProbeBank;
import dev.rsi.core.internal.spending.Amounts;
import dev.rsi.core.internal.spending.AttemptTokens;
import dev.rsi.core.internal.spending.Ceilings;
import dev.rsi.core.internal.spending.Dimension;
import dev.rsi.core.internal.spending.Tariff;
import dev.rsi.core.internal.spending.WorstTraining;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.report.RunReport;
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
        practice.worstCase(levels), 2 * bank.attempts() + BankInUse.retests(bank) + attempts(exam));
  }

  /** What a whole run spends at most, by its plan and its budget together. */
  static RunReport.Spending of(Plan<?, ?> plan, int levels) {
    Ceilings budget = plan.budget().ceilings();
    Amounts most = planned(plan, levels);
    for (Dimension dimension : Dimension.values()) {
      most = most.with(dimension, Math.min(most.get(dimension), budget.most(dimension)));
    }
    Tariff price = budget.tariff();
    long money =
        LongMath.saturatedAdd(
            price.ofTokens(most.get(Dimension.TOKENS)),
            price.ofNanos(most.get(Dimension.WALL_CLOCK)));
    most = most.with(Dimension.MONEY, Math.min(most.get(Dimension.MONEY), money));
    return spending(budget.generations(), most, plan.budget());
  }

  /** The most tokens of one attempt, by what the parts of a plan say. */
  static AttemptTokens tokens(
      Generator<?, ?> generator,
      @Nullable Verifier<?, ?> verifier,
      @Nullable Critic<?, ?> critic,
      ProbeBank<?, ?> probes,
      @Nullable ProbeBank<?, ?> exam) {
    int judges = DefaultProbeBank.of(probes).judgeTokens();
    int examiners = exam == null ? 0 : DefaultProbeBank.of(exam).judgeTokens();
    return AttemptTokens.of(generator, verifier, critic, Math.max(judges, examiners));
  }

  private static Amounts planned(Plan<?, ?> plan, int levels) {
    long generations = plan.budget().generations();
    DefaultProbeBank<?, ?> probes = DefaultProbeBank.of(plan.probes());
    long exam = attempts(plan.exam());
    // Anchor and incumbent are read once per bank, and every challenger in its own generation.
    // So is the best version of each kind, which was a challenger.
    long references = plan.gate().roles().contains(Role.BEST) ? 3 : 2;
    long banks = (probes.isRenewed() ? 1 + references : 1) * probes.attempts();
    long others = banks + BankInUse.retests(probes) + exam;
    long attempts =
        LongMath.saturatedAdd(
            exam + probes.attempts(), generations(plan.practice(), levels, generations, others));
    AttemptTokens each =
        tokens(plan.generator(), plan.verifier(), plan.critic(), plan.probes(), plan.exam());
    long tokens =
        each.unknown() == null ? LongMath.saturatedMultiply(attempts, each.all()) : Long.MAX_VALUE;
    return Amounts.ALL
        .with(Dimension.ATTEMPTS, attempts)
        .with(Dimension.TOKENS, tokens)
        .with(Dimension.TRAINING_STEPS, steps(plan, plan.practice().lessons(levels)));
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

  private static long steps(Plan<?, ?> plan, long lessons) {
    long generations = plan.budget().generations();
    long sum = 0;
    for (long g = 1; g <= Math.min(generations, ONE_BY_ONE); g++) {
      sum = LongMath.saturatedAdd(sum, steps(plan, g, lessons));
    }
    long others = Math.max(0, generations - ONE_BY_ONE);
    return others == 0
        ? sum
        : LongMath.saturatedAdd(
            sum, LongMath.saturatedMultiply(others, steps(plan, generations, lessons)));
  }

  private static long steps(Plan<?, ?> plan, long generation, long made) {
    long earlier =
        Math.min(plan.practice().memory(), LongMath.saturatedMultiply(generation - 1, made));
    long lessons = LongMath.saturatedAdd(plan.lessons().size() + earlier, made);
    return WorstTraining.steps(plan.trainer(), plan.recipe(), lessons, made);
  }

  /** The most attempts that it takes to read an exam, if there is one. */
  static long attempts(@Nullable ProbeBank<?, ?> exam) {
    return exam == null ? 0 : DefaultProbeBank.of(exam).attempts();
  }

  /** Amounts as reports have them. */
  static RunReport.Spending spending(int generations, Amounts amounts, Budget budget) {
    return RunReport.Spending.of(generations, amounts.recorded(), budget.toString());
  }
}
