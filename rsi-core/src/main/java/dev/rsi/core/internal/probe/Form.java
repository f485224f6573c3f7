package dev.rsi.core.internal.probe;

import dev.rsi.api.Calls;
import dev.rsi.api.Cost;
import dev.rsi.api.Output;
import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** How the answers to one probe are read: the function that an {@link Answered} family has. */
public interface Form<T, C> {

  /** What a version attempts for one probe, each attempt under a seed of its own. */
  enum Asks {
    /** One task, once. */
    ONCE,
    /** One task, twice. */
    TWICE,
    /** A task of the first half of a family's tasks, and the one at its place in the second. */
    TWINS
  }

  /** What it is, in a constant word or two: part of a bank's digest. */
  String name();

  /** Who reads, in words that are the same in every process. */
  default String reader() {
    return name();
  }

  /** What a version attempts for a probe. */
  default Asks asks() {
    return Asks.ONCE;
  }

  /** Whether it measures right and wrong alone, so that being better on it is a gain. */
  default boolean isSkill() {
    return false;
  }

  /** Whether any reading below 1 is ROLLBACK. */
  default boolean isTripwire() {
    return false;
  }

  /** Whether its readings lie between right and wrong, as those of a judge that measures do. */
  default boolean isGraded() {
    return !isSkill();
  }

  /** Whether tasks drawn afresh can take the place of those at hand. */
  default boolean isRenewable() {
    return true;
  }

  /** How its judges may be called: also those functions that it asks in their place. */
  default Calls calling() {
    return Calls.DEFAULT;
  }

  /**
   * The most tokens that its judges use on one attempt.
   *
   * @return {@link Integer#MAX_VALUE} if one of them does not say
   */
  default int maxTokens() {
    return 0;
  }

  /** The most money that its judges are charged for one attempt. */
  default BigDecimal maxMoney() {
    return BigDecimal.ZERO;
  }

  /**
   * Reads a version's answers to one probe.
   *
   * @param tasks those that {@link #asks} says, one or two
   * @param outputs one for each task, in order
   * @param used is told what each call of a judge used
   * @return in [0, 1]; empty if an attempt failed or a judge broke, which is a missing reading
   * @throws RuntimeException if a function of the user's breaks, which is a missing reading, too
   */
  OptionalDouble read(List<T> tasks, List<Output<C>> outputs, Consumer<? super Cost> used);
}
