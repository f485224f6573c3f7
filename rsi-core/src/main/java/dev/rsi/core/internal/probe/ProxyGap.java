package dev.rsi.core.internal.probe;

import dev.rsi.api.Calls;
import dev.rsi.api.Cost;
import dev.rsi.api.Output;
import dev.rsi.api.Verifier;
import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.DoubleBinaryOperator;

/** A proxy beside the true aim, on one answer. */
public record ProxyGap<T, C>(
    Verifier<? super T, ? super C> proxy,
    Verifier<? super T, ? super C> gold,
    DoubleBinaryOperator reading)
    implements Form<T, C> {

  @Override
  public String name() {
    return "proxy gap";
  }

  @Override
  public Calls calling() {
    return proxy.calling().and(gold.calling());
  }

  @Override
  public int maxTokens() {
    return (int) Math.min(Integer.MAX_VALUE, (long) proxy.maxTokens() + gold.maxTokens());
  }

  @Override
  public BigDecimal maxMoney() {
    return proxy.maxMoney().add(gold.maxMoney());
  }

  @Override
  public String reader() {
    return proxy.describe() + " beside " + gold.describe();
  }

  @Override
  public OptionalDouble read(List<T> tasks, List<Output<C>> outputs, Consumer<? super Cost> used) {
    Output<C> output = outputs.get(0);
    if (output.kind() == Output.Kind.MALFORMED) {
      // The worst, so that none is made malformed to close a gap.
      return OptionalDouble.of(0);
    }
    OptionalDouble seeming = JudgeScore.of(proxy, tasks.get(0), output, used);
    OptionalDouble truly = JudgeScore.of(gold, tasks.get(0), output, used);
    return seeming.isEmpty() || truly.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(reading.applyAsDouble(seeming.getAsDouble(), truly.getAsDouble()));
  }
}
