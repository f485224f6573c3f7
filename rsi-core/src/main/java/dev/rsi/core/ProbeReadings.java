package dev.rsi.core;

import dev.rsi.api.CancelledException;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.core.gate.ProbeBank;
import dev.rsi.core.gate.ProbeFamily;
import dev.rsi.core.internal.Seeds;
import dev.rsi.core.report.Descriptives;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Readings of a bank's probes by version. A version is immutable and a probe's seeds are fixed for
 * the run, so a reading is made once: that of generation 0 serves every decision.
 */
final class ProbeReadings<T, C> {
  private static final Logger log = LoggerFactory.getLogger(ImprovementLoop.class);

  /** Longest run of characters that is counted for distinctness. */
  private static final int DISTINCT = 3;

  private static final double UNREAD = Double.NEGATIVE_INFINITY;

  private final String stream;
  private final boolean describing;
  private final ProbeBank<T, C> bank;
  private final Attempts<T, C> attempts;
  private final Seeds seeds;
  private final int batch;
  private final ModelVersion anchor;
  private final Map<String, List<Double>> anchorScores = new HashMap<>();
  private final Map<String, Map<String, double[]>> byVersion = new HashMap<>();
  private final Map<String, Map<String, List<Double>>> divergences = new HashMap<>();
  private final Map<String, List<String>> answers = new HashMap<>();

  /**
   * Readings under seeds of their own.
   *
   * @param stream names the seeds: readings of another stream are a second look
   * @param describing whether answers are kept until {@link #described} has been asked
   */
  ProbeReadings(
      String stream,
      boolean describing,
      ProbeBank<T, C> bank,
      ModelVersion anchor,
      Attempts<T, C> attempts,
      Seeds seeds,
      int batch) {
    this.stream = stream;
    this.describing = describing;
    this.bank = bank;
    this.anchor = anchor;
    this.attempts = attempts;
    this.seeds = seeds;
    this.batch = batch;
  }

  /** The most attempts it takes to read the whole bank with one version. */
  long worstCase() {
    return bank.attempts();
  }

  /** The readings of some probes of a kind, in order; NaN where one is missing. */
  List<Double> read(ModelVersion version, String kind, List<Integer> probes) {
    ProbeFamily<T, C> family = Objects.requireNonNull(bank.families().get(kind), kind);
    double[] known =
        byVersion
            .computeIfAbsent(version.id(), id -> new HashMap<>())
            .computeIfAbsent(kind, k -> unread(family.size()));
    List<Integer> unknown = probes.stream().filter(i -> known[i] == UNREAD).toList();
    int together = Math.max(1, batch / family.attempts());
    for (int from = 0; from < unknown.size(); from += together) {
      List<Integer> part = unknown.subList(from, Math.min(unknown.size(), from + together));
      if (family.choices(0).isEmpty()) {
        attempt(version, family, part, known);
      } else {
        score(version, family, part, known);
      }
    }
    return probes.stream().map(i -> known[i]).toList();
  }

  /**
   * What a version's answers and choices so far look like, for people: the share of distinct
   * characters, pairs and triples of them in the answers, and the mean divergence from generation 0
   * in nats per kind of choices.
   */
  Map<String, Double> described(ModelVersion version) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    List<String> texts = answers.getOrDefault(version.id(), List.of());
    for (int n = 1; !texts.isEmpty() && n <= DISTINCT; n++) {
      numbers.put("distinct-" + n, Descriptives.distinctCharacters(texts, n));
    }
    divergences
        .getOrDefault(version.id(), Map.of())
        .forEach(
            (kind, nats) ->
                numbers.put(
                    "divergence on " + kind,
                    nats.stream().mapToDouble(d -> d).average().orElse(Double.NaN)));
    return numbers;
  }

  /** Forgets what was read of all but some versions. */
  void forgetAllBut(List<ModelVersion> kept) {
    List<String> ids = kept.stream().map(ModelVersion::id).toList();
    byVersion.keySet().retainAll(ids);
    divergences.keySet().retainAll(ids);
    answers.clear();
  }

  private void attempt(
      ModelVersion version, ProbeFamily<T, C> family, List<Integer> part, double[] known) {
    int asks = family.asks(0).size();
    List<Request<T>> requests = new ArrayList<>(part.size() * asks);
    for (int probe : part) {
      List<T> tasks = family.asks(probe);
      for (int ask = 0; ask < asks; ask++) {
        long seed = seeds.of(stream + "/" + family.name(), probe, ask, 0);
        requests.add(new Request<>(tasks.get(ask), seed));
      }
    }
    List<Output<C>> outputs = attempts.make(version, stream, requests);
    note(version, outputs);
    for (int k = 0; k < part.size(); k++) {
      known[part.get(k)] = reading(family, part.get(k), outputs.subList(k * asks, (k + 1) * asks));
    }
  }

  private void note(ModelVersion version, List<Output<C>> outputs) {
    if (!describing) {
      return;
    }
    List<String> texts = answers.computeIfAbsent(version.id(), id -> new ArrayList<>());
    for (Output<C> output : outputs) {
      C candidate = output.candidate();
      if (candidate != null) {
        texts.add(bank.codec().writeCandidate(candidate));
      }
    }
  }

  /** Generation 0 is as close to itself as can be, and is not asked about itself. */
  private void score(
      ModelVersion version, ProbeFamily<T, C> family, List<Integer> part, double[] known) {
    if (version.id().equals(anchor.id())) {
      part.forEach(probe -> known[probe] = 1);
      return;
    }
    Map<Integer, List<Double>> scores = scores(version, family, part);
    List<Integer> first =
        part.stream().filter(i -> !anchorScores.containsKey(family.name() + "/" + i)).toList();
    scores(anchor, family, first)
        .forEach((probe, found) -> anchorScores.put(family.name() + "/" + probe, found));
    for (int probe : part) {
      List<Double> own = Objects.requireNonNull(scores.get(probe));
      List<Double> anchors = Objects.requireNonNull(anchorScores.get(family.name() + "/" + probe));
      known[probe] = family.reading(own, anchors).orElse(Double.NaN);
      family
          .divergence(own, anchors)
          .ifPresent(
              nats ->
                  divergences
                      .computeIfAbsent(version.id(), id -> new LinkedHashMap<>())
                      .computeIfAbsent(family.name(), kind -> new ArrayList<>())
                      .add(nats));
    }
  }

  private Map<Integer, List<Double>> scores(
      ModelVersion version, ProbeFamily<T, C> family, List<Integer> probes) {
    List<T> tasks = new ArrayList<>();
    List<C> candidates = new ArrayList<>();
    for (int probe : probes) {
      for (C choice : family.choices(probe)) {
        tasks.add(family.tasks().get(probe));
        candidates.add(choice);
      }
    }
    List<Double> flat =
        tasks.isEmpty() ? List.of() : attempts.score(version, stream, tasks, candidates);
    Map<Integer, List<Double>> byProbe = new HashMap<>();
    int from = 0;
    for (int probe : probes) {
      int to = from + family.choices(probe).size();
      byProbe.put(probe, List.copyOf(flat.subList(from, to)));
      from = to;
    }
    return byProbe;
  }

  /** The share of probes that read 1, per kind, in [0, 1]; a missing reading is none of them. */
  Map<String, Double> solved(ModelVersion version) {
    Map<String, Double> solved = new LinkedHashMap<>();
    bank.families()
        .forEach(
            (kind, family) -> {
              List<Integer> all = IntStream.range(0, family.size()).boxed().toList();
              long right = read(version, kind, all).stream().filter(r -> r == 1).count();
              solved.put(kind, (double) right / family.size());
            });
    return solved;
  }

  /** A family whose own functions break gives a missing reading, as a judge does. */
  private double reading(ProbeFamily<T, C> family, int probe, List<Output<C>> outputs) {
    try {
      return family.reading(probe, outputs).orElse(Double.NaN);
    } catch (CancelledException e) {
      throw e;
    } catch (RuntimeException e) {
      log.warn("probe {} of kind ({}) could not be read", probe, family.name(), e);
      return Double.NaN;
    }
  }

  private static double[] unread(int size) {
    double[] readings = new double[size];
    Arrays.fill(readings, UNREAD);
    return readings;
  }
}
