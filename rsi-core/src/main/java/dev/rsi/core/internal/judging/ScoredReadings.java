package dev.rsi.core.internal.judging;

import dev.rsi.core.internal.probe.Scored;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Readings of a kind whose options a version scores. The scores are compared with those of
 * generation 0, which reads 1 on every probe and is scored only where another version is.
 */
final class ScoredReadings<T, C> extends KindReadings {
  private final Scored<T, C> family;
  private final Reader<T, C> reader;
  private final String anchor;
  private final Map<Integer, List<Double>> anchorScores = new HashMap<>();
  private final Map<String, List<Double>> divergences = new HashMap<>();

  ScoredReadings(Scored<T, C> family, Reader<T, C> reader, int batch, String anchor) {
    super(family, batch);
    this.family = family;
    this.reader = reader;
    this.anchor = anchor;
  }

  @Override
  void read(String version, List<Integer> probes, Known known) {
    if (version.equals(anchor)) {
      probes.forEach(probe -> known.put(probe, OptionalDouble.of(1)));
      return;
    }
    List<Integer> first = probes.stream().filter(p -> !anchorScores.containsKey(p)).toList();
    if (!first.isEmpty()) {
      List<List<Double>> scores = scores(anchor, first);
      for (int k = 0; k < first.size(); k++) {
        anchorScores.put(first.get(k), scores.get(k));
      }
    }
    List<List<Double>> scores = scores(version, probes);
    for (int k = 0; k < probes.size(); k++) {
      int probe = probes.get(k);
      List<Double> anchors = Objects.requireNonNull(anchorScores.get(probe));
      known.put(probe, family.reading(scores.get(k), anchors));
      family
          .divergence(scores.get(k), anchors)
          .ifPresent(
              nats -> divergences.computeIfAbsent(version, id -> new ArrayList<>()).add(nats));
    }
  }

  /** The scores of the options of each probe. */
  private List<List<Double>> scores(String version, List<Integer> probes) {
    List<Double> all = reader.scores(version, family, probes);
    List<List<Double>> scores = new ArrayList<>(probes.size());
    int from = 0;
    for (int probe : probes) {
      int to = from + family.attempts(probe);
      scores.add(List.copyOf(all.subList(from, to)));
      from = to;
    }
    return scores;
  }

  @Override
  long unread(String version) {
    int unread =
        version.equals(anchor) ? family.size() - anchorScores.size() : known(version).unread();
    return (long) unread * family.attempts();
  }

  @Override
  long attempts(Set<String> versions, int probe) {
    long unread =
        versions.stream()
            .filter(version -> !version.equals(anchor) && !known(version).isRead(probe))
            .count();
    unread += unread > 0 && !anchorScores.containsKey(probe) ? 1 : 0;
    return unread * family.attempts(probe);
  }

  /** Generation 0 is scored, whether it is asked about or not. */
  @Override
  long dearest(Set<String> versions) {
    long scored = versions.contains(anchor) ? versions.size() : versions.size() + 1L;
    return scored * family.attempts();
  }

  @Override
  OptionalDouble divergence(String version) {
    return divergences.getOrDefault(version, List.of()).stream().mapToDouble(d -> d).average();
  }

  @Override
  void forgetAllBut(List<String> kept) {
    super.forgetAllBut(kept);
    divergences.keySet().retainAll(kept);
  }
}
