package dev.rsi.core.internal.probe;

import dev.rsi.api.Cost;
import dev.rsi.api.Described;
import dev.rsi.api.Output;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a function of the user's makes of an answer. */
public record OwnReading<T, C>(
    BiFunction<? super T, ? super Output<C>, @Nullable OptionalDouble> function)
    implements Form<T, C> {

  @Override
  public String name() {
    return "reading";
  }

  @Override
  public String reader() {
    return Described.className(function) + Described.BY_CLASS;
  }

  @Override
  public OptionalDouble read(List<T> tasks, List<Output<C>> outputs, Consumer<? super Cost> used) {
    Output<C> output = outputs.get(0);
    if (output.kind() == Output.Kind.FAILED) {
      return OptionalDouble.empty();
    }
    OptionalDouble reading = function.apply(tasks.get(0), output);
    if (reading == null || reading.isEmpty()) {
      return OptionalDouble.empty();
    }
    double value = reading.getAsDouble();
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("reading (" + value + ") must be in [0, 1].");
    }
    return reading;
  }
}
