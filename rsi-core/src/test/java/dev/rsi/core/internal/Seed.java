package dev.rsi.core.internal;

import java.util.Random;

/** The seed of a random test: another one each time, told when the test fails. */
public record Seed(long value) {

  /** A new seed, or the one given with {@code -Drsi.seed=}. */
  public static Seed next() {
    return new Seed(Long.getLong("rsi.seed", System.nanoTime()));
  }

  /** The test's only source of randomness. */
  public Random random() {
    return new Random(value);
  }

  /** How to repeat the test, for the description of its assertions. */
  @Override
  public String toString() {
    return "repeat with -Drsi.seed=" + value;
  }
}
