package dev.rsi.core.canary;

/**
 * How a challenger is tried in the shadow of the live version: it answers the same requests beside,
 * and users never see what it says. Field terms: shadow mode, dark launch.
 *
 * <p>Each request is a pair. With the loss L = 1 - success, or 1 of an answer that failed, the bets
 * of {@link dev.rsi.core.gate.AnchoredGate} are placed on D = L(challenger) - L(live): that its
 * mean is more than tolerated is harm, with 3/4 of the error; that the failures alone are, with 1/4
 * of it; and both turned round prove that it is safe. What makes a request hard is the same for
 * both sides and falls out of D, so this takes a fraction of the answers that a {@link Canary}
 * takes, and costs each of them twice.
 *
 * <p><b>What holds.</b> A challenger whose D is at most {@code tolerated} in the mean of each
 * request, whatever went before, is found harmful with probability {@code error} at most, however
 * long the trial is; one whose D is more, in successes or in failures, is called safe with
 * probability {@code error} at most (Ville's inequality). It needs that both answers are judged
 * alike, and that whether and when a pair is judged does not depend on which of its answers was the
 * better one. A pair that is open counts as what speaks least.
 *
 * <p>Nothing is known by it of how long users would wait, nor of what a user does next because of
 * an answer. Immutable.
 */
public final class Shadow {
  private final double tolerated;
  private final double error;

  private Shadow(double tolerated, double error) {
    this.tolerated = tolerated;
    this.error = error;
  }

  /**
   * A shadow with the error of a canary.
   *
   * @param tolerated by how much the challenger's mean success may be less than the live version's,
   *     and its share of failures more, in [0, 1)
   */
  public static Shadow of(double tolerated) {
    if (!(tolerated >= 0 && tolerated < 1)) {
      throw new IllegalArgumentException("tolerated (" + tolerated + ") must be in [0, 1).");
    }
    return new Shadow(tolerated, Canary.DEFAULT_ERROR);
  }

  /**
   * The probability, in (0, 1), of finding a harm that is not there, and of calling one safe that
   * is worse. Default: {@value Canary#DEFAULT_ERROR}.
   */
  public Shadow error(double probability) {
    if (!(probability > 0 && probability < 1)) {
      throw new IllegalArgumentException("error (" + probability + ") must be in (0, 1).");
    }
    return new Shadow(tolerated, probability);
  }

  double tolerated() {
    return tolerated;
  }

  double error() {
    return error;
  }

  @Override
  public String toString() {
    return "shadow, tolerated " + tolerated + ", error " + error;
  }
}
