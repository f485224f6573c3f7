package dev.rsi.examples.addition;

import java.math.BigInteger;
import java.util.random.RandomGenerator;

/**
 * Two numbers to add, written with the same count of digits, units first.
 *
 * <p>Units first, since then the model can write each digit of the sum from the two digits and the
 * carry it has just seen.
 *
 * @param a digits of the one, units first
 * @param b digits of the other, units first
 */
public record Addition(String a, String b) {
  /** Checks that both are numbers of one length. */
  public Addition {
    if (a.length() != b.length() || !isNumber(a) || !isNumber(b)) {
      throw new IllegalArgumentException(
          "An addition needs two numbers of one length, got (" + a + ") and (" + b + ").");
    }
  }

  /** Draws one of two numbers of so many digits, leading zeros allowed. */
  public static Addition draw(int digits, RandomGenerator random) {
    return new Addition(number(digits, random), number(digits, random));
  }

  /** How many digits each number has. */
  public int digits() {
    return a.length();
  }

  /** The sum, units first, with one digit more than the summands. */
  public String sum() {
    BigInteger sum = value(a).add(value(b));
    StringBuilder digits = new StringBuilder(sum.toString()).reverse();
    while (digits.length() <= a.length()) {
      digits.append('0');
    }
    return digits.toString();
  }

  /** Whether a text could be a sum at all. */
  public boolean fits(String candidate) {
    return candidate.length() == a.length() + 1 && isNumber(candidate);
  }

  private static BigInteger value(String digits) {
    return new BigInteger(new StringBuilder(digits).reverse().toString());
  }

  private static String number(int digits, RandomGenerator random) {
    StringBuilder number = new StringBuilder(digits);
    for (int i = 0; i < digits; i++) {
      number.append((char) ('0' + random.nextInt(10)));
    }
    return number.toString();
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
