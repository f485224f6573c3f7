package dev.rsi.core.internal.judging;

import static com.google.common.collect.ImmutableSet.toImmutableSet;

import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import dev.rsi.core.internal.ProbeOrder;
import dev.rsi.core.internal.probe.Family;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One decision's probes: draws them in the decision's secret order and has the versions read. */
final class DecisionProbes<T, C> implements ProbeSource {
  private final BankInUse<T, C> bank;
  private final Map<Role, String> versions = new EnumMap<>(Role.class);
  private final @Nullable BestVersions best;
  private final long decision;
  private final double histories;
  private final Map<String, List<Integer>> order = new HashMap<>();
  private final Map<String, Integer> drawn = new HashMap<>();
  private final int together;
  private long left;
  private volatile boolean open = true;
  private boolean checked;

  /**
   * Probes for a decision.
   *
   * @param best versions so far; null where the gate does not ask for them
   * @param decision its number in the lineage, from 1
   * @param histories how many histories of answers the bank may have given before it
   * @param secret fixes the order
   * @param most attempts that it may take; {@link Long#MAX_VALUE} for all that it takes
   * @param together how many attempts the model makes at once
   */
  DecisionProbes(
      BankInUse<T, C> bank,
      Map<Role, String> versions,
      @Nullable BestVersions best,
      long decision,
      double histories,
      long secret,
      long most,
      int together) {
    this.bank = bank;
    this.versions.putAll(versions);
    this.best = best;
    this.left = most;
    this.together = together;
    this.decision = decision;
    this.histories = histories;
    for (Family<T, C> family : bank.families()) {
      order.put(family.name(), ProbeOrder.of(secret, family.name(), decision, family.size()));
    }
  }

  @Override
  public List<ProbeKind> kinds() {
    return bank.families().stream().map(f -> new ProbeKind(f.name(), f.size())).toList();
  }

  @Override
  public long ordinal() {
    return decision;
  }

  @Override
  public Set<Role> roles() {
    return best == null ? ProbeSource.super.roles() : EnumSet.allOf(Role.class);
  }

  /** The version that has a role on a kind; null if none has. */
  private @Nullable String version(Role role, String kind) {
    return role == Role.BEST && best != null ? best.of(kind) : versions.get(role);
  }

  @Override
  public long bank() {
    return bank.number();
  }

  @Override
  public double histories() {
    return histories;
  }

  @Override
  public int together() {
    return together;
  }

  @Override
  public List<String> faults() {
    checked = true;
    return bank.read(bank::faults);
  }

  @Override
  public List<ProbeResult> pull(String kind, int count, Set<Role> roles) {
    return bank.read(() -> pulled(kind, count, roles));
  }

  private List<ProbeResult> pulled(String kind, int count, Set<Role> roles) {
    List<Integer> indices = order(kind);
    if (count < 1 || roles.isEmpty()) {
      throw new IllegalArgumentException(
          "A pull needs count (" + count + ") >= 1 and at least one role, got " + roles + ".");
    }
    checked = false;
    int from = drawn.getOrDefault(kind, 0);
    List<Integer> wanted =
        indices.subList(from, (int) Math.min(indices.size(), (long) from + count));
    Set<String> asked =
        roles.stream()
            .map(role -> version(role, kind))
            .filter(Objects::nonNull)
            .collect(toImmutableSet());
    List<Integer> next = affordable(kind, wanted, asked);
    drawn.put(kind, from + next.size());
    Map<Role, List<Double>> readings = new EnumMap<>(Role.class);
    // In their own order: that of a set differs between processes.
    for (Role role : EnumSet.copyOf(roles)) {
      String version = version(role, kind);
      if (version != null) {
        readings.put(role, bank.readings().read(version, kind, next));
      }
    }
    return results(kind, next, readings);
  }

  @Override
  public List<ProbeResult> retest(String kind, int count) {
    return bank.read(() -> retested(kind, count));
  }

  private List<ProbeResult> retested(String kind, int count) {
    // When probes run short, the proof gets them first.
    if (!bank.variesBySeed(kind) || left < Long.MAX_VALUE) {
      return List.of();
    }
    int most = Math.min(BankInUse.RETESTS, drawn.getOrDefault(kind, 0));
    String incumbent = Objects.requireNonNull(versions.get(Role.INCUMBENT));
    List<Integer> probes = order(kind).subList(0, Math.max(0, Math.min(count, most)));
    return results(
        kind,
        probes,
        Map.of(
            Role.INCUMBENT, bank.readings().read(incumbent, kind, probes),
            Role.CHALLENGER, bank.again().read(incumbent, kind, probes)));
  }

  /**
   * The first of some probes, as many as there is still room for; takes what they take. A probe is
   * left out when the dearest could not be paid for, whether it is one or not: if it were drawn for
   * being cheap, as it was read before, it would be no fair draw.
   */
  private List<Integer> affordable(String kind, List<Integer> probes, Set<String> asked) {
    if (left == Long.MAX_VALUE) {
      return probes;
    }
    KindReadings readings = bank.readings().kind(kind);
    long dearest = readings.dearest(asked);
    for (int i = 0; i < probes.size(); i++) {
      if (dearest > left) {
        return probes.subList(0, i);
      }
      left -= readings.attempts(asked, probes.get(i));
    }
    return probes;
  }

  private List<Integer> order(String kind) {
    if (!open) {
      throw new IllegalStateException("No decision is under way: there are no probes to be had.");
    }
    List<Integer> indices = order.get(kind);
    if (indices == null) {
      throw new IllegalArgumentException(
          "There is no probe kind (" + kind + "), only " + order.keySet() + ".");
    }
    return indices;
  }

  private static List<ProbeResult> results(
      String kind, List<Integer> probes, Map<Role, List<Double>> readings) {
    List<ProbeResult> results = new ArrayList<>(probes.size());
    for (int i = 0; i < probes.size(); i++) {
      Map<Role, Double> found = new EnumMap<>(Role.class);
      for (Map.Entry<Role, List<Double>> role : readings.entrySet()) {
        double value = role.getValue().get(i);
        if (!Double.isNaN(value)) {
          found.put(role.getKey(), value);
        }
      }
      results.add(new ProbeResult(kind + "/" + probes.get(i), found));
    }
    return results;
  }

  /** Whether the gate asked for faults after its last pull. */
  boolean isChecked() {
    return checked;
  }

  /** The decision is made: a gate that kept this object gets nothing more out of it. */
  void close() {
    open = false;
  }
}
