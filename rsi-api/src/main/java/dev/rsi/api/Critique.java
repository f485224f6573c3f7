package dev.rsi.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a critic says of one candidate. Field term: rubric grade.
 *
 * @param scores score in [0, 1] per criterion name of the rubric; empty iff the critique is
 *     undecided
 * @param text why, for people
 * @param grade all scores as one number in [0, 1]: their plain mean until {@link #on} weighs them
 *     by a rubric; 0 if the critique is undecided
 * @param cost what the critic used for it
 */
public record Critique(Map<String, Double> scores, String text, double grade, Cost cost) {

  public Critique {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(cost, "cost");
    scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
    scores.forEach(
        (name, score) -> {
          if (!(score >= 0 && score <= 1)) {
            throw new IllegalArgumentException(
                "score (" + score + ") of criterion (" + name + ") must be in [0, 1].");
          }
        });
    if (!(grade >= 0 && grade <= (scores.isEmpty() ? 0 : 1))) {
      throw new IllegalArgumentException(
          "grade (" + grade + ") must be in [0, 1], and 0 without scores.");
    }
  }

  /** A critique that cost nothing but time, graded by the plain mean of its scores. */
  public Critique(Map<String, Double> scores, String text) {
    this(scores, text, mean(scores), Cost.NONE);
  }

  private static double mean(Map<String, Double> scores) {
    // In order of size: a map may tell its scores in another order each time.
    double mean = scores.values().stream().mapToDouble(s -> s).sorted().average().orElse(0);
    return Math.min(mean, 1);
  }

  /** One overall score in [0, 1], for {@link Rubric#overall()}. */
  public static Critique overall(double score, String text) {
    return new Critique(Map.of("overall", score), text);
  }

  /** No grade, with the reason: the critic could not tell, or its words could not be parsed. */
  public static Critique undecided(String reason) {
    return new Critique(Map.of(), reason);
  }

  /** The same critique at another cost. */
  public Critique withCost(Cost newCost) {
    return new Critique(scores, text, grade, newCost);
  }

  /** Whether there is a grade. */
  public boolean decided() {
    return !scores.isEmpty();
  }

  /**
   * The same critique as a rubric asks for it: only the rubric's criteria, in its order, and as the
   * grade the mean of their scores, weighted as the rubric says. One that is undecided stays so.
   *
   * @throws IllegalArgumentException if a criterion of the rubric has no score, naming it
   */
  public Critique on(Rubric rubric) {
    if (!decided()) {
      return this;
    }
    Map<String, Double> asked = new LinkedHashMap<>();
    double sum = 0;
    double weights = 0;
    for (Rubric.Criterion criterion : rubric.criteria()) {
      Double score = scores.get(criterion.name());
      if (score == null) {
        throw new IllegalArgumentException(
            "The critique has no score for criterion ("
                + criterion.name()
                + "), only for "
                + scores.keySet()
                + ".\nMaybe the critic was written for another rubric.");
      }
      asked.put(criterion.name(), score);
      sum += criterion.weight() * score;
      weights += criterion.weight();
    }
    return new Critique(asked, text, sum / weights, cost);
  }
}
