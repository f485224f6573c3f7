package dev.rsi.core.gate;

import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Probes of known pass rates; the three versions share a probe's luck. */
final class LawProbes implements ProbeSource {
  private final long seed;
  private final Map<String, double[]> rates = new LinkedHashMap<>();
  private final List<ProbeKind> kinds = new ArrayList<>();
  private final Map<String, Integer> pulled = new LinkedHashMap<>();
  private long ordinal = 1;
  private long bank = 1;
  private double histories = 1;
  private List<String> faults = List.of();
  private int faultsAfter;
  private double noise;
  private double missing;
  private boolean fractional;
  private int atMost = Integer.MAX_VALUE;
  private int breakAfter = Integer.MAX_VALUE;
  private @Nullable RuntimeException failure;

  LawProbes(long seed) {
    this.seed = seed;
  }

  LawProbes kind(String name, int available, double anchor, double incumbent, double challenger) {
    kinds.add(new ProbeKind(name, available));
    rates.put(name, new double[] {anchor, incumbent, challenger});
    return this;
  }

  LawProbes ordinal(long number) {
    ordinal = number;
    return this;
  }

  LawProbes missing(double share) {
    missing = share;
    return this;
  }

  /** Readings between 0 and 1 instead of only those. */
  LawProbes fractional(boolean so) {
    fractional = so;
    return this;
  }

  LawProbes giveAtMost(int count) {
    atMost = count;
    return this;
  }

  LawProbes breakAfter(int probes, RuntimeException exception) {
    breakAfter = probes;
    failure = exception;
    return this;
  }

  LawProbes bank(long number, double answers) {
    bank = number;
    histories = answers;
    return this;
  }

  LawProbes faults(String fault) {
    return faultsAfter(0, fault);
  }

  /** Faults that show from the first probe on. */
  LawProbes faultsAfter(int probes, String fault) {
    faultsAfter = probes;
    faults = List.of(fault);
    return this;
  }

  /** Share of the probes that read otherwise when the incumbent is read again: the first ones. */
  LawProbes noise(double share) {
    noise = share;
    return this;
  }

  @Override
  public long bank() {
    return bank;
  }

  @Override
  public double histories() {
    return histories;
  }

  @Override
  public List<String> faults() {
    return pulled() >= faultsAfter ? faults : List.of();
  }

  @Override
  public List<ProbeResult> retest(String kind, int count) {
    List<ProbeResult> results = new ArrayList<>();
    for (int i = 0; noise > 0 && i < count; i++) {
      double again = i < noise * count ? 0 : 1;
      results.add(new ProbeResult(kind + i, Map.of(Role.INCUMBENT, 1.0, Role.CHALLENGER, again)));
    }
    return results;
  }

  int pulled(String kind) {
    return pulled.getOrDefault(kind, 0);
  }

  int pulled() {
    return pulled.values().stream().mapToInt(n -> n).sum();
  }

  @Override
  public List<ProbeKind> kinds() {
    return kinds;
  }

  @Override
  public long ordinal() {
    return ordinal;
  }

  @Override
  public List<ProbeResult> pull(String kind, int count, Set<Role> roles) {
    if (failure != null && pulled() >= breakAfter) {
      throw failure;
    }
    int from = pulled(kind);
    double[] rate = rates.getOrDefault(kind, new double[3]);
    int available =
        kinds.stream().filter(k -> k.name().equals(kind)).findFirst().orElseThrow().available();
    List<ProbeResult> results = new ArrayList<>();
    for (int i = from; i < Math.min(Math.min(available, atMost), from + count); i++) {
      SplittableRandom random =
          new SplittableRandom(seed * 1_000_003 + kind.hashCode() * 7919L + i);
      random = new SplittableRandom(random.nextLong());
      double luck = random.nextDouble();
      Map<Role, Double> readings = new EnumMap<>(Role.class);
      for (Role role : roles) {
        double reading = luck < rate[role.ordinal()] ? 1 : 0;
        readings.put(role, fractional ? .1 + .8 * reading : reading);
      }
      if (random.nextDouble() < missing) {
        readings.remove(Role.CHALLENGER);
      }
      results.add(new ProbeResult(kind + i, readings));
    }
    pulled.merge(kind, results.size(), Integer::sum);
    return results;
  }
}
