package dev.rsi.core.internal.probe;

import dev.rsi.api.Cost;
import dev.rsi.api.Output;
import dev.rsi.api.Verdict;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.Ruling;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** The score that a judge gives one output. */
final class JudgeScore {
  private JudgeScore() {}

  /**
   * The score, in [0, 1]; empty if the judge leaves the output undecided.
   *
   * @param used is told what it used
   * @throws RuntimeException if the judge breaks: that is no reading, and may be asked for again
   */
  static <T, C> OptionalDouble of(
      Verifier<? super T, ? super C> judge, T task, Output<C> output, Consumer<? super Cost> used) {
    Verdict verdict = Ruling.on(judge, task, output);
    used.accept(verdict.cost());
    return verdict.outcome() == Verdict.Outcome.UNDECIDED
        ? OptionalDouble.empty()
        : OptionalDouble.of(verdict.score());
  }
}
