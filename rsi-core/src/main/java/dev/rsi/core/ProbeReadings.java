package dev.rsi.core;

import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.Verdict;
import dev.rsi.core.gate.ProbeBank;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Readings of a bank's tasks by version. A version is immutable and a task's seed is fixed for the
 * run, so a reading is made once: that of generation 0 serves every decision.
 */
final class ProbeReadings<T, C> {
  private static final double UNREAD = Double.NEGATIVE_INFINITY;

  private final String stream;
  private final ProbeBank<T, C> bank;
  private final Attempts<T, C> attempts;
  private final Seeds seeds;
  private final int batch;
  private final Examiner<T, C> judge;
  private final Map<String, Map<String, double[]>> byVersion = new HashMap<>();

  ProbeReadings(
      String stream, ProbeBank<T, C> bank, Attempts<T, C> attempts, Seeds seeds, int batch) {
    this.stream = stream;
    this.bank = bank;
    this.attempts = attempts;
    this.seeds = seeds;
    this.batch = batch;
    this.judge = new Examiner<>(bank.judge(), null, dev.rsi.api.Rubric.overall());
  }

  /** The most attempts it takes to read the whole bank with one version. */
  long worstCase() {
    return bank.size();
  }

  /** The readings of some tasks of a kind, in order; NaN where one is missing. */
  List<Double> read(ModelVersion version, String kind, List<Integer> indices) {
    List<T> tasks = bank.tasks().getOrDefault(kind, List.of());
    double[] known =
        byVersion
            .computeIfAbsent(version.id(), id -> new HashMap<>())
            .computeIfAbsent(kind, k -> unread(tasks.size()));
    List<Integer> missing = indices.stream().filter(i -> known[i] == UNREAD).toList();
    for (int from = 0; from < missing.size(); from += batch) {
      List<Integer> part = missing.subList(from, Math.min(missing.size(), from + batch));
      List<Request<T>> requests = new ArrayList<>(part.size());
      for (int i : part) {
        requests.add(new Request<>(tasks.get(i), seeds.of(stream + "/" + kind, i)));
      }
      List<Output<C>> outputs = attempts.make(version, stream, requests);
      for (int k = 0; k < part.size(); k++) {
        known[part.get(k)] = reading(tasks.get(part.get(k)), outputs.get(k));
      }
    }
    return indices.stream().map(i -> known[i]).toList();
  }

  /** The share of tasks solved per kind, in [0, 1]; a missing reading counts as not solved. */
  Map<String, Double> solved(ModelVersion version) {
    Map<String, Double> solved = new java.util.LinkedHashMap<>();
    bank.tasks()
        .forEach(
            (kind, tasks) -> {
              List<Integer> all = new ArrayList<>();
              for (int i = 0; i < tasks.size(); i++) {
                all.add(i);
              }
              long right = read(version, kind, all).stream().filter(r -> r == 1).count();
              solved.put(kind, (double) right / tasks.size());
            });
    return solved;
  }

  private double reading(T task, Output<C> output) {
    Verdict verdict = judge.examine(task, List.of(output)).get(0).verdict();
    return verdict.outcome() == Verdict.Outcome.UNDECIDED ? Double.NaN : verdict.score();
  }

  private static double[] unread(int size) {
    double[] readings = new double[size];
    Arrays.fill(readings, UNREAD);
    return readings;
  }
}
