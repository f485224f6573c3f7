package dev.rsi.core.internal.probe;

import dev.rsi.api.Cost;
import dev.rsi.api.Output;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.ToDoubleBiFunction;

/** How near answers are to what was answered before. */
public record Meaning<T, C>(
    Map<T, C> references, ToDoubleBiFunction<? super C, ? super C> similarity)
    implements Form<T, C> {

  public Meaning {
    references = Collections.unmodifiableMap(new LinkedHashMap<>(references));
  }

  @Override
  public String name() {
    return "meaning";
  }

  /** New tasks have no reference. */
  @Override
  public boolean isRenewable() {
    return false;
  }

  @Override
  public OptionalDouble read(List<T> tasks, List<Output<C>> outputs, Consumer<? super Cost> used) {
    Output<C> output = outputs.get(0);
    if (output.kind() == Output.Kind.FAILED) {
      return OptionalDouble.empty();
    }
    C candidate = output.candidate();
    C reference = Objects.requireNonNull(references.get(tasks.get(0)));
    // A malformed answer means nothing.
    double near = candidate == null ? 0 : similarity.applyAsDouble(reference, candidate);
    return Double.isNaN(near)
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.min(1, Math.max(0, near)));
  }
}
