package dev.rsi.core.internal.probe;

import dev.rsi.api.Cost;
import dev.rsi.api.Output;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleBiFunction;

/** How unlike two answers to one task are. */
public record Diversity<T, C>(
    ToDoubleBiFunction<? super C, ? super C> similarity, DoubleUnaryOperator reading)
    implements Form<T, C> {

  @Override
  public String name() {
    return "diversity";
  }

  @Override
  public Asks asks() {
    return Asks.TWICE;
  }

  @Override
  public OptionalDouble read(List<T> tasks, List<Output<C>> outputs, Consumer<? super Cost> used) {
    if (outputs.stream().anyMatch(o -> o.kind() == Output.Kind.FAILED)) {
      return OptionalDouble.empty();
    }
    C one = outputs.get(0).candidate();
    C other = outputs.get(1).candidate();
    // A malformed answer is similar to all, so that none is made malformed to seem diverse.
    return OptionalDouble.of(
        reading.applyAsDouble(
            one == null || other == null ? 1 : similarity.applyAsDouble(one, other)));
  }
}
