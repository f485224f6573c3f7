package dev.rsi.core;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.core.gate.ProbeBank;
import dev.rsi.core.gate.ProbeFamily;
import dev.rsi.core.internal.LoopLog;
import dev.rsi.core.internal.Seeds;
import dev.rsi.core.internal.steps.Attempts;
import dev.rsi.core.internal.steps.Part;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.report.Descriptives;
import dev.rsi.core.report.RunEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;

/**
 * Readings of a bank's probes by version. A version is immutable and a probe's seeds are fixed for
 * the run, so a reading is made once: that of generation 0 serves every decision.
 */
final class ProbeReadings<T, C> {
  private static final Logger log = LoopLog.LOG;

  /** Longest run of characters that is counted for distinctness. */
  private static final int DISTINCT = 3;

  private static final double UNREAD = Double.NEGATIVE_INFINITY;

  private final String stream;
  private final Steps steps;
  private final boolean describing;
  private final ProbeBank<T, C> bank;
  private final Attempts<T, C> attempts;
  private final Seeds seeds;
  private final int batch;
  private final String anchor;
  private final Map<String, List<Double>> anchorScores = new HashMap<>();
  private final Map<String, Map<String, double[]>> byVersion = new HashMap<>();
  private final Map<String, Map<String, List<Double>>> divergences = new HashMap<>();
  private final Map<String, List<String>> answers = new HashMap<>();

  /**
   * Readings under seeds of their own.
   *
   * @param steps where readings are recorded, and recalled from
   * @param stream names the seeds: readings of another stream are a second look
   * @param describing whether answers are kept until {@link #described} has been asked
   */
  ProbeReadings(
      Steps steps,
      String stream,
      boolean describing,
      ProbeBank<T, C> bank,
      String anchor,
      Attempts<T, C> attempts,
      Seeds seeds,
      int batch) {
    this.steps = steps;
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

  /** The most attempts it takes to read with a version what it was not read on. */
  long worstCase(String version) {
    return bank.families().values().stream().mapToLong(family -> unread(version, family)).sum();
  }

  /** The same for one kind. */
  long unread(String version, ProbeFamily<T, C> family) {
    double[] known = known(version, family);
    boolean byScores = Bank.isScored(family) && version.equals(anchor);
    long unread =
        IntStream.range(0, family.size())
            .filter(probe -> byScores ? !hasAnchorScores(family, probe) : known[probe] == UNREAD)
            .count();
    return unread * family.attempts();
  }

  private boolean hasAnchorScores(ProbeFamily<T, C> family, int probe) {
    return anchorScores.containsKey(family.name() + "/" + probe);
  }

  /** The attempts that it takes to read a probe with some versions, as far as it is not read. */
  long attempts(Set<String> versions, String kind, int probe) {
    ProbeFamily<T, C> family = family(kind);
    boolean scored = Bank.isScored(family);
    long unread =
        versions.stream()
            .filter(version -> !(scored && version.equals(anchor)))
            .filter(version -> known(version, family)[probe] == UNREAD)
            .count();
    // A choice is compared with what generation 0 makes of it.
    unread += scored && unread > 0 && !hasAnchorScores(family, probe) ? 1 : 0;
    return unread * asked(family, List.of(probe));
  }

  /** The most that {@link #attempts} can be for a probe of a kind, read or not. */
  long dearest(Set<String> versions, String kind) {
    ProbeFamily<T, C> family = family(kind);
    // Choices are compared with generation 0's, whether that is asked about or not.
    long scored = Bank.isScored(family) && !versions.contains(anchor) ? 1 : 0;
    return (versions.size() + scored) * family.attempts();
  }

  private ProbeFamily<T, C> family(String kind) {
    return Objects.requireNonNull(bank.families().get(kind), kind);
  }

  /** The readings of some probes of a kind, in order; NaN where one is missing. */
  List<Double> read(String version, String kind, List<Integer> probes) {
    ProbeFamily<T, C> family = family(kind);
    double[] known = known(version, family);
    List<Integer> unknown = probes.stream().filter(i -> known[i] == UNREAD).toList();
    int together = Math.max(1, batch / family.attempts());
    for (int from = 0; from < unknown.size(); from += together) {
      List<Integer> part = unknown.subList(from, Math.min(unknown.size(), from + together));
      if (Bank.isScored(family)) {
        score(version, family, part, known);
      } else {
        take(version, family, part, () -> attempted(version, family, part));
      }
    }
    return probes.stream().map(i -> known[i]).toList();
  }

  /**
   * What a version's answers and choices so far look like, for people: the share of distinct
   * characters, pairs and triples of them in the answers, and the mean divergence from generation 0
   * in nats per kind of choices.
   */
  Map<String, Double> described(String version) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    List<String> texts = answers.getOrDefault(version, List.of());
    for (int n = 1; !texts.isEmpty() && n <= DISTINCT; n++) {
      numbers.put("distinct-" + n, Descriptives.distinctCharacters(texts, n));
    }
    divergences
        .getOrDefault(version, Map.of())
        .forEach(
            (kind, nats) ->
                numbers.put(
                    "divergence on " + kind,
                    nats.stream().mapToDouble(d -> d).average().orElse(Double.NaN)));
    return numbers;
  }

  private double[] known(String version, ProbeFamily<T, C> family) {
    return byVersion
        .computeIfAbsent(version, id -> new HashMap<>())
        .computeIfAbsent(family.name(), kind -> unread(family.size()));
  }

  /** Forgets what was read of all but some versions. */
  void forgetAllBut(List<String> kept) {
    byVersion.keySet().retainAll(kept);
    divergences.keySet().retainAll(kept);
    answers.clear();
  }

  /** Generation 0 is as close to itself as can be, and is not asked about itself. */
  private void score(String version, ProbeFamily<T, C> family, List<Integer> part, double[] known) {
    if (version.equals(anchor)) {
      part.forEach(probe -> known[probe] = 1);
      return;
    }
    List<Integer> first = part.stream().filter(probe -> !hasAnchorScores(family, probe)).toList();
    if (!first.isEmpty()) {
      take(anchor, family, first, () -> scored(anchor, family, first));
    }
    take(version, family, part, () -> scored(version, family, part));
  }

  /** Reads, unless it was done when the run first came by. */
  private void take(
      String version,
      ProbeFamily<T, C> family,
      List<Integer> probes,
      Supplier<RunEvent.Probed> reading) {
    int count = asked(family, probes);
    RunEvent.Probed event =
        steps.orFault(
            Part.READING,
            () ->
                steps.once(
                    RunEvent.Probed.class,
                    1,
                    steps.accounts().attempts(count),
                    then -> then.get(0),
                    reading,
                    read ->
                        List.of(probed(version, family, probes, read.numbers(), read.answers()))));
    keep(family, event);
  }

  /** How many attempts it takes to read probes with one version. */
  private static int asked(ProbeFamily<?, ?> family, List<Integer> probes) {
    return Bank.isScored(family)
        ? probes.stream().mapToInt(probe -> family.choices(probe).size()).sum()
        : probes.size() * family.asks(0).size();
  }

  private RunEvent.Probed attempted(String version, ProbeFamily<T, C> family, List<Integer> part) {
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
    List<Double> numbers = new ArrayList<>(part.size());
    for (int k = 0; k < part.size(); k++) {
      numbers.add(reading(family, part.get(k), outputs.subList(k * asks, (k + 1) * asks)));
    }
    return probed(version, family, part, numbers, describing ? texts(outputs) : List.of());
  }

  private RunEvent.Probed scored(String version, ProbeFamily<T, C> family, List<Integer> part) {
    List<T> tasks = new ArrayList<>();
    List<C> candidates = new ArrayList<>();
    for (int probe : part) {
      for (C choice : family.choices(probe)) {
        tasks.add(family.tasks().get(probe));
        candidates.add(choice);
      }
    }
    List<Double> scores = attempts.score(version, stream, tasks, candidates);
    return probed(version, family, part, scores, List.of());
  }

  private RunEvent.Probed probed(
      String version,
      ProbeFamily<T, C> family,
      List<Integer> probes,
      List<Double> numbers,
      List<String> texts) {
    return new RunEvent.Probed(
        steps.generation(), stream, family.name(), version, probes, numbers, texts);
  }

  private List<String> texts(List<Output<C>> outputs) {
    List<String> texts = new ArrayList<>();
    for (Output<C> output : outputs) {
      C candidate = output.candidate();
      if (candidate != null) {
        texts.add(bank.codec().writeCandidate(candidate));
      }
    }
    return texts;
  }

  private void keep(ProbeFamily<T, C> family, RunEvent.Probed event) {
    int from = 0;
    for (int k = 0; k < event.probes().size(); k++) {
      int probe = event.probes().get(k);
      if (Bank.isScored(family)) {
        int to = from + family.choices(probe).size();
        keepScores(event.version(), family, probe, event.numbers().subList(from, to));
        from = to;
      } else {
        known(event.version(), family)[probe] = event.numbers().get(k);
      }
    }
    if (describing) {
      answers.computeIfAbsent(event.version(), id -> new ArrayList<>()).addAll(event.answers());
    }
  }

  private void keepScores(
      String version, ProbeFamily<T, C> family, int probe, List<Double> scores) {
    String key = family.name() + "/" + probe;
    if (version.equals(anchor)) {
      anchorScores.put(key, scores);
      return;
    }
    List<Double> anchors = Objects.requireNonNull(anchorScores.get(key), key);
    known(version, family)[probe] = family.reading(scores, anchors).orElse(Double.NaN);
    family
        .divergence(scores, anchors)
        .ifPresent(
            nats ->
                divergences
                    .computeIfAbsent(version, id -> new LinkedHashMap<>())
                    .computeIfAbsent(family.name(), kind -> new ArrayList<>())
                    .add(nats));
  }

  /** The share of probes that read 1, per kind, in [0, 1]; a missing reading is none of them. */
  Map<String, Double> solved(String version) {
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
