package dev.rsi.api;

import java.util.Objects;

/**
 * A verifier's ruling on one candidate.
 *
 * @param outcome the ruling
 * @param score how right, in [0, 1]: 1 for a full pass; partial credit and a vote's agreement lie
 *     between
 * @param reason why, for people; may be empty for PASS
 */
public record Verdict(Outcome outcome, double score, String reason) {

  /** The three rulings. */
  public enum Outcome {
    /** Proven right. Only this makes a lesson. */
    PASS,
    /** Proven wrong. Trains only by contrast, see {@link Trainer#contrasts}. */
    FAIL,
    /** Not proven either way: the verifier could not tell, or broke. Counts as neither. */
    UNDECIDED
  }

  private static final Verdict PASSED = new Verdict(Outcome.PASS, 1, "");

  public Verdict {
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(reason, "reason");
    if (!(score >= 0 && score <= 1)) {
      throw new IllegalArgumentException("score (" + score + ") must be in [0, 1].");
    }
  }

  /** Right, with score 1. */
  public static Verdict pass() {
    return PASSED;
  }

  /** Wrong, with score 0. */
  public static Verdict fail(String reason) {
    return new Verdict(Outcome.FAIL, 0, reason);
  }

  /** Right if the condition holds, else wrong for the reason given. */
  public static Verdict passIf(boolean condition, String reasonIfNot) {
    return condition ? PASSED : fail(reasonIfNot);
  }

  /** Not to be decided, with score 0. */
  public static Verdict undecided(String reason) {
    return new Verdict(Outcome.UNDECIDED, 0, reason);
  }

  /** Not to be decided because {@code who} threw. */
  public static Verdict broken(String who, Throwable cause) {
    return undecided("the " + who + " threw " + cause);
  }

  /** Whether the outcome is PASS. */
  public boolean passed() {
    return outcome == Outcome.PASS;
  }
}
