package dev.rsi.core.internal.judging;

import dev.rsi.core.internal.probe.Family;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** What versions read on the probes of one kind. Each reading is made once. */
abstract class KindReadings {
  private final Family<?, ?> family;
  private final int together;
  private final Map<String, Known> byVersion = new HashMap<>();

  /**
   * A kind that nothing was read on.
   *
   * @param batch the most attempts, or options scored, per call of the model
   */
  KindReadings(Family<?, ?> family, int batch) {
    this.family = family;
    this.together = Math.max(1, batch / family.attempts());
  }

  /** The readings of some probes, in order; NaN where one is missing. */
  final List<Double> read(String version, List<Integer> probes) {
    Known known = known(version);
    List<Integer> unread = probes.stream().filter(probe -> !known.isRead(probe)).toList();
    for (int from = 0; from < unread.size(); from += together) {
      List<Integer> part = unread.subList(from, Math.min(unread.size(), from + together));
      read(version, part, known);
    }
    return probes.stream().map(known::get).toList();
  }

  /** Reads probes that a version was not read on, in one call of the model. */
  abstract void read(String version, List<Integer> probes, Known known);

  /** What is known of a version. */
  final Known known(String version) {
    return byVersion.computeIfAbsent(version, id -> new Known(family.size()));
  }

  /** The most attempts that it takes to read with a version what it was not read on. */
  abstract long unread(String version);

  /** The attempts that it takes to read a probe with some versions, as far as it is not read. */
  abstract long attempts(Set<String> versions, int probe);

  /** The most that {@link #attempts} can be, whether the probe was read or not. */
  abstract long dearest(Set<String> versions);

  /** The mean divergence from generation 0 in nats, for people; empty where none is known. */
  abstract OptionalDouble divergence(String version);

  /** Forgets what was read of all but some versions. */
  void forgetAllBut(List<String> kept) {
    byVersion.keySet().retainAll(kept);
  }
}
