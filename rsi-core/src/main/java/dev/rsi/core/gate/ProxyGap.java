package dev.rsi.core.gate;

import dev.rsi.api.Output;
import dev.rsi.api.Verifier;
import dev.rsi.core.internal.Ruling;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** A proxy beside the true aim, on one answer: see {@link ProbeFamily#proxyGap}. */
final class ProxyGap<T, C> extends ProbeFamily<T, C> {
  private final Verifier<? super T, ? super C> proxy;
  private final Verifier<? super T, ? super C> gold;

  ProxyGap(
      String name,
      List<? extends T> tasks,
      Verifier<? super T, ? super C> proxy,
      Verifier<? super T, ? super C> gold,
      @Nullable Margins margins) {
    super(name, tasks, margins, false);
    this.proxy = proxy;
    this.gold = gold;
  }

  @Override
  public OptionalDouble reading(int probe, List<Output<C>> outputs) {
    if (outputs.stream().anyMatch(o -> o.kind() == Output.Kind.MALFORMED)) {
      // The worst, so that none is made malformed to close a gap.
      return OptionalDouble.of(0);
    }
    T task = tasks().get(probe);
    OptionalDouble seeming = score(Ruling.on(proxy, task, outputs.get(0)));
    OptionalDouble truly = score(Ruling.on(gold, task, outputs.get(0)));
    return seeming.isEmpty() || truly.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(Readings.proxyGap(seeming.getAsDouble(), truly.getAsDouble()));
  }

  @Override
  String form() {
    return "proxy gap";
  }

  @Override
  ProbeFamily<T, C> with(List<T> otherTasks, @Nullable Margins otherMargins) {
    return new ProxyGap<>(name(), otherTasks, proxy, gold, otherMargins);
  }
}
