package dev.rsi.core.internal.judging;

import dev.rsi.api.Calls;
import dev.rsi.api.Cost;
import dev.rsi.core.internal.Seeds;
import dev.rsi.core.internal.calls.Judged;
import dev.rsi.core.internal.probe.DefaultProbeBank;
import dev.rsi.core.internal.probe.Family;
import dev.rsi.core.internal.spending.Amounts;
import dev.rsi.core.internal.steps.Attempts;
import dev.rsi.core.internal.steps.Steps;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Supplier;

/** A bank of probes in use: its readings, and how far decisions have used it up. */
public final class BankInUse<T, C> {
  /** The most probes of a kind that the incumbent is read on again: a look at the noise. */
  static final int RETESTS = 8;

  private final Steps steps;
  private final Attempts<T, C> attempts;
  private final DefaultProbeBank<T, C> tasks;
  private final long number;
  private final String digest;
  private final String stream;
  private final ProbeScores<T, C> readings;
  private final ProbeScores<T, C> again;
  private int decisions;
  private int refusals;

  /**
   * A bank that nothing was decided on yet.
   *
   * @param number of the bank in its run, from 1
   */
  BankInUse(
      Steps steps,
      DefaultProbeBank<T, C> tasks,
      long number,
      String anchor,
      Attempts<T, C> attempts,
      Seeds seeds,
      int batch) {
    this.steps = steps;
    this.attempts = attempts;
    this.tasks = tasks;
    this.number = number;
    this.digest = digestNow();
    this.stream = number == 1 ? "probe" : "probe of bank " + number;
    this.readings = new ProbeScores<>(steps, stream, true, tasks, anchor, attempts, seeds, batch);
    this.again =
        new ProbeScores<>(steps, stream + " again", false, tasks, anchor, attempts, seeds, batch);
  }

  /** The most attempts that a decision makes to read the incumbent again. */
  public static long retests(DefaultProbeBank<?, ?> tasks) {
    return tasks.kinds().values().stream()
        .filter(Family::variesBySeed)
        .mapToLong(f -> (long) Math.min(RETESTS, f.size()) * f.attempts())
        .sum();
  }

  /** The most attempts that the next decision makes, whatever the gate. */
  long worstCase(References references) {
    long reading = tasks.attempts() + retests(tasks);
    for (Family<T, C> family : families()) {
      // The bank that follows this one has as many probes, of which none was read.
      reading +=
          isUsedUp()
              ? (long) references.of(family.name()).size() * family.size() * family.attempts()
              : references.of(family.name()).stream()
                  .mapToLong(readings.kind(family.name())::unread)
                  .sum();
    }
    return reading;
  }

  /**
   * The attempts that it takes to read so many probes of each kind with all versions. How many of
   * them the references were read on before is up to the order, which must not show in what is
   * planned: so it is the mean over all orders and two standard deviations, of hypergeometric
   * counts; those of two references as if they were read on the same probes.
   *
   * @param probes by kind; all of a kind that is left out
   */
  long leastCase(References references, Map<String, Integer> probes) {
    double mean = 0;
    double variance = 0;
    long dearest = 0;
    for (Family<T, C> family : families()) {
      double size = family.size();
      double count = Math.min(size, Math.max(1, probes.getOrDefault(family.name(), family.size())));
      double each = family.attempts();
      mean += count * each;
      double deviation = 0;
      Set<String> versions = references.of(family.name());
      for (String version : versions) {
        double unread = readings.kind(family.name()).unread(version) / (each * size);
        mean += count * unread * each;
        double spread = (size - count) / Math.max(1, size - 1);
        deviation += each * Math.sqrt(count * unread * (1 - unread) * spread);
      }
      variance += deviation * deviation;
      dearest = Math.max(dearest, Math.max(3L, versions.size() + 1L) * family.attempts());
    }
    // There has to be room for the dearest probe whenever one is drawn.
    return (long) Math.ceil(mean + 2 * Math.sqrt(variance)) + dearest;
  }

  /** Whether a second look under other seeds may read a kind otherwise. */
  boolean variesBySeed(String kind) {
    Family<T, C> family = tasks.kinds().get(kind);
    return family == null || family.variesBySeed();
  }

  void forgetAllBut(List<String> kept) {
    readings.forgetAllBut(kept);
    again.forgetAllBut(kept);
  }

  private String digestNow() {
    return steps.direct().call("codec", tasks::digest);
  }

  /** Reading, for a gate that asks: it is no time of the gate's. */
  <R> R read(Supplier<R> reading) {
    return steps.direct().own(reading);
  }

  Collection<Family<T, C>> families() {
    return tasks.kinds().values();
  }

  long number() {
    return number;
  }

  /** SHA-256 of what the bank was when it came into use. */
  String digest() {
    return digest;
  }

  ProbeScores<T, C> readings() {
    return readings;
  }

  /** Readings under other seeds. */
  ProbeScores<T, C> again() {
    return again;
  }

  boolean isUsedUp() {
    return tasks.isUsedUp(decisions, refusals);
  }

  double histories() {
    return tasks.histories(decisions);
  }

  /** Counts what the loop has learnt: one answer. */
  void answered(boolean promoted) {
    decisions++;
    refusals += promoted ? 0 : 1;
  }

  DefaultProbeBank<T, C> tasks() {
    return tasks;
  }

  private OptionalDouble asked(String kind, Calls calls, Supplier<OptionalDouble> reading) {
    Supplier<Judged> judged = () -> new Judged(reading.get(), List.of());
    Judged given =
        attempts
            .read(
                stream + "/" + kind,
                calls,
                Amounts.NONE,
                Cost.NONE,
                1,
                List.of(judged),
                "known answers")
            .get(0)
            .value();
    return given == null ? OptionalDouble.empty() : given.reading();
  }

  /** What is wrong with the instrument itself, in words; empty if nothing is. */
  List<String> faults() {
    return digestNow().equals(digest)
        ? tasks.contradictions(this::asked)
        : List.of("the probes are not those that the bank began with");
  }
}
