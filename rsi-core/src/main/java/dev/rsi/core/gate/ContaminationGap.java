package dev.rsi.core.gate;

import dev.rsi.api.Output;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.Ruling;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** A known task beside its fresh twin: see {@link ProbeFamily#contaminationGap}. */
final class ContaminationGap<T, C> extends ProbeFamily<T, C> {
  private final Verifier<? super T, ? super C> judge;

  /** The tasks are all the known ones, then their twins in the same order. */
  ContaminationGap(
      String name,
      List<? extends T> tasks,
      Verifier<? super T, ? super C> judge,
      @Nullable Margins margins) {
    super(name, tasks, margins, false);
    this.judge = judge;
  }

  @Override
  public int size() {
    return tasks().size() / 2;
  }

  @Override
  public List<T> asks(int probe) {
    return List.of(known(probe), twin(probe));
  }

  private T known(int probe) {
    return tasks().get(probe);
  }

  private T twin(int probe) {
    return tasks().get(size() + probe);
  }

  @Override
  public OptionalDouble reading(int probe, List<Output<C>> outputs) {
    if (outputs.stream().anyMatch(o -> o.kind() == Output.Kind.MALFORMED)) {
      // The worst, so that none is made malformed to close a gap.
      return OptionalDouble.of(0);
    }
    OptionalDouble known = score(Ruling.on(judge, known(probe), outputs.get(0)));
    OptionalDouble twin = score(Ruling.on(judge, twin(probe), outputs.get(1)));
    return known.isEmpty() || twin.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(Readings.contaminationGap(known.getAsDouble(), twin.getAsDouble()));
  }

  @Override
  boolean isRenewable() {
    // What the world knows cannot be drawn afresh.
    return false;
  }

  @Override
  boolean readsOneAnswer() {
    return false;
  }

  @Override
  String form() {
    return "contamination gap";
  }

  @Override
  ProbeFamily<T, C> with(List<T> otherTasks, @Nullable Margins otherMargins) {
    return new ContaminationGap<>(name(), otherTasks, judge, otherMargins);
  }
}
