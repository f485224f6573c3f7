package dev.rsi.api;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What a critic judges by: named criteria with weights. Field term: grading criteria.
 *
 * @param criteria at least one, with distinct names
 */
public record Rubric(List<Criterion> criteria) {

  /**
   * One criterion.
   *
   * @param name short, distinct within the rubric, for example {@code "brevity"}
   * @param question what the critic answers with a score from 0 (not at all) to 1 (fully)
   * @param weight its share in the total, > 0; only ratios matter
   */
  public record Criterion(String name, String question, double weight) {
    public Criterion {
      Objects.requireNonNull(question, "question");
      if (name.isBlank()) {
        throw new IllegalArgumentException("A criterion's name must not be blank.");
      }
      if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "weight (" + weight + ") of criterion (" + name + ") must be positive and finite.");
      }
    }
  }

  public Rubric {
    criteria = List.copyOf(criteria);
    if (criteria.isEmpty()) {
      throw new IllegalArgumentException("A rubric needs at least one criterion.");
    }
    Set<String> names = new HashSet<>();
    for (Criterion criterion : criteria) {
      if (!names.add(criterion.name())) {
        throw new IllegalArgumentException("Criterion (" + criterion.name() + ") appears twice.");
      }
    }
  }

  /** A rubric of the given criteria. */
  public static Rubric of(Criterion... criteria) {
    return new Rubric(List.of(criteria));
  }

  /** The rubric of a critic that gives one score: the criterion {@code "overall"}, weight 1. */
  public static Rubric overall() {
    return of(new Criterion("overall", "How good is the candidate?", 1));
  }
}
