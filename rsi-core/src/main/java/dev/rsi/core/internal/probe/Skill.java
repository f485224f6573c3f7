package dev.rsi.core.internal.probe;

import dev.rsi.api.Cost;
import dev.rsi.api.Output;
import dev.rsi.api.Verifier;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** Right or wrong, by a judge. */
public record Skill<T, C>(Verifier<? super T, ? super C> judge, boolean isTripwire)
    implements JudgedForm<T, C> {

  @Override
  public String name() {
    return "skill";
  }

  @Override
  public boolean isSkill() {
    return true;
  }

  @Override
  public boolean isGraded() {
    return judge.measures();
  }

  @Override
  public OptionalDouble read(List<T> tasks, List<Output<C>> outputs, Consumer<? super Cost> used) {
    return JudgeScore.of(judge, tasks.get(0), outputs.get(0), used);
  }
}
