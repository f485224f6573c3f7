package dev.rsi.testkit;

/** Argument checks that name the value and the bounds. */
final class Checks {

  private Checks() {}

  static int atLeast(int min, int value, String name) {
    if (value < min) {
      throw new IllegalArgumentException(name + " (" + value + ") must be >= " + min + ".");
    }
    return value;
  }

  static double share(double value, String name) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " (" + value + ") must be in [0, 1].");
    }
    return value;
  }

  static double positive(double value, String name) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " (" + value + ") must be positive and finite.");
    }
    return value;
  }

  /** Text of any length, fit for a message. */
  static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "... " + text.length() + " chars";
  }
}
