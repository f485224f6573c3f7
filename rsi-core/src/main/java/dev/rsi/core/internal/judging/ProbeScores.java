package dev.rsi.core.internal.judging;

import dev.rsi.core.internal.Seeds;
import dev.rsi.core.internal.probe.Answered;
import dev.rsi.core.internal.probe.DefaultProbeBank;
import dev.rsi.core.internal.probe.Scored;
import dev.rsi.core.internal.steps.Attempts;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.report.Descriptives;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * What versions read on a bank's probes. A version is immutable and a probe's seeds are fixed for
 * the run, so a reading is made once: that of generation 0 serves every decision.
 */
public final class ProbeScores<T, C> {
  /** Longest run of characters that is counted for distinctness. */
  private static final int DISTINCT = 3;

  private final DefaultProbeBank<T, C> bank;
  private final Reader<T, C> reader;
  private final Map<String, KindReadings> kinds = new LinkedHashMap<>();

  /**
   * Readings under seeds of their own.
   *
   * @param steps where readings are recorded, and recalled from
   * @param stream names the seeds: readings of another stream are a second look
   * @param describing whether answers are kept until {@link #described} has been asked
   */
  public ProbeScores(
      Steps steps,
      String stream,
      boolean describing,
      DefaultProbeBank<T, C> bank,
      String anchor,
      Attempts<T, C> attempts,
      Seeds seeds,
      int batch) {
    this.bank = bank;
    this.reader = new Reader<>(steps, stream, describing, bank.codec(), attempts, seeds);
    bank.kinds()
        .forEach(
            (kind, family) ->
                kinds.put(
                    kind,
                    family instanceof Scored<T, C> scored
                        ? scored(scored, batch, anchor)
                        : new AnsweredReadings<>((Answered<T, C>) family, reader, batch)));
  }

  private KindReadings scored(Scored<T, C> family, int batch, String anchor) {
    return family.isExpected()
        ? new ExpectedReadings<>(family, reader, batch)
        : new ScoredReadings<>(family, reader, batch, anchor);
  }

  /** The most attempts it takes to read the whole bank with one version. */
  public long worstCase() {
    return bank.attempts();
  }

  /** The readings of a kind. */
  KindReadings kind(String kind) {
    return Objects.requireNonNull(kinds.get(kind), kind);
  }

  /** The readings of some probes of a kind, in order; NaN where one is missing. */
  List<Double> read(String version, String kind, List<Integer> probes) {
    return kind(kind).read(version, probes);
  }

  /**
   * What a version's answers and choices so far look like, for people: the share of distinct
   * characters, pairs and triples of them in the answers, and the mean divergence from generation 0
   * in nats per kind of choices.
   */
  Map<String, Double> described(String version) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    List<String> texts = reader.answersOf(version);
    for (int n = 1; !texts.isEmpty() && n <= DISTINCT; n++) {
      numbers.put("distinct-" + n, Descriptives.distinctCharacters(texts, n));
    }
    kinds.forEach(
        (kind, readings) ->
            readings
                .divergence(version)
                .ifPresent(nats -> numbers.put("divergence on " + kind, nats)));
    return numbers;
  }

  /** Forgets what was read of all but some versions. */
  public void forgetAllBut(List<String> kept) {
    kinds.values().forEach(kind -> kind.forgetAllBut(kept));
    reader.forgetAnswers();
  }

  /**
   * The share of probes that read 1, per kind, in [0, 1], or the mean reading of a kind that is
   * read as a number: of a judge that measures, or of probabilities, whose mean is the share of
   * right answers to be expected. A missing reading counts as 0.
   */
  public Map<String, Double> solved(String version) {
    Map<String, Double> solved = new LinkedHashMap<>();
    bank.kinds()
        .forEach(
            (kind, family) -> {
              List<Integer> all = IntStream.range(0, family.size()).boxed().toList();
              double sum =
                  read(version, kind, all).stream()
                      .mapToDouble(r -> r == 1 || (family.isGraded() && r > 0) ? r : 0)
                      .sum();
              solved.put(kind, sum / family.size());
            });
    return solved;
  }
}
