package dev.rsi.core.internal.spending;

import com.google.common.math.LongMath;
import dev.rsi.api.Recipe;
import dev.rsi.api.Trainer;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * The most that a training takes, by what its trainer says.
 *
 * @param steps optimiser steps; {@link Long#MAX_VALUE} if it does not say
 * @param attempts that it has drafts make
 * @param tokens that other models read and write for it
 * @param money that they may be charged for, in billionths
 */
public record WorstTraining(long steps, long attempts, long tokens, long money) {
  /** Of no trainer. */
  public static final WorstTraining NONE = new WorstTraining(0, 0, 0, 0);

  /**
   * How many challengers a trainer proposes in a generation.
   *
   * @throws IllegalStateException if it says fewer than 1
   */
  public static int proposals(Trainer<?, ?> trainer) {
    int proposals = trainer.proposals();
    if (proposals < 1) {
      throw new IllegalStateException(
          "The trainer proposes ("
              + proposals
              + ") challengers in a generation, which must be >= 1.\nMaybe leave proposals() out:"
              + " the default is 1.");
    }
    return proposals;
  }

  /**
   * The most of one training.
   *
   * @param lessons how many it has at most
   * @param made how many attempts its generation made at most
   */
  public static WorstTraining of(Trainer<?, ?> trainer, Recipe recipe, long lessons, long made) {
    long given =
        LongMath.saturatedAdd(
            lessons, trainer.learnsFrom() == Trainer.LearnsFrom.LESSONS ? 0 : made);
    return new WorstTraining(
        trainer.maxSteps(recipe, given),
        trainer.maxAttempts(recipe, given),
        trainer.maxTokens(recipe, given),
        units(trainer.maxMoney(recipe, given)));
  }

  /** Money in billionths; what is less than one is one. */
  public static long units(BigDecimal money) {
    return money
        .movePointRight(Dimension.PLACES)
        .setScale(0, RoundingMode.CEILING)
        .min(BigDecimal.valueOf(Long.MAX_VALUE))
        .longValueExact();
  }

  /** What calls of other models spend: so many tokens at the dearest price, or so much money. */
  public Amounts asked(Tariff price) {
    return price.priced(Amounts.of(Dimension.TOKENS, tokens).with(Dimension.MONEY, money));
  }

  /** Both together. */
  public WorstTraining plus(WorstTraining other) {
    return new WorstTraining(
        LongMath.saturatedAdd(steps, other.steps),
        LongMath.saturatedAdd(attempts, other.attempts),
        LongMath.saturatedAdd(tokens, other.tokens),
        LongMath.saturatedAdd(money, other.money));
  }

  /** So many of it. */
  public WorstTraining times(long count) {
    return new WorstTraining(
        LongMath.saturatedMultiply(steps, count),
        LongMath.saturatedMultiply(attempts, count),
        LongMath.saturatedMultiply(tokens, count),
        LongMath.saturatedMultiply(money, count));
  }
}
