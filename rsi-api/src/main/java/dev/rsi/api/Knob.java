package dev.rsi.api;

import java.util.Objects;

/**
 * One setting of a trainer, with the bounds it may never leave. Field term: hyperparameter with its
 * range.
 *
 * @param name distinct within the trainer, for example {@code "learning-rate"}
 * @param min smallest value allowed
 * @param max largest value allowed
 * @param initial value where a recipe does not say; in [min, max]
 * @param whole whether only whole numbers are allowed
 * @param meaning what it does, with its unit, for people
 */
public record Knob(
    String name, double min, double max, double initial, boolean whole, String meaning) {

  public Knob {
    Objects.requireNonNull(meaning, "meaning");
    if (name.isBlank()) {
      throw new IllegalArgumentException("A knob's name must not be blank.");
    }
    if (!(Double.isFinite(min) && Double.isFinite(max) && min <= max)) {
      throw new IllegalArgumentException(
          "Knob (" + name + ") needs finite bounds with min <= max, got " + min + " and " + max);
    }
    check(name, min, max, whole, initial);
  }

  /** A knob over the real numbers of [min, max]. */
  public static Knob real(String name, double min, double max, double initial, String meaning) {
    return new Knob(name, min, max, initial, false, meaning);
  }

  /** A knob over the whole numbers of [min, max]. */
  public static Knob whole(String name, long min, long max, long initial, String meaning) {
    return new Knob(name, min, max, initial, true, meaning);
  }

  /**
   * Returns the value.
   *
   * @throws IllegalArgumentException if the value is outside the bounds, naming both
   */
  public double checked(double value) {
    check(name, min, max, whole, value);
    return value;
  }

  private static void check(String name, double min, double max, boolean whole, double value) {
    if (!(value >= min && value <= max)) {
      throw new IllegalArgumentException(
          "Knob (" + name + ") must be in [" + min + ", " + max + "], but is " + value + ".");
    }
    if (whole && value != Math.rint(value)) {
      throw new IllegalArgumentException(
          "Knob (" + name + ") must be a whole number, but is " + value + ".");
    }
  }
}
