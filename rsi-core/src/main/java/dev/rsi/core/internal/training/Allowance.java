package dev.rsi.core.internal.training;

import com.google.common.math.LongMath;
import dev.rsi.api.RsiException;

/** How much of something a training may still use, by what its trainer says beforehand. */
final class Allowance {
  private final String what;
  private final String says;
  private final long most;
  private long used;

  /**
   * All of it.
   *
   * @param what is used, in words
   * @param says the trainer's method that says how much
   */
  Allowance(String what, String says, long most) {
    this.what = what;
    this.says = says;
    this.most = most;
  }

  /** The training begins, maybe again. */
  void begin() {
    used = 0;
  }

  /**
   * Takes some.
   *
   * @throws RsiException if it is more than is left
   */
  void take(long some) {
    if (some > most - used) {
      throw new RsiException(
          "The trainer asks for ("
              + LongMath.saturatedAdd(used, some)
              + ") "
              + what
              + " in a training, but says that it takes at most ("
              + most
              + ").\nMaybe override its "
              + says
              + "(recipe, lessons), by which the budget sets them aside.");
    }
    used += some;
  }
}
