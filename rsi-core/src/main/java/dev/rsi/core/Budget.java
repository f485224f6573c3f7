package dev.rsi.core;

import dev.rsi.core.internal.Times;
import dev.rsi.core.internal.spending.Ceilings;
import dev.rsi.core.internal.spending.Dimension;
import dev.rsi.core.internal.spending.Limit;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a run may spend: a ceiling, not a hint. A generation that could pass it is not begun: one
 * for which the run has no room left practises with fewer tasks and decides on fewer probes ({@link
 * Practice} says down to which), and the budget is spent when there is no room for that. What
 * cannot be bounded beforehand (time, and money by time) cancels the generation that it runs out
 * on. Field term: cost and rate limits.
 *
 * <p>A ceiling is on one run, from its beginning to its end, however often it is resumed; or on a
 * {@link Window} of the calendar, for all runs of the store together. A spent budget of the run
 * ends it; a spent window leaves it open, to be resumed in the next one, unless no window has room
 * for a generation even when it begins.
 *
 * <p>Immutable; the setters return changed copies. Of each thing there may be one ceiling for the
 * run and one for each window.
 */
public final class Budget {
  private final Ceilings ceilings;
  private final Price price;

  private Budget(Ceilings ceilings, Price price) {
    this.ceilings = ceilings;
    this.price = price;
  }

  /** Parts of the calendar, in the time zone of the loop's clock. */
  public enum Window {
    /** From midnight to midnight. */
    DAY,
    /** From the first of a month to its last. */
    MONTH
  }

  /**
   * A budget of generations, otherwise unlimited.
   *
   * @param generations how many may begin, 1 or more
   */
  public static Budget of(int generations) {
    if (generations < 1) {
      throw new IllegalArgumentException("generations (" + generations + ") must be >= 1.");
    }
    return new Budget(
        new Ceilings(generations, List.of(), Long.MAX_VALUE, Price.FREE.tariff()), Price.FREE);
  }

  /**
   * With a ceiling on attempts of any kind: for lessons, for the gate and for the exam.
   *
   * @param most 1 or more
   */
  public Budget attempts(long most) {
    return with("attempts", Dimension.ATTEMPTS, null, most);
  }

  /**
   * With a ceiling on attempts in a window.
   *
   * @param most 1 or more
   */
  public Budget attempts(long most, Window window) {
    return with("attempts", Dimension.ATTEMPTS, window, most);
  }

  /**
   * With a ceiling on tokens that models read and write, whoever asks them: the generator in
   * attempts of any kind, verifier, critic and judges of probes. Needs parts that say how many an
   * attempt has at most: {@code maxTokens()} of each.
   *
   * @param most 1 or more
   */
  public Budget tokens(long most) {
    return with("tokens", Dimension.TOKENS, null, most);
  }

  /**
   * With a ceiling on tokens in a window.
   *
   * @param most 1 or more
   */
  public Budget tokens(long most, Window window) {
    return with("tokens", Dimension.TOKENS, window, most);
  }

  /**
   * With a ceiling on optimiser steps. Needs a trainer that says how many a training takes at most.
   *
   * @param most 1 or more
   */
  public Budget trainingSteps(long most) {
    return with("trainingSteps", Dimension.TRAINING_STEPS, null, most);
  }

  /**
   * With a ceiling on optimiser steps in a window.
   *
   * @param most 1 or more
   */
  public Budget trainingSteps(long most, Window window) {
    return with("trainingSteps", Dimension.TRAINING_STEPS, window, most);
  }

  /**
   * With a ceiling on the time that the run is driven, however often it is resumed; the time
   * between does not count.
   *
   * @param most positive
   */
  public Budget wallClock(Duration most) {
    return with("wallClock", Dimension.WALL_CLOCK, null, most);
  }

  /**
   * With a ceiling on the time that runs are driven in a window.
   *
   * @param most positive
   */
  public Budget wallClock(Duration most, Window window) {
    return with("wallClock", Dimension.WALL_CLOCK, window, most);
  }

  /**
   * With a ceiling on processor time while the run is driven: that of the whole process, whatever
   * else it does.
   *
   * @param most positive
   */
  public Budget cpuTime(Duration most) {
    return with("cpuTime", Dimension.CPU_TIME, null, most);
  }

  /**
   * With a ceiling on processor time in a window.
   *
   * @param most positive
   */
  public Budget cpuTime(Duration most, Window window) {
    return with("cpuTime", Dimension.CPU_TIME, window, most);
  }

  /**
   * With a ceiling on money: what calls say that they were charged, and at this budget's {@link
   * #price} the tokens of all others and time. Needs parts that say how much an attempt has at
   * most: {@code maxMoney()} of those that say what they were charged, and {@code maxTokens()}
   * where tokens have a price.
   *
   * @param most positive, with at most 9 decimal places
   */
  public Budget money(BigDecimal most) {
    return with("money", Dimension.MONEY, null, Price.units("money", most, Dimension.PLACES));
  }

  /**
   * With a ceiling on money in a window.
   *
   * @param most positive, with at most 9 decimal places
   */
  public Budget money(BigDecimal most, Window window) {
    return with("money", Dimension.MONEY, window, Price.units("money", most, Dimension.PLACES));
  }

  /** With a price. Default: {@link Price#FREE}. */
  public Budget price(Price price) {
    return new Budget(
        new Ceilings(generations(), ceilings.limits(), diskBytes(), price.tariff()), price);
  }

  /**
   * With a ceiling on what registry and store take on this machine's disk, with all they held
   * before. An artifact that it has no room for is refused.
   *
   * @param most 1 or more
   */
  public Budget diskBytes(long most) {
    if (most < 1) {
      throw new IllegalArgumentException("diskBytes (" + most + ") must be >= 1.");
    }
    return new Budget(new Ceilings(generations(), ceilings.limits(), most, price.tariff()), price);
  }

  private Budget with(String name, Dimension dimension, @Nullable Window window, Duration most) {
    if (most.isNegative() || most.isZero()) {
      throw new IllegalArgumentException(name + " (" + most + ") must be positive.");
    }
    return with(name, dimension, window, Times.nanos(most));
  }

  private Budget with(String name, Dimension dimension, @Nullable Window window, long most) {
    if (most < 1) {
      throw new IllegalArgumentException(
          name + " (" + dimension.amount(most) + ") must be " + least(dimension) + ".");
    }
    var span = window == null ? null : dev.rsi.core.internal.spending.Window.valueOf(window.name());
    return new Budget(ceilings.with(new Limit(dimension, span, most)), price);
  }

  private static String least(Dimension dimension) {
    return dimension == Dimension.MONEY ? "positive" : ">= 1";
  }

  /** How many generations may begin. */
  public int generations() {
    return ceilings.generations();
  }

  /** How many attempts the run may make; {@link Long#MAX_VALUE} if unlimited. */
  public long attempts() {
    return ceilings.most(Dimension.ATTEMPTS);
  }

  /** How long the run may be driven; null if unlimited. */
  public @Nullable Duration wallClock() {
    long nanos = ceilings.most(Dimension.WALL_CLOCK);
    return nanos == Long.MAX_VALUE ? null : Duration.ofNanos(nanos);
  }

  /** How many bytes registry and store may take; {@link Long#MAX_VALUE} if unlimited. */
  public long diskBytes() {
    return ceilings.diskBytes();
  }

  /** What things cost. */
  public Price price() {
    return price;
  }

  /** All of it, as the loop reckons with it. */
  Ceilings ceilings() {
    return ceilings;
  }

  @Override
  public String toString() {
    return generations()
        + " generations"
        + ceilings.limits().stream().map(limit -> ", " + limit).collect(Collectors.joining())
        + (diskBytes() == Long.MAX_VALUE ? "" : ", " + diskBytes() + " bytes on disk")
        + (price.equals(Price.FREE) ? "" : ", " + price);
  }
}
