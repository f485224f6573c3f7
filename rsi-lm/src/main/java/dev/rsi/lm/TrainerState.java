package dev.rsi.lm;

/**
 * What a training needs, besides the weights, to go on exactly where it stopped.
 *
 * <p>Immutable by convention: nobody writes to the arrays.
 */
public final class TrainerState {
  private final float[] firstMoment;
  private final float[] secondMoment;
  private final long step;
  private final long randomState;

  /**
   * @param firstMoment AdamW's running mean of the gradient, one per parameter
   * @param secondMoment AdamW's running mean of its square, one per parameter
   * @param step how many steps the moments hold, >= 0
   * @param randomState of the {@link SavedRandom} that draws batches
   */
  public TrainerState(float[] firstMoment, float[] secondMoment, long step, long randomState) {
    if (firstMoment.length != secondMoment.length) {
      throw new IllegalArgumentException(
          "The moments differ in length ("
              + firstMoment.length
              + " and "
              + secondMoment.length
              + ").");
    }
    if (step < 0) {
      throw new IllegalArgumentException("step (" + step + ") must be >= 0.");
    }
    this.firstMoment = firstMoment;
    this.secondMoment = secondMoment;
    this.step = step;
    this.randomState = randomState;
  }

  /** The state before the first step. */
  public static TrainerState fresh(int parameterCount, long seed) {
    return new TrainerState(new float[parameterCount], new float[parameterCount], 0, seed);
  }

  /** AdamW's running mean of the gradient; not to be written to. */
  public float[] firstMoment() {
    return firstMoment;
  }

  /** AdamW's running mean of the squared gradient; not to be written to. */
  public float[] secondMoment() {
    return secondMoment;
  }

  /** How many steps the moments hold. */
  public long step() {
    return step;
  }

  /** State of the random generator that draws batches. */
  public long randomState() {
    return randomState;
  }
}
