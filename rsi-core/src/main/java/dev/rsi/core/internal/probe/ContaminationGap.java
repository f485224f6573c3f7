package dev.rsi.core.internal.probe;

import dev.rsi.api.Cost;
import dev.rsi.api.Output;
import dev.rsi.api.Verifier;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.DoubleBinaryOperator;

/** A known task beside its fresh twin. A family's tasks are all the known ones, then the twins. */
public record ContaminationGap<T, C>(
    Verifier<? super T, ? super C> judge, DoubleBinaryOperator reading)
    implements JudgedForm<T, C> {

  @Override
  public String name() {
    return "contamination gap";
  }

  @Override
  public Asks asks() {
    return Asks.TWINS;
  }

  /** What the world knows cannot be drawn afresh. */
  @Override
  public boolean isRenewable() {
    return false;
  }

  @Override
  public OptionalDouble read(List<T> tasks, List<Output<C>> outputs, Consumer<? super Cost> used) {
    if (outputs.stream().anyMatch(o -> o.kind() == Output.Kind.MALFORMED)) {
      // The worst, so that none is made malformed to close a gap.
      return OptionalDouble.of(0);
    }
    OptionalDouble known = JudgeScore.of(judge, tasks.get(0), outputs.get(0), used);
    OptionalDouble twin = JudgeScore.of(judge, tasks.get(1), outputs.get(1), used);
    return known.isEmpty() || twin.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(reading.applyAsDouble(known.getAsDouble(), twin.getAsDouble()));
  }
}
