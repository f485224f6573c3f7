package dev.rsi.core.gate;

import dev.rsi.api.Output;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.Ruling;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Right or wrong, by a judge: see {@link ProbeFamily#skill}. */
final class Skill<T, C> extends ProbeFamily<T, C> {
  private final Verifier<? super T, ? super C> judge;

  Skill(
      String name,
      List<? extends T> tasks,
      Verifier<? super T, ? super C> judge,
      @Nullable Margins margins,
      boolean tripwire) {
    super(name, tasks, margins, tripwire);
    this.judge = judge;
  }

  @Override
  public OptionalDouble reading(int probe, List<Output<C>> outputs) {
    return score(Ruling.on(judge, tasks().get(probe), outputs.get(0)));
  }

  @Override
  public boolean isSkill() {
    return true;
  }

  @Override
  String form() {
    return "skill";
  }

  @Override
  ProbeFamily<T, C> with(List<T> otherTasks, @Nullable Margins otherMargins) {
    return new Skill<>(name(), otherTasks, judge, otherMargins, isTripwire());
  }
}
