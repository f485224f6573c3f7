package dev.rsi.testkit;

import java.util.List;

/**
 * A toy task: numbers to be added. Its level is the number of additions, so there is no hardest
 * level, and at level 1 there are a million tasks already: practice need not collide with probes.
 *
 * @param terms two or more numbers, each in [0, 999]
 */
public record Sum(List<Integer> terms) {

  public Sum {
    terms = List.copyOf(terms);
    if (terms.size() < 2) {
      throw new IllegalArgumentException("A sum needs two terms or more, but has " + terms + ".");
    }
    for (int term : terms) {
      if (term < 0 || term > 999) {
        throw new IllegalArgumentException("term (" + term + ") must be in [0, 999].");
      }
    }
  }

  /** A sum of the given terms. */
  public static Sum of(Integer... terms) {
    return new Sum(List.of(terms));
  }

  /** The number of additions, 1 or more. */
  public int level() {
    return terms.size() - 1;
  }

  /** The right answer. */
  public long expected() {
    long sum = 0;
    for (int term : terms) {
      sum += term;
    }
    return sum;
  }
}
