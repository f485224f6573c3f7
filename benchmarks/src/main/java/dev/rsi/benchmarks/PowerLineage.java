package dev.rsi.benchmarks;

import dev.rsi.api.GateDecision;
import dev.rsi.api.GateFinding;
import dev.rsi.api.ProbeKind;
import dev.rsi.api.ProbeResult;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.Role;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * A lineage of which only the share is known that each version gets right of each kind. Every probe
 * is drawn anew, and versions that differ flip a share of probes for no reason, however far apart.
 */
final class PowerLineage {
  private static final double CHURN = .03;
  private static final double LEAST = .05;
  private static final double MOST = .95;

  private final SplittableRandom random;
  private final int items;
  private final double[] anchor;
  private final double[] best;
  private final boolean[] isAnchor;
  private final boolean[] isIncumbent;
  private double[] incumbent;
  private double[] challenger;

  PowerLineage(int kinds, int items, double first, double live, SplittableRandom random) {
    this.random = random;
    this.items = items;
    this.anchor = filled(kinds, first);
    this.incumbent = filled(kinds, live);
    this.challenger = incumbent;
    this.best = anchor.clone();
    this.isAnchor = new boolean[kinds];
    Arrays.fill(isAnchor, true);
    this.isIncumbent = new boolean[kinds];
  }

  private static double[] filled(int kinds, double value) {
    double[] values = new double[kinds];
    Arrays.fill(values, value);
    return values;
  }

  /** Makes a challenger: the incumbent with such changes, within what a kind can be. */
  void challenge(double[] change) {
    challenger = new double[change.length];
    for (int k = 0; k < change.length; k++) {
      challenger[k] = Math.min(MOST, Math.max(LEAST, incumbent[k] + change[k]));
    }
  }

  /** Makes the challenger live, and the best of the kinds on which it is proven to be. */
  void promote(GateDecision decision) {
    incumbent = challenger;
    Arrays.fill(isIncumbent, false);
    for (GateFinding finding : decision.findings()) {
      if (finding.verdict().equals("better")) {
        String kind = finding.signal().substring(0, finding.signal().indexOf(" against "));
        int k = Integer.parseInt(kind.substring("kind ".length()));
        best[k] = challenger[k];
        isIncumbent[k] = true;
        isAnchor[k] = false;
      }
    }
  }

  double live() {
    return PowerWorld.mean(incumbent);
  }

  Source source(long ordinal) {
    return new Source(ordinal);
  }

  /** One decision. */
  final class Source implements ProbeSource {
    private final long ordinal;
    private int given;

    private Source(long ordinal) {
      this.ordinal = ordinal;
    }

    int given() {
      return given;
    }

    @Override
    public List<ProbeKind> kinds() {
      return SimulatedSource.kinds(anchor.length, items);
    }

    @Override
    public Set<Role> roles() {
      return Set.of(Role.values());
    }

    @Override
    public long ordinal() {
      return ordinal;
    }

    @Override
    public List<ProbeResult> pull(String kind, int count, Set<Role> roles) {
      int k = Integer.parseInt(kind.substring("kind ".length()));
      given += count;
      return Stream.generate(() -> draw(k)).limit(count).toList();
    }

    private ProbeResult draw(int kind) {
      double mean = challenger[kind];
      boolean right = random.nextDouble() < mean;
      Map<Role, Double> readings = new EnumMap<>(Role.class);
      readings.put(Role.CHALLENGER, right ? 1.0 : 0.0);
      double first = other(right, mean, anchor[kind]);
      double live = other(right, mean, incumbent[kind]);
      readings.put(Role.ANCHOR, first);
      readings.put(Role.INCUMBENT, live);
      readings.put(
          Role.BEST,
          isAnchor[kind] ? first : isIncumbent[kind] ? live : other(right, mean, best[kind]));
      return new ProbeResult("probe", readings);
    }

    private Double other(boolean right, double mean, double reference) {
      double lost = CHURN / 2 + Math.max(0, reference - mean);
      double gained = CHURN / 2 + Math.max(0, mean - reference);
      boolean flips = random.nextDouble() < (right ? gained / mean : lost / (1 - mean));
      return right != flips ? 1.0 : 0.0;
    }
  }
}
