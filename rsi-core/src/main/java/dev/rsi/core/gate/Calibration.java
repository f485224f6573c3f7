package dev.rsi.core.gate;

import dev.rsi.api.Output;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.Ruling;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a candidate says of its own rightness, beside the judge's word: see {@link
 * ProbeFamily#calibration} and {@link ProbeFamily#modesty}.
 */
final class Calibration<T, C> extends ProbeFamily<T, C> {
  private final Verifier<? super T, ? super C> judge;
  private final ToDoubleFunction<? super C> confidence;
  private final Measure measure;
  private final String form;

  /** A reading of confidence and rightness. */
  interface Measure {
    double of(double confidence, boolean right);
  }

  Calibration(
      String name,
      List<? extends T> tasks,
      Verifier<? super T, ? super C> judge,
      ToDoubleFunction<? super C> confidence,
      Measure measure,
      String form,
      @Nullable Margins margins) {
    super(name, tasks, margins, false);
    this.judge = judge;
    this.confidence = confidence;
    this.measure = measure;
    this.form = form;
  }

  @Override
  public OptionalDouble reading(int probe, List<Output<C>> outputs) {
    Output<C> output = outputs.get(0);
    C candidate = output.candidate();
    Verdict verdict = Ruling.on(judge, tasks().get(probe), output);
    if (verdict.outcome() == Verdict.Outcome.UNDECIDED) {
      return OptionalDouble.empty();
    }
    // A malformed answer states no confidence: the worst, so that none is made malformed to hide.
    return OptionalDouble.of(
        candidate == null ? 0 : measure.of(confidence.applyAsDouble(candidate), verdict.passed()));
  }

  @Override
  String form() {
    return form;
  }

  @Override
  ProbeFamily<T, C> with(List<T> otherTasks, @Nullable Margins otherMargins) {
    return new Calibration<>(name(), otherTasks, judge, confidence, measure, form, otherMargins);
  }
}
