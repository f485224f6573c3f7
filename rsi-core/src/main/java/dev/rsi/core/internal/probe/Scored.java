package dev.rsi.core.internal.probe;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A family whose tasks a version does not attempt: it scores options of them, which are read
 * against the scores of generation 0, or by themselves as the right answers there are.
 */
public final class Scored<T, C> extends Family<T, C> {
  private final List<List<C>> choices;
  private final @Nullable Function<? super T, ? extends List<? extends C>> answers;

  /**
   * A family.
   *
   * @param choices the options of each task, in order; two or more, none twice
   * @param margins null for the gate's own
   */
  public Scored(
      String name, List<? extends T> tasks, List<List<C>> choices, @Nullable Margins margins) {
    super(name, tasks, margins);
    this.answers = null;
    this.choices = choices.stream().map(List::copyOf).toList();
    for (List<C> options : choices) {
      if (options.size() < 2 || new HashSet<>(options).size() < options.size()) {
        throw new IllegalArgumentException(
            "Options "
                + options
                + " of probe kind ("
                + name
                + ") must be two or more, none twice.");
      }
    }
  }

  /**
   * A family that reads how likely a right answer is.
   *
   * @param answers the right answers to a task, one or more, none twice
   * @param margins null for the gate's own
   */
  public Scored(
      String name,
      List<? extends T> tasks,
      Function<? super T, ? extends List<? extends C>> answers,
      @Nullable Margins margins) {
    super(name, tasks, margins);
    this.answers = answers;
    List<List<C>> all = new ArrayList<>();
    for (T task : tasks()) {
      List<C> right = List.copyOf(answers.apply(task));
      if (right.isEmpty() || new HashSet<>(right).size() < right.size()) {
        throw new IllegalArgumentException(
            "Answers "
                + right
                + " of probe kind ("
                + name
                + ") must be one or more, none twice.\nMaybe judge its answers, by a skill.");
      }
      all.add(right);
    }
    this.choices = List.copyOf(all);
  }

  /** Whether it reads how likely the options are, whatever generation 0 made of them. */
  public boolean isExpected() {
    return answers != null;
  }

  /**
   * Reads a version's scores of a probe's right answers.
   *
   * @param scores log-probabilities, one for each of {@link #choices}, in order
   * @return the probability of any of them, in [0, 1]; empty if a score is missing
   */
  public OptionalDouble expected(List<Double> scores) {
    double sum = 0;
    for (double score : scores) {
      sum += Math.exp(score);
    }
    // Rounding may leave a sum of probabilities a little above 1.
    return Double.isNaN(sum) ? OptionalDouble.empty() : OptionalDouble.of(Math.min(1, sum));
  }

  @Override
  public int size() {
    return tasks().size();
  }

  /** The candidates that a version scores for a probe, in order. */
  public List<C> choices(int probe) {
    return choices.get(probe);
  }

  @Override
  public int attempts() {
    return choices.stream().mapToInt(List::size).max().orElse(0);
  }

  @Override
  public int attempts(int probe) {
    return choices.get(probe).size();
  }

  /**
   * Reads a version's scores of a probe's {@link #choices}.
   *
   * @param scores log-probabilities, one for each choice, in order
   * @param anchorScores the same of generation 0
   * @return in [0, 1]; empty if a score is missing
   */
  public OptionalDouble reading(List<Double> scores, List<Double> anchorScores) {
    return Closeness.reading(scores, anchorScores);
  }

  /**
   * How far a version's choice has moved, for people: the Kullback-Leibler divergence from
   * generation 0, in nats. Reported, never tested, as it has no bound.
   *
   * @param scores log-probabilities, one for each of {@link #choices}, in order
   * @param anchorScores the same of generation 0
   * @return 0 or more, also infinite; empty if a score is missing
   */
  public OptionalDouble divergence(List<Double> scores, List<Double> anchorScores) {
    return Closeness.divergence(scores, anchorScores);
  }

  /** Scores are exact. */
  @Override
  public boolean variesBySeed() {
    return false;
  }

  @Override
  public boolean isSkill() {
    return isExpected();
  }

  @Override
  public boolean isTripwire() {
    return false;
  }

  @Override
  public boolean isGraded() {
    return true;
  }

  /** Options would have to be drawn, too; right answers come of the task. */
  @Override
  boolean isRenewable() {
    return isExpected();
  }

  @Override
  String formName() {
    return isExpected() ? "expected" : "closeness";
  }

  @Override
  Scored<T, C> with(List<T> otherTasks, @Nullable Margins otherMargins) {
    return answers == null
        ? new Scored<>(name(), otherTasks, choices, otherMargins)
        : new Scored<>(name(), otherTasks, answers, otherMargins);
  }
}
