package dev.rsi.core.gate;

import dev.rsi.api.Output;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleBiFunction;
import org.jspecify.annotations.Nullable;

/** How unlike two answers to one task are: see {@link ProbeFamily#diversity}. */
final class Diversity<T, C> extends ProbeFamily<T, C> {
  private final ToDoubleBiFunction<? super C, ? super C> similarity;

  Diversity(
      String name,
      List<? extends T> tasks,
      ToDoubleBiFunction<? super C, ? super C> similarity,
      @Nullable Margins margins) {
    super(name, tasks, margins, false);
    this.similarity = similarity;
  }

  @Override
  public List<T> asks(int probe) {
    T task = tasks().get(probe);
    return List.of(task, task);
  }

  @Override
  public OptionalDouble reading(int probe, List<Output<C>> outputs) {
    if (outputs.stream().anyMatch(o -> o.kind() == Output.Kind.FAILED)) {
      return OptionalDouble.empty();
    }
    C one = outputs.get(0).candidate();
    C other = outputs.get(1).candidate();
    // A malformed answer is similar to all, so that none is made malformed to seem diverse.
    return OptionalDouble.of(
        Readings.diversity(
            one == null || other == null ? 1 : similarity.applyAsDouble(one, other)));
  }

  @Override
  boolean readsOneAnswer() {
    return false;
  }

  @Override
  String form() {
    return "diversity";
  }

  @Override
  ProbeFamily<T, C> with(List<T> otherTasks, @Nullable Margins otherMargins) {
    return new Diversity<>(name(), otherTasks, similarity, otherMargins);
  }
}
