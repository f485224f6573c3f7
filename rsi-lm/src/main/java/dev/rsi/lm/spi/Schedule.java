package dev.rsi.lm.spi;

/**
 * A learning rate over the steps of one training: a linear warm-up, a constant part, and a linear
 * decay that would reach 0 one step after the last.
 *
 * @param peak learning rate of the constant part, > 0
 * @param warmUpSteps how many steps rise to the peak, >= 0
 * @param totalSteps how many steps there are, >= 1
 * @param decayShare share of the steps, at the end, that decay; in [0, 1]
 */
public record Schedule(double peak, int warmUpSteps, int totalSteps, double decayShare) {
  public Schedule {
    if (!(peak > 0 && peak < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("peak (" + peak + ") must be positive and finite.");
    }
    if (warmUpSteps < 0) {
      throw new IllegalArgumentException("warmUpSteps (" + warmUpSteps + ") must be >= 0.");
    }
    if (totalSteps < 1) {
      throw new IllegalArgumentException("totalSteps (" + totalSteps + ") must be >= 1.");
    }
    if (!(decayShare >= 0 && decayShare <= 1)) {
      throw new IllegalArgumentException("decayShare (" + decayShare + ") must be in [0, 1].");
    }
  }

  /**
   * The learning rate of a step.
   *
   * @param step in [0, totalSteps)
   */
  public double at(int step) {
    if (step < 0 || step >= totalSteps) {
      throw new IllegalArgumentException("step (" + step + ") must be in [0, " + totalSteps + ").");
    }
    double rise = warmUpSteps == 0 ? 1 : (step + 1.0) / warmUpSteps;
    double decaySteps = decayShare * totalSteps;
    double fall = decaySteps == 0 ? 1 : (totalSteps - step) / decaySteps;
    return peak * Math.min(1, Math.min(rise, fall));
  }
}
