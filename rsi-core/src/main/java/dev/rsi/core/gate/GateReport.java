package dev.rsi.core.gate;

import static java.util.stream.Collectors.joining;

import dev.rsi.api.GateDecision;
import dev.rsi.api.Role;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Decisions of an {@link AnchoredGate} as a person reads them: which signal, how far it drifted,
 * how sure that is, and how much of the limit is used. Made from recorded findings alone. Field
 * term: evaluation report.
 */
public final class GateReport {
  /** Confidence of the bounds on each drift, at all times. */
  public static final double CONFIDENCE = 0.95;

  /** From this slope on, drift per decision is told from noise by eye. */
  private static final double FLAT = 1e-4;

  private final GateDecision decision;
  private final Standing standing;
  private final List<Row> rows;

  /**
   * One signal.
   *
   * @param signal kind and reference
   * @param probes how many were run
   * @param missing of them without a reading
   * @param drift mean drift seen; positive is worse
   * @param from lower bound on the drift, at {@link #CONFIDENCE}
   * @param to upper bound on the drift, at {@link #CONFIDENCE}
   * @param used share of the limit that the upper bound takes up, 0 or more
   * @param safe whether the drift is proven to lie below the limit
   * @param left decisions until the limit is reached at the slope of the promoted ones; infinite
   *     without a slope
   */
  public record Row(
      String signal,
      long probes,
      long missing,
      double drift,
      double from,
      double to,
      double used,
      boolean safe,
      double left) {}

  private GateReport(GateDecision decision, Standing standing, List<Row> rows) {
    this.decision = decision;
    this.standing = standing;
    this.rows = List.copyOf(rows);
  }

  /**
   * The report on the last of some decisions; the ones before it give the slope.
   *
   * @param decisions in order, at least one; all of one lineage
   * @throws IllegalArgumentException if there are none, or one is not of an anchored gate
   */
  public static GateReport of(List<GateDecision> decisions) {
    if (decisions.isEmpty()) {
      throw new IllegalArgumentException("There are no decisions to report on.");
    }
    List<Standing> promoted = new ArrayList<>();
    for (GateDecision decision : decisions) {
      if (decision.promotes()) {
        promoted.add(DecisionRecord.read(decision.findings()));
      }
    }
    GateDecision last = decisions.get(decisions.size() - 1);
    Standing standing = DecisionRecord.read(last.findings());
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < standing.signals().size(); i++) {
      rows.add(row(standing, i, promoted));
    }
    return new GateReport(last, standing, rows);
  }

  private static Row row(Standing standing, int i, List<Standing> promoted) {
    Signal s = standing.signals().get(i);
    // A partial drift is split between 1 and -1, which only widens the bounds: logarithms are
    // concave. A missing one is the worst for each bound.
    double same = (double) s.same();
    double missing = (double) s.missing();
    double up = s.worse() + (s.partial() + s.partialSum()) / 2;
    double down = s.better() + (s.partial() - s.partialSum()) / 2;
    double level = 1 - CONFIDENCE;
    double to = ConfidenceSequence.upper(up + missing, same, down, level);
    double from = ConfidenceSequence.lower(up, same, down + missing, level);
    double limit = s.margins().limit();
    return new Row(
        s.name(),
        s.probes(),
        s.missing(),
        s.meanDrift(),
        from,
        to,
        Math.max(0, to) / limit,
        standing.safe(i),
        s.reference() == Role.ANCHOR ? left(s, i, promoted) : Double.POSITIVE_INFINITY);
  }

  private static double left(Signal last, int signal, List<Standing> promoted) {
    double n = promoted.size();
    double x = 0;
    double y = 0;
    double xx = 0;
    double xy = 0;
    for (Standing standing : promoted) {
      double g = standing.lineage().decisions();
      double drift = standing.signals().get(signal).meanDrift();
      x += g;
      y += drift;
      xx += g * g;
      xy += g * drift;
    }
    double slope = n < 2 ? 0 : (xy - x * y / n) / (xx - x * x / n);
    return slope > FLAT
        ? Math.max(0, last.margins().limit() - last.meanDrift()) / slope
        : Double.POSITIVE_INFINITY;
  }

  /** The signals, in the order of the kinds. */
  public List<Row> rows() {
    return rows;
  }

  /** The evidence of harm over the lineage, as a share of what would be ROLLBACK; 1 and more is. */
  public double harm() {
    return Math.exp(Math.min(700, standing.harmLog() - standing.harmNeeded()));
  }

  /**
   * The instrument's own noise: per kind, the share of probes that read differently when the
   * incumbent was read twice, in [0, 1]; kinds where it was not measured are not in it. Flips go
   * both ways: by themselves they move the mean drift of n probes by about the square root of noise
   * / n. Measured on the first pull of a kind, by default 8 probes, so it tells none from much;
   * four kinds in a decision, each in its turn.
   */
  public Map<String, Double> noise() {
    Map<String, Double> noise = new LinkedHashMap<>();
    for (Retest retest : DecisionRecord.retests(decision.findings())) {
      noise.put(retest.kind(), (double) retest.flips() / retest.probes());
    }
    return Collections.unmodifiableMap(noise);
  }

  private String noiseWords() {
    List<Retest> retests = DecisionRecord.retests(decision.findings());
    long probes = retests.stream().mapToLong(Retest::probes).sum();
    long flips = retests.stream().mapToLong(Retest::flips).sum();
    if (probes == 0) {
      return "The incumbent was not read twice: the instrument's noise is unknown.\n";
    }
    String noisy =
        retests.stream()
            .filter(r -> r.flips() > 0)
            .map(r -> r.kind() + " " + r.flips() + " of " + r.probes())
            .collect(joining(", "));
    return String.format(
        Locale.ROOT,
        "The incumbent against itself: %d of %d probes read differently%s.%n",
        flips,
        probes,
        noisy.isEmpty() ? "" : " (" + noisy + ")");
  }

  /** For people. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "Decision %d: %s. %s%n%d promotions before; evidence of harm at %.3g of what rolls"
                + " back.%n%-44s %7s %8s %18s %8s %5s %s%n",
            standing.lineage().decisions(),
            decision.action(),
            decision.reason(),
            standing.lineage().promotions(),
            harm(),
            "signal",
            "probes",
            "drift",
            "95 % between",
            "of limit",
            "safe",
            "left"));
    for (Row row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-44s %7d %+7.1f%% %+7.1f%% .. %+6.1f%% %7.0f%% %5s %s%s%n",
              row.signal,
              row.probes,
              100 * row.drift,
              100 * row.from,
              100 * row.to,
              100 * row.used,
              row.safe ? "yes" : "no",
              Double.isInfinite(row.left)
                  ? ""
                  : String.format(Locale.ROOT, "%.0f decisions", row.left),
              row.missing == 0 ? "" : " (" + row.missing + " missing)"));
    }
    return text.append(noiseWords()).toString();
  }
}
