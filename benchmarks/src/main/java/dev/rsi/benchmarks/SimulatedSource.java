package dev.rsi.benchmarks;

import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Simulated probes of some kinds for one decision; counts those given. */
class SimulatedSource implements ProbeSource {
  private final List<ProbeKind> kinds;
  private final List<SimulatedKind> laws;
  private final long ordinal;
  private final SplittableRandom random;
  private int given;

  SimulatedSource(
      List<ProbeKind> kinds, List<SimulatedKind> laws, long ordinal, SplittableRandom random) {
    this.kinds = kinds;
    this.laws = laws;
    this.ordinal = ordinal;
    this.random = random;
  }

  static List<ProbeKind> kinds(int count, int available) {
    List<ProbeKind> kinds = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      kinds.add(new ProbeKind("kind " + i, available));
    }
    return kinds;
  }

  int given() {
    return given;
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
    int k = 0;
    while (!kinds.get(k).name().equals(kind)) {
      k++;
    }
    List<ProbeResult> results = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      results.add(laws.get(k).draw(random));
    }
    given += count;
    return results;
  }
}
