package dev.rsi.core.internal.judging;

import dev.rsi.core.internal.probe.Answered;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/** Readings of a kind whose tasks a version attempts. */
final class AnsweredReadings<T, C> extends KindReadings {
  private final Answered<T, C> family;
  private final Reader<T, C> reader;

  AnsweredReadings(Answered<T, C> family, Reader<T, C> reader, int batch) {
    super(family, batch);
    this.family = family;
    this.reader = reader;
  }

  @Override
  void read(String version, List<Integer> probes, Known known) {
    List<Double> numbers = reader.answers(version, family, probes);
    for (int k = 0; k < probes.size(); k++) {
      double number = numbers.get(k);
      known.put(
          probes.get(k), Double.isNaN(number) ? OptionalDouble.empty() : OptionalDouble.of(number));
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
