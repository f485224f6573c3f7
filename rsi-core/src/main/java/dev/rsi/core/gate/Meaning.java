package dev.rsi.core.gate;

import dev.rsi.api.Output;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.ToDoubleBiFunction;
import org.jspecify.annotations.Nullable;

/** How near answers are to what was answered before: see {@link ProbeFamily#meaning}. */
final class Meaning<T, C> extends ProbeFamily<T, C> {
  private final Map<T, C> references;
  private final ToDoubleBiFunction<? super C, ? super C> similarity;

  Meaning(
      String name,
      List<? extends T> tasks,
      Map<? extends T, ? extends C> references,
      ToDoubleBiFunction<? super C, ? super C> similarity,
      @Nullable Margins margins) {
    super(name, tasks, margins, false);
    this.references = new LinkedHashMap<>(references);
    this.similarity = similarity;
  }

  @Override
  public OptionalDouble reading(int probe, List<Output<C>> outputs) {
    Output<C> output = outputs.get(0);
    if (output.kind() == Output.Kind.FAILED) {
      return OptionalDouble.empty();
    }
    C candidate = output.candidate();
    C reference = Objects.requireNonNull(references.get(tasks().get(probe)));
    // A malformed answer means nothing.
    double near = candidate == null ? 0 : similarity.applyAsDouble(reference, candidate);
    return Double.isNaN(near)
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.min(1, Math.max(0, near)));
  }

  /** New tasks have no reference. */
  @Override
  boolean isRenewable() {
    return false;
  }

  @Override
  String form() {
    return "meaning";
  }

  @Override
  ProbeFamily<T, C> with(List<T> otherTasks, @Nullable Margins otherMargins) {
    return new Meaning<>(name(), otherTasks, references, similarity, otherMargins);
  }
}
