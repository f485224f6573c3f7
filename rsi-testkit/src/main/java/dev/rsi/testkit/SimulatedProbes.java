package dev.rsi.testkit;

import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Evidence of known truth for a gate: per kind, the probability that each role solves a probe.
 *
 * <p>The roles share a probe's luck: of two roles the more skilled one solves it whenever the other
 * does, and roles of equal skill always read the same; {@link #churn} loosens that. Readings are 0
 * or 1. What is drawn depends on the seed and on how much of each kind was pulled before, never on
 * the roles asked or on the order in which kinds are pulled.
 *
 * <p>Records what was pulled. For one decision and one thread, like every {@link ProbeSource}.
 */
public final class SimulatedProbes implements ProbeSource {

  private record Truth(
      int index, int available, double anchor, double incumbent, double challenger) {
    double of(Role role) {
      return switch (role) {
        case ANCHOR, BEST -> anchor;
        case INCUMBENT -> incumbent;
        case CHALLENGER -> challenger;
      };
    }
  }

  private final long seed;
  private final Map<String, Truth> truths = new LinkedHashMap<>();
  private final Map<String, Integer> pulled = new HashMap<>();
  private final Map<Role, Double> missing = new EnumMap<>(Role.class);
  private final List<Set<Role>> asked = new ArrayList<>();
  private long ordinal = 1;
  private double churn;
  private int atMost = Integer.MAX_VALUE;
  private int failingPull = Integer.MAX_VALUE;
  private @Nullable RuntimeException failure;

  private SimulatedProbes(long seed) {
    this.seed = seed;
  }

  /** Probes without any kind yet. Equal seeds and settings give equal readings. */
  public static SimulatedProbes seeded(long seed) {
    return new SimulatedProbes(seed);
  }

  /**
   * Adds a kind, with the probability that each role solves a probe of it.
   *
   * @param name distinct
   * @param available how many probes there are, 1 or more
   * @param anchor in [0, 1]
   * @param incumbent in [0, 1]
   * @param challenger in [0, 1]
   */
  public SimulatedProbes kind(
      String name, int available, double anchor, double incumbent, double challenger) {
    Truth truth =
        new Truth(
            truths.size(),
            Checks.atLeast(1, available, "available"),
            Checks.share(anchor, "anchor"),
            Checks.share(incumbent, "incumbent"),
            Checks.share(challenger, "challenger"));
    if (truths.putIfAbsent(name, truth) != null) {
      throw new IllegalArgumentException("Kind (" + name + ") appears twice.");
    }
    return this;
  }

  /** Which decision of the lineage this is; 1 by default. */
  public SimulatedProbes ordinal(long number) {
    this.ordinal = number;
    return this;
  }

  /** Share of readings, in [0, 1], in which a role's luck is its own. By default 0. */
  public SimulatedProbes churn(double share) {
    this.churn = Checks.share(share, "churn");
    return this;
  }

  /**
   * Share of a role's readings, in [0, 1], that are missing; by default 0. The probes that the role
   * would have failed go missing first: leaving them out flatters it most.
   */
  public SimulatedProbes missing(Role role, double share) {
    missing.put(role, Checks.share(share, "missing"));
    return this;
  }

  /** Gives no more than this many probes of a kind, although more are announced. */
  public SimulatedProbes giveAtMost(int count) {
    this.atMost = Checks.atLeast(0, count, "count");
    return this;
  }

  /**
   * Throws at a pull, and at every one after it.
   *
   * @param pull number of the pull, from 1
   */
  public SimulatedProbes throwFromPull(int pull, RuntimeException exception) {
    this.failingPull = Checks.atLeast(1, pull, "pull");
    this.failure = exception;
    return this;
  }

  /** How many probes of each kind were given so far; kinds never pulled are not in it. */
  public Map<String, Integer> given() {
    return Map.copyOf(pulled);
  }

  /** The roles asked for, pull by pull. */
  public List<Set<Role>> asked() {
    return List.copyOf(asked);
  }

  @Override
  public List<ProbeKind> kinds() {
    return truths.entrySet().stream()
        .map(entry -> new ProbeKind(entry.getKey(), entry.getValue().available))
        .toList();
  }

  @Override
  public long ordinal() {
    return ordinal;
  }

  @Override
  public List<ProbeResult> pull(String kind, int count, Set<Role> roles) {
    Truth truth = truths.get(kind);
    if (truth == null) {
      throw new IllegalArgumentException(
          "There is no probe kind (" + kind + "), only " + truths.keySet() + ".");
    }
    Checks.atLeast(1, count, "count");
    Checks.atLeast(1, roles.size(), "number of roles");
    asked.add(Set.copyOf(roles));
    if (failure != null && asked.size() >= failingPull) {
      throw failure;
    }
    int from = pulled.getOrDefault(kind, 0);
    int to = (int) Math.min((long) from + count, Math.min(truth.available, atMost));
    List<ProbeResult> results = new ArrayList<>();
    for (int i = from; i < to; i++) {
      results.add(result(kind, truth, i, roles));
    }
    pulled.put(kind, Math.max(from, to));
    return results;
  }

  private ProbeResult result(String kind, Truth truth, int probe, Set<Role> roles) {
    SplittableRandom random =
        new SplittableRandom(seed + 0x9E3779B97F4A7C15L * (1_000_003L * truth.index + probe));
    // A hash of its own for every probe: nearby states would give related first draws.
    random = new SplittableRandom(random.nextLong());
    double shared = random.nextDouble();
    Map<Role, Double> readings = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      double own = random.nextDouble();
      double luck = random.nextDouble() < churn ? own : shared;
      // Luck near 1 fails, so these are the failures first.
      boolean isMissing = luck >= 1 - missing.getOrDefault(role, 0.0);
      if (roles.contains(role) && !isMissing) {
        readings.put(role, luck < truth.of(role) ? 1.0 : 0.0);
      }
    }
    return new ProbeResult(kind + " #" + (probe + 1), readings);
  }
}
