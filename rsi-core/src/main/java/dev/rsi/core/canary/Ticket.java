package dev.rsi.core.canary;

import java.time.Duration;
import java.util.Objects;

/**
 * One request of a {@link Trial}: the side that it is drawn to, and how it went there. Of {@code
 * settle}, {@code fail}, {@code later} and {@code drop} the first word counts, the others change
 * nothing. Thread-safe.
 */
public final class Ticket {
  private final Trial trial;
  private final Asked asked;

  Ticket(Trial trial, Asked asked) {
    this.trial = trial;
    this.asked = asked;
  }

  /** Whether the challenger has the request. */
  public boolean challenger() {
    return asked.challenger;
  }

  /**
   * Whether it is an observation: not if its key came before, since a key is drawn once, however
   * often it comes.
   */
  public boolean evidence() {
    return asked.evidence;
  }

  /**
   * The request is over.
   *
   * @param success how well it went, in [0, 1]; NaN if nobody told, and nobody will
   * @throws IllegalArgumentException if it is another number
   */
  public void settle(double success) {
    trial.over(asked, false, checked(success), Asked.UNTIMED);
  }

  /**
   * The same of a request that took a time.
   *
   * @param took from the draw to the end
   */
  public void settle(double success, Duration took) {
    trial.over(asked, false, checked(success), nanos(took));
  }

  /** The request is over and failed: it threw, was cancelled, or somebody's patience ended. */
  public void fail() {
    trial.over(asked, true, Double.NaN, Asked.UNTIMED);
  }

  /**
   * The same of a request that took a time.
   *
   * @param took from the draw to the end
   */
  public void fail(Duration took) {
    trial.over(asked, true, Double.NaN, nanos(took));
  }

  /**
   * The request is over and did not fail. How well it went may be {@linkplain #tell told} until the
   * canary's {@linkplain Canary#expiry expiry} from now.
   *
   * @param took from the draw to the end
   */
  public void later(Duration took) {
    trial.later(asked, nanos(took));
  }

  /**
   * Tells how well a request went that is over.
   *
   * @param success in [0, 1]
   * @return false if that changes nothing: it was told before, it is too late, or it was never
   *     {@linkplain #later to be told}
   * @throws IllegalArgumentException if it is another number
   */
  public boolean tell(double success) {
    if (!(success >= 0 && success <= 1)) {
      throw new IllegalArgumentException("success (" + success + ") must be in [0, 1].");
    }
    return trial.tell(asked, success);
  }

  /**
   * The request came to nothing before it was served, for a reason that has nothing to do with the
   * side it was drawn to. It is no evidence, as if it had never been drawn. Who gave up on the side
   * it waited for has {@linkplain #fail() failed} instead.
   */
  public void drop() {
    trial.drop(asked);
  }

  private static double checked(double success) {
    if (success < 0 || success > 1) {
      throw new IllegalArgumentException("success (" + success + ") must be in [0, 1].");
    }
    return success;
  }

  private static long nanos(Duration took) {
    Objects.requireNonNull(took, "took");
    if (took.isNegative()) {
      throw new IllegalArgumentException("took (" + took + ") must not be negative.");
    }
    try {
      return took.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }
}
