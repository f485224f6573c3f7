package dev.rsi.core.internal.probe;

import dev.rsi.api.Cost;
import dev.rsi.api.Output;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.Ruling;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** What a candidate says of its own rightness, beside the judge's word. */
public record Calibration<T, C>(
    String name,
    Verifier<? super T, ? super C> judge,
    ToDoubleFunction<? super C> confidence,
    Measure measure)
    implements JudgedForm<T, C> {

  /** A reading of confidence and rightness. */
  public interface Measure {
    /** In [0, 1]. */
    double of(double confidence, boolean right);
  }

  @Override
  public OptionalDouble read(List<T> tasks, List<Output<C>> outputs, Consumer<? super Cost> used) {
    Output<C> output = outputs.get(0);
    C candidate = output.candidate();
    Verdict verdict = Ruling.on(judge, tasks.get(0), output);
    used.accept(verdict.cost());
    if (verdict.outcome() == Verdict.Outcome.UNDECIDED) {
      return OptionalDouble.empty();
    }
    // A malformed answer states no confidence: the worst, so that none is made malformed to hide.
    return OptionalDouble.of(
        candidate == null ? 0 : measure.of(confidence.applyAsDouble(candidate), verdict.passed()));
  }
}
