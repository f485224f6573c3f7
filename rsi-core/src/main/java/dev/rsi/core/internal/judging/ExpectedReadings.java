package dev.rsi.core.internal.judging;

import dev.rsi.core.internal.probe.Scored;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/** Readings of a kind whose right answers a version scores: how likely it gives one of them. */
final class ExpectedReadings<T, C> extends KindReadings {
  private final Scored<T, C> family;
  private final Reader<T, C> reader;

  ExpectedReadings(Scored<T, C> family, Reader<T, C> reader, int batch) {
    super(family, batch);
    this.family = family;
    this.reader = reader;
  }

  @Override
  void read(String version, List<Integer> probes, Known known) {
    List<Double> scores = reader.scores(version, family, probes);
    int from = 0;
    for (int probe : probes) {
      int to = from + family.attempts(probe);
      known.put(probe, family.expected(scores.subList(from, to)));
      from = to;
    }
  }

  @Override
  long unread(String version) {
    return (long) known(version).unread() * family.attempts();
  }

  @Override
  long attempts(Set<String> versions, int probe) {
    long unread = versions.stream().filter(version -> !known(version).isRead(probe)).count();
    return unread * family.attempts(probe);
  }

  @Override
  long dearest(Set<String> versions) {
    return (long) versions.size() * family.attempts();
  }

  @Override
  OptionalDouble divergence(String version) {
    return OptionalDouble.empty();
  }
}
