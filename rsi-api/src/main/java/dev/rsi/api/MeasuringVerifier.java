package dev.rsi.api;

import java.util.Objects;
import java.util.function.ToDoubleBiFunction;

/** See {@link Verifier#measuring}. */
record MeasuringVerifier<T, C>(String describe, ToDoubleBiFunction<? super T, ? super C> metric)
    implements Verifier<T, C> {
  MeasuringVerifier {
    Objects.requireNonNull(metric, "metric");
  }

  @Override
  public Verdict verify(T task, C candidate) {
    double score = metric.applyAsDouble(task, candidate);
    if (!(score >= 0 && score <= 1)) {
      throw new IllegalArgumentException(
          "Metric ("
              + describe
              + ") measured ("
              + score
              + "), which is not in [0, 1].\nMaybe divide by the most there can be, and cut off"
              + " what lies beyond.");
    }
    return Verdict.measured(score);
  }

  @Override
  public boolean measures() {
    return true;
  }
}
