package dev.rsi.core;

import dev.rsi.api.ModelVersion;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import dev.rsi.core.gate.ProbeBank;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** One decision's probes: draws tasks of the bank and has the versions attempt them. */
final class BankProbes<T, C> implements ProbeSource {
  private final ProbeBank<T, C> bank;
  private final ProbeReadings<T, C> readings;
  private final Map<Role, ModelVersion> versions;
  private final long ordinal;
  private final Map<String, List<Integer>> order = new HashMap<>();
  private final Map<String, Integer> drawn = new HashMap<>();
  private volatile boolean open = true;

  BankProbes(
      ProbeBank<T, C> bank,
      ProbeReadings<T, C> readings,
      Map<Role, ModelVersion> versions,
      long ordinal,
      Seeds seeds) {
    this.bank = bank;
    this.readings = readings;
    this.versions = new EnumMap<>(versions);
    this.ordinal = ordinal;
    for (Map.Entry<String, List<T>> kind : bank.tasks().entrySet()) {
      List<Integer> indices = new ArrayList<>();
      for (int i = 0; i < kind.getValue().size(); i++) {
        indices.add(i);
      }
      Collections.shuffle(indices, new Random(seeds.of("probe order/" + kind.getKey(), ordinal)));
      order.put(kind.getKey(), indices);
    }
  }

  @Override
  public List<ProbeKind> kinds() {
    return bank.tasks().entrySet().stream()
        .map(kind -> new ProbeKind(kind.getKey(), kind.getValue().size()))
        .toList();
  }

  @Override
  public long ordinal() {
    return ordinal;
  }

  @Override
  public List<ProbeResult> pull(String kind, int count, Set<Role> roles) {
    if (!open) {
      throw new IllegalStateException("The decision is over: no more probes.");
    }
    List<Integer> indices = order.get(kind);
    if (indices == null) {
      throw new IllegalArgumentException(
          "There is no probe kind (" + kind + "), only " + bank.tasks().keySet() + ".");
    }
    if (count < 1 || roles.isEmpty()) {
      throw new IllegalArgumentException(
          "A pull needs count (" + count + ") >= 1 and at least one role, got " + roles + ".");
    }
    int from = drawn.getOrDefault(kind, 0);
    List<Integer> next = indices.subList(from, (int) Math.min(indices.size(), (long) from + count));
    drawn.put(kind, from + next.size());
    List<Map<Role, Double>> found = new ArrayList<>();
    next.forEach(i -> found.add(new EnumMap<>(Role.class)));
    for (Role role : roles) {
      ModelVersion version = versions.get(role);
      if (version != null) {
        List<Double> values = readings.read(version, kind, next);
        for (int i = 0; i < next.size(); i++) {
          double value = values.get(i);
          if (!Double.isNaN(value)) {
            found.get(i).put(role, value);
          }
        }
      }
    }
    List<ProbeResult> results = new ArrayList<>();
    for (int i = 0; i < next.size(); i++) {
      results.add(new ProbeResult(kind + "/" + next.get(i), found.get(i)));
    }
    return results;
  }

  /** The decision is made: a gate that kept this object gets nothing more out of it. */
  void close() {
    open = false;
  }
}
