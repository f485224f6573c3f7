package dev.rsi.api;

import java.util.Objects;

/**
 * A verifier's ruling on one candidate.
 *
 * @param outcome the ruling
 * @param score how right, in [0, 1]: 1 for a full pass; partial credit and a vote's agreement lie
 *     between. Field term: reward
 * @param reason why, for people; may be empty for PASS
 * @param cost what the verifier used for it
 */
public record Verdict(Outcome outcome, double score, String reason, Cost cost) {

  /** The three rulings. */
  public enum Outcome {
    /**
     * Proven right, or {@linkplain Verdict#measured measured} to be worth something. The attempt
     * may become a {@link Lesson}; no other does.
     */
    PASS,
    /**
     * Proven wrong. The attempt never becomes a lesson; a trainer that {@linkplain
     * Trainer#learnsFrom learns from} more than lessons gets it among the {@link
     * TrainingRequest#attempts}.
     */
    FAIL,
    /** Not proven either way: the verifier could not tell, or broke. Never trains. */
    UNDECIDED
  }

  private static final Verdict PASSED = new Verdict(Outcome.PASS, 1, "");

  public Verdict {
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(cost, "cost");
    if (!(score >= 0 && score <= 1)) {
      throw new IllegalArgumentException("score (" + score + ") must be in [0, 1].");
    }
  }

  /** A verdict that cost nothing but time. */
  public Verdict(Outcome outcome, double score, String reason) {
    this(outcome, score, reason, Cost.NONE);
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

  /**
   * Measured, and neither right nor wrong beyond that: a PASS with the score if it is above 0, so
   * that the attempt may teach as much as it is worth; else a FAIL, as there is nothing to imitate.
   *
   * @param score in [0, 1]
   */
  public static Verdict measured(double score) {
    return score > 0
        ? new Verdict(Outcome.PASS, score, "")
        : new Verdict(Outcome.FAIL, score + 0.0, "measured 0");
  }

  /** Not to be decided, with score 0. */
  public static Verdict undecided(String reason) {
    return new Verdict(Outcome.UNDECIDED, 0, reason);
  }

  /** Not to be decided because {@code who} threw. */
  public static Verdict broken(String who, Throwable cause) {
    return undecided("the " + who + " threw " + PartException.of(cause));
  }

  /** The same verdict at another cost. */
  public Verdict withCost(Cost newCost) {
    return new Verdict(outcome, score, reason, newCost);
  }

  /** Whether the outcome is PASS. */
  public boolean passed() {
    return outcome == Outcome.PASS;
  }

  /** Whether the outcome is PASS or FAIL. */
  public boolean decided() {
    return outcome != Outcome.UNDECIDED;
  }
}
