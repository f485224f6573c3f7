package dev.rsi.core.gate;

import dev.rsi.api.Output;
import dev.rsi.core.internal.stats.Bets;
import dev.rsi.core.report.Descriptives;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleBiFunction;
import org.jspecify.annotations.Nullable;

/** How far a choice is from generation 0's: see {@link ProbeFamily#closeness}. */
final class Closeness<T, C> extends ProbeFamily<T, C> {
  private final List<List<C>> choices;

  Closeness(
      String name, List<? extends T> tasks, List<List<C>> choices, @Nullable Margins margins) {
    super(name, tasks, margins, false);
    this.choices = List.copyOf(choices);
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

  @Override
  public int attempts() {
    return choices.stream().mapToInt(List::size).max().orElse(0);
  }

  @Override
  public List<C> choices(int probe) {
    return choices.get(probe);
  }

  @Override
  public OptionalDouble reading(List<Double> scores, List<Double> anchorScores) {
    return compare(scores, anchorScores, (q, p) -> 1 - Descriptives.totalVariation(q, p));
  }

  @Override
  public OptionalDouble divergence(List<Double> scores, List<Double> anchorScores) {
    return compare(scores, anchorScores, Descriptives::klDivergence);
  }

  /** Compares two distributions over the options; empty if one is none. */
  private static OptionalDouble compare(
      List<Double> scores,
      List<Double> anchorScores,
      ToDoubleBiFunction<List<Double>, List<Double>> distance) {
    double sum = logSum(scores);
    double anchorSum = logSum(anchorScores);
    return Double.isFinite(sum) && Double.isFinite(anchorSum)
        ? OptionalDouble.of(
            distance.applyAsDouble(minus(scores, sum), minus(anchorScores, anchorSum)))
        : OptionalDouble.empty();
  }

  /** NaN if one of them is no logarithm of a probability. */
  private static double logSum(List<Double> logs) {
    double sum = Double.NEGATIVE_INFINITY;
    for (double log : logs) {
      sum = log <= 0 ? Bets.logAdd(sum, log) : Double.NaN;
    }
    return sum;
  }

  private static List<Double> minus(List<Double> logs, double sum) {
    return logs.stream().map(log -> Math.min(0, log - sum)).toList();
  }

  @Override
  public OptionalDouble reading(int probe, List<Output<C>> outputs) {
    throw new UnsupportedOperationException("Probe kind (" + name() + ") is read from scores.");
  }

  @Override
  boolean isRenewable() {
    // The options would have to be drawn, too.
    return false;
  }

  @Override
  boolean readsOneAnswer() {
    return false;
  }

  @Override
  String form() {
    return "closeness";
  }

  @Override
  ProbeFamily<T, C> with(List<T> otherTasks, @Nullable Margins otherMargins) {
    return new Closeness<>(name(), otherTasks, choices, otherMargins);
  }
}
