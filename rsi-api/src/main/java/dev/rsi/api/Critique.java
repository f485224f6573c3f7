package dev.rsi.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A critic's grade of one candidate.
 *
 * @param scores score in [0, 1] per criterion name of the rubric; empty iff the critique is
 *     undecided
 * @param text why, for people and for the next attempt
 */
public record Critique(Map<String, Double> scores, String text) {

  public Critique {
    Objects.requireNonNull(text, "text");
    scores = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(scores));
    scores.forEach(
        (name, score) -> {
          if (!(score >= 0 && score <= 1)) {
            throw new IllegalArgumentException(
                "score (" + score + ") of criterion (" + name + ") must be in [0, 1].");
          }
        });
  }

  /** One overall score in [0, 1], for {@link Rubric#overall()}. */
  public static Critique overall(double score, String text) {
    return new Critique(Map.of("overall", score), text);
  }

  /** No grade, with the reason: the critic could not tell, or its words could not be parsed. */
  public static Critique undecided(String reason) {
    return new Critique(Map.of(), reason);
  }

  /** Whether there is a grade. */
  public boolean decided() {
    return !scores.isEmpty();
  }

  /**
   * The mean of the scores, weighted as the rubric says, in [0, 1].
   *
   * @throws IllegalArgumentException if a criterion of the rubric has no score, naming it
   */
  public double score(Rubric rubric) {
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
      sum += criterion.weight() * score;
      weights += criterion.weight();
    }
    return sum / weights;
  }
}
