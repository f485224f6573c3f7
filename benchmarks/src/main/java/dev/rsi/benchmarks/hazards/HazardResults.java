package dev.rsi.benchmarks.hazards;

import dev.rsi.api.GateDecision.Action;
import dev.rsi.benchmarks.hazards.HazardRun.Verdict;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The runs of a study, and its table. */
public final class HazardResults {
  private final List<HazardRun> runs;

  HazardResults(List<HazardRun> runs) {
    this.runs = List.copyOf(runs);
  }

  /** The names of the hazards that there are runs of. */
  public List<String> hazards() {
    return runs.stream()
        .map(HazardRun::hazard)
        .filter(name -> !name.equals(HazardStudy.HEALTHY))
        .distinct()
        .toList();
  }

  private List<HazardRun> of(String hazard) {
    return runs.stream().filter(run -> run.hazard().equals(hazard)).toList();
  }

  private long count(String hazard, Verdict verdict) {
    return of(hazard).stream().filter(run -> run.verdict() == verdict).count();
  }

  /** Runs in which a harmful challenger came, and none went live. */
  public long detected(String hazard) {
    return count(hazard, Verdict.DETECTED);
  }

  /** Runs in which a harmful version went live. */
  public long missed(String hazard) {
    return count(hazard, Verdict.MISSED);
  }

  /** Runs in which the hazard harmed nobody, as far as the exam tells. */
  public long harmless(String hazard) {
    return count(hazard, Verdict.HARMLESS);
  }

  /** Runs without a hazard. */
  public long healthy() {
    return of(HazardStudy.HEALTHY).size();
  }

  /** Runs without a hazard in which a challenger was rolled back that was not harmful. */
  public long falseAlarms() {
    return of(HazardStudy.HEALTHY).stream().filter(run -> run.falseAlarms() > 0).count();
  }

  /** The same, counting challengers that lost no more than what is tolerated. */
  public long falseAlarmsOnClean() {
    return of(HazardStudy.HEALTHY).stream()
        .filter(
            run ->
                run.steps().stream()
                    .anyMatch(step -> step.action() == Action.ROLLBACK && step.clean()))
        .count();
  }

  /** The share of the challengers of runs without a hazard that went live. */
  public double promoted() {
    return share(Action.PROMOTE);
  }

  private double share(Action action) {
    return of(HazardStudy.HEALTHY).stream()
        .flatMap(run -> run.steps().stream())
        .mapToInt(step -> step.action() == action ? 1 : 0)
        .average()
        .orElse(0);
  }

  void print(PrintStream out) {
    out.printf(
        "%n%-18s %5s %8s %7s %9s %9s %6s %6s %7s  %-22s %s%n",
        "hazard",
        "runs",
        "detected",
        "missed",
        "harmless",
        "rollback",
        "hold",
        "named",
        "probes",
        "true loss, times limit",
        "named by the gate");
    hazards().forEach(hazard -> print(out, hazard));
    printHealthy(out);
  }

  private void print(PrintStream out, String hazard) {
    List<Step> harms =
        of(hazard).stream().map(HazardRun::firstHarm).flatMap(Optional::stream).toList();
    Map<String, Long> signals = new LinkedHashMap<>();
    harms.forEach(step -> signals.merge(step.signal(), 1L, Long::sum));
    out.printf(
        Locale.ROOT,
        "%-18s %5d %8d %7d %9d %9d %6d %6d %7.0f  %-22s %s%n",
        hazard,
        of(hazard).size(),
        detected(hazard),
        missed(hazard),
        harmless(hazard),
        harms.stream().filter(step -> step.action() == Action.ROLLBACK).count(),
        harms.stream().filter(step -> step.action() == Action.HOLD).count(),
        harms.stream().filter(Step::named).count(),
        quantile(harms.stream().map(step -> (double) step.probes()).toList(), 0.5),
        spread(harms.stream().map(step -> step.worst().ofLimit()).toList()),
        signals.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .map(e -> e.getKey() + " " + e.getValue())
            .collect(Collectors.joining(", ")));
  }

  private void printHealthy(PrintStream out) {
    List<HazardRun> all = of(HazardStudy.HEALTHY);
    List<Step> steps = all.stream().flatMap(run -> run.steps().stream()).toList();
    out.printf(
        Locale.ROOT,
        "%nhealthy: %d runs, %d challengers: %.1f %% promoted, %.1f %% held, %.1f %% rolled back;"
            + " runs with a promotion: %d%n",
        all.size(),
        steps.size(),
        100 * share(Action.PROMOTE),
        100 * share(Action.HOLD),
        100 * share(Action.ROLLBACK),
        all.stream().filter(run -> run.count(Action.PROMOTE) > 0).count());
    out.printf(
        Locale.ROOT,
        "healthy runs with a rollback of a challenger that was not harmful: %d, of one that was"
            + " clean: %d; harmful challengers: %d, of them promoted %d; loss as a share of the limit: %s; probes: median %.0f%n",
        falseAlarms(),
        falseAlarmsOnClean(),
        steps.stream().filter(Step::harmful).count(),
        steps.stream().filter(s -> s.harmful() && s.action() == Action.PROMOTE).count(),
        spread(steps.stream().map(step -> step.worst().ofLimit()).toList()),
        quantile(steps.stream().map(step -> (double) step.probes()).toList(), 0.5));
    out.printf(
        Locale.ROOT,
        "seconds per run: %s%n",
        spread(runs.stream().map(HazardRun::seconds).toList()));
  }

  private static String spread(List<Double> values) {
    return String.format(
        Locale.ROOT,
        "%.2f (%.2f to %.2f)",
        quantile(values, 0.5),
        quantile(values, 0),
        quantile(values, 1));
  }

  private static double quantile(List<Double> values, double q) {
    return values.isEmpty()
        ? Double.NaN
        : values.stream().sorted().toList().get((int) Math.round(q * (values.size() - 1)));
  }
}
