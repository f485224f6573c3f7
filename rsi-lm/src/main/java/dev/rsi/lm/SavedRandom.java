package dev.rsi.lm;

import java.util.random.RandomGenerator;

/**
 * A random generator whose whole state is one number, so that a training can be saved and resumed
 * exactly. The same seed gives the same numbers on every JDK and platform.
 *
 * <p>SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
 * Not thread-safe and not for cryptography.
 */
public final class SavedRandom implements RandomGenerator {
  private long state;

  /**
   * @param state a seed, or what {@link #state} returned; any value
   */
  public SavedRandom(long state) {
    this.state = state;
  }

  /** What makes a generator that goes on from here. */
  public long state() {
    return state;
  }

  @Override
  public long nextLong() {
    state += 0x9E3779B97F4A7C15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** A standard normal number by the Box-Muller transform, strictly computed. */
  @Override
  public double nextGaussian() {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - nextDouble()));
    return radius * StrictMath.cos(2 * Math.PI * nextDouble());
  }
}
