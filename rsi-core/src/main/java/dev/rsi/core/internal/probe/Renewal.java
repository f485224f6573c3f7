package dev.rsi.core.internal.probe;

import java.util.function.BiFunction;
import java.util.random.RandomGenerator;

/**
 * When a bank makes way for the next, and what its probes are drawn by.
 *
 * @param draw a fresh task of a kind
 * @param decisions that a bank serves at most, 1 or more
 * @param refusals that it may have given before a decision, 0 or more
 */
public record Renewal<T>(BiFunction<String, RandomGenerator, T> draw, int decisions, int refusals) {
  /** What a bank may have given away at most: 14 nats, more than most decisions cost at all. */
  private static final double MAX_HISTORIES = 1e6;

  public Renewal {
    if (decisions < 1 || refusals < 0) {
      throw new IllegalArgumentException(
          "decisions (" + decisions + ") must be >= 1 and refusals (" + refusals + ") >= 0.");
    }
    double histories = histories(decisions - 1, refusals);
    if (histories > MAX_HISTORIES) {
      throw new IllegalArgumentException(
          "With up to ("
              + decisions
              + ") decisions and ("
              + refusals
              + ") refusals a bank may have given ("
              + histories
              + ") histories of answers, too many to pay for.\nMaybe renew it earlier.");
    }
  }

  /** Histories of so many answers with at most so many refusals: a sum of binomials. */
  public static double histories(int decisions, int refusals) {
    double sum = 1;
    double ways = 1;
    for (int i = 1; i <= Math.min(refusals, decisions); i++) {
      ways = ways * (decisions - i + 1) / i;
      sum += ways;
    }
    return sum;
  }

  /** The histories that a bank may have given in so many decisions. */
  double histories(int given) {
    return histories(given, refusals);
  }

  /** Whether a bank that has given such answers must make way. */
  boolean isDue(int given, int refused) {
    return given >= decisions || refused > refusals;
  }
}
