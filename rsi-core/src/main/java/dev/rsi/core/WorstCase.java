package dev.rsi.core;

import com.google.common.math.LongMath;
import dev.rsi.api.Critic;
import dev.rsi.api.Generator;
import dev.rsi.api.Role;
import dev.rsi.api.TaskSource;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.judging.BankInUse;
import dev.rsi.core.internal.probe.DefaultProbeBank;
import dev.rsi.core.internal.spending.Amounts;
import dev.rsi.core.internal.spending.AttemptCosts;
import dev.rsi.core.internal.spending.Ceilings;
import dev.rsi.core.internal.spending.Dimension;
import dev.rsi.core.internal.spending.Tariff;
import dev.rsi.core.internal.spending.WorstTraining;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.report.RunReport;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** The most that a plan can spend, reckoned before anything is done. */
final class WorstCase {
  /** Generations whose trainings are reckoned one by one; more are taken to be like the last. */
  private static final int ONE_BY_ONE = 1000;

  private WorstCase() {}

  /** The most attempts of a first generation, but for generation 0 with its exam. */
  static long firstGeneration(
      Practice practice,
      int levels,
      int proposals,
      ProbeBank<?, ?> probes,
      @Nullable ProbeBank<?, ?> exam) {
    DefaultProbeBank<?, ?> bank = DefaultProbeBank.of(probes);
    return LongMath.saturatedAdd(
        LongMath.saturatedAdd(practice.worstCase(levels), practice.screening(levels, proposals)),
        2 * bank.attempts() + BankInUse.retests(bank) + attempts(exam));
  }

  /** What a whole run spends at most, by its plan and its budget together. */
  static RunReport.Spending of(Plan<?, ?> plan, TaskSource<?> tasks, int levels) {
    Ceilings budget = plan.budget().ceilings();
    Amounts most = planned(plan, plan.practice().within(tasks, levels), levels);
    for (Dimension dimension : Dimension.values()) {
      most = most.with(dimension, Math.min(most.get(dimension), budget.most(dimension)));
    }
    Tariff price = budget.tariff();
    long money =
        LongMath.saturatedAdd(
            ofCalls(plan, most, levels), price.ofNanos(most.get(Dimension.WALL_CLOCK)));
    most = most.with(Dimension.MONEY, Math.min(most.get(Dimension.MONEY), money));
    return spending(budget.generations(), most, plan.budget());
  }

  /** The money of all calls, time apart. */
  private static long ofCalls(Plan<?, ?> plan, Amounts most, int levels) {
    Tariff price = plan.budget().ceilings().tariff();
    AttemptCosts each = costs(plan);
    if (each.unknown() != null && price.isForTokens()) {
      return Long.MAX_VALUE;
    }
    Amounts asked = trainings(plan, plan.practice().lessons(levels)).asked(price);
    long byCalls =
        LongMath.saturatedAdd(
            LongMath.saturatedMultiply(
                most.get(Dimension.ATTEMPTS), each.all().get(Dimension.MONEY)),
            asked.get(Dimension.MONEY));
    return isByTokens(each.all(), price) && isByTokens(asked, price)
        ? Math.min(byCalls, price.ofTokens(most.get(Dimension.TOKENS)))
        : byCalls;
  }

  private static boolean isByTokens(Amounts most, Tariff price) {
    return most.get(Dimension.MONEY) == price.ofTokens(most.get(Dimension.TOKENS));
  }

  /** The most that one attempt costs, by what the parts of a plan say. */
  static AttemptCosts costs(Plan<?, ?> plan) {
    return costs(
        plan.generator(),
        plan.verifier(),
        plan.critic(),
        plan.probes(),
        plan.exam(),
        plan.budget().ceilings().tariff());
  }

  /** The same of parts that are no plan yet. */
  static AttemptCosts costs(
      Generator<?, ?> generator,
      @Nullable Verifier<?, ?> verifier,
      @Nullable Critic<?, ?> critic,
      ProbeBank<?, ?> probes,
      @Nullable ProbeBank<?, ?> exam,
      Tariff tariff) {
    DefaultProbeBank<?, ?> bank = DefaultProbeBank.of(probes);
    int tokens = bank.judgeTokens();
    BigDecimal money = bank.judgeMoney();
    if (exam != null) {
      DefaultProbeBank<?, ?> other = DefaultProbeBank.of(exam);
      tokens = Math.max(tokens, other.judgeTokens());
      money = money.max(other.judgeMoney());
    }
    return AttemptCosts.of(generator, verifier, critic, tokens, money, tariff);
  }

  private static Amounts planned(Plan<?, ?> plan, Practice practice, int levels) {
    long generations = plan.budget().generations();
    DefaultProbeBank<?, ?> probes = DefaultProbeBank.of(plan.probes());
    long exam = attempts(plan.exam());
    // Anchor and incumbent are read once per bank, and every challenger in its own generation.
    // So is the best version of each kind, which was a challenger.
    long references = plan.gate().roles().contains(Role.BEST) ? 3 : 2;
    long banks = (probes.isRenewed() ? 1 + references : 1) * probes.attempts();
    int proposals = WorstTraining.proposals(plan.trainer());
    long others =
        LongMath.saturatedAdd(
            banks + BankInUse.retests(probes) + exam, practice.screening(levels, proposals));
    WorstTraining trainings = trainings(plan, practice.lessons(levels));
    long attempts =
        LongMath.saturatedAdd(
            LongMath.saturatedAdd(
                exam + probes.attempts(), generations(practice, levels, generations, others)),
            trainings.attempts());
    AttemptCosts each = costs(plan);
    long tokens =
        each.unknown() == null
            ? LongMath.saturatedAdd(
                LongMath.saturatedMultiply(attempts, each.all().get(Dimension.TOKENS)),
                trainings.tokens())
            : Long.MAX_VALUE;
    return Amounts.ALL
        .with(Dimension.ATTEMPTS, attempts)
        .with(Dimension.TOKENS, tokens)
        .with(Dimension.TRAINING_STEPS, trainings.steps());
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

  private static WorstTraining trainings(Plan<?, ?> plan, long made) {
    long generations = plan.budget().generations();
    WorstTraining sum = WorstTraining.NONE;
    for (long g = 1; g <= Math.min(generations, ONE_BY_ONE); g++) {
      sum = sum.plus(training(plan, g, made));
    }
    long others = Math.max(0, generations - ONE_BY_ONE);
    return others == 0 ? sum : sum.plus(training(plan, generations, made).times(others));
  }

  private static WorstTraining training(Plan<?, ?> plan, long generation, long made) {
    long earlier =
        Math.min(plan.practice().memory(), LongMath.saturatedMultiply(generation - 1, made));
    long lessons = LongMath.saturatedAdd(plan.lessons().size() + earlier, made);
    return WorstTraining.of(plan.trainer(), plan.recipe(), lessons, made)
        .times(WorstTraining.proposals(plan.trainer()));
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
