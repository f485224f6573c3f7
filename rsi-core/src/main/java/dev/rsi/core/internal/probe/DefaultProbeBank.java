package dev.rsi.core.internal.probe;

import dev.rsi.api.Codec;
import dev.rsi.api.RsiException;
import dev.rsi.core.internal.near.NearDuplicates;
import dev.rsi.core.internal.near.SpentTasks;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.probe.ProbeFamily;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The one bank there is, with what the loop and the gates use of it beside what its user does.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class DefaultProbeBank<T, C> implements ProbeBank<T, C> {
  private static final Map<String, String> CLASSES =
      Map.of("skill", "Skill", "proxy gap", "ProxyGap", "contamination gap", "ContaminationGap");

  private final Codec<T, C> codec;
  private final Map<String, Family<T, C>> families;
  private final Set<String> texts;
  private final double nearness;
  private final NearDuplicates near;
  private final KnownAnswers<T, C> known;
  private final @Nullable Renewal<T> renewal;

  private DefaultProbeBank(
      Codec<T, C> codec,
      Map<String, Family<T, C>> families,
      KnownAnswers<T, C> known,
      @Nullable Renewal<T> renewal,
      double nearness) {
    this.codec = codec;
    this.families = families;
    this.known = known;
    this.renewal = renewal;
    this.nearness = nearness;
    this.texts = new HashSet<>();
    for (Family<T, C> family : families.values()) {
      for (T task : family.tasks()) {
        String text = codec.writeTask(task);
        if (!texts.add(text)) {
          throw new IllegalArgumentException(
              "Task ("
                  + text
                  + ") of probe kind ("
                  + family.name()
                  + ") is in the bank twice.\nMaybe draw probes without replacement.");
        }
      }
    }
    this.near = new NearDuplicates(texts, nearness);
  }

  /** The same probes, with other known answers or another renewal. */
  private DefaultProbeBank(
      DefaultProbeBank<T, C> same, KnownAnswers<T, C> known, @Nullable Renewal<T> renewal) {
    this.codec = same.codec;
    this.families = same.families;
    this.texts = same.texts;
    this.nearness = same.nearness;
    this.near = same.near;
    this.known = known;
    this.renewal = renewal;
  }

  /**
   * A bank of families.
   *
   * @throws IllegalArgumentException if there is none, or a name or a task appears twice
   */
  public static <T, C> DefaultProbeBank<T, C> of(
      Codec<T, C> codec, List<? extends ProbeFamily<T, C>> families) {
    Objects.requireNonNull(codec, "codec");
    if (families.isEmpty()) {
      throw new IllegalArgumentException("A probe bank needs at least one kind of probes.");
    }
    Map<String, Family<T, C>> byName = new LinkedHashMap<>();
    for (ProbeFamily<T, C> family : families) {
      if (byName.put(family.name(), Family.of(family)) != null) {
        throw new IllegalArgumentException("Probe kind (" + family.name() + ") appears twice.");
      }
    }
    return new DefaultProbeBank<>(
        codec, byName, KnownAnswers.none(), null, NearDuplicates.THRESHOLD);
  }

  /** The bank itself: there are no others. */
  public static <T, C> DefaultProbeBank<T, C> of(ProbeBank<T, C> bank) {
    return (DefaultProbeBank<T, C>) bank;
  }

  @Override
  public DefaultProbeBank<T, C> knownAnswer(String kind, T task, C candidate, double reading) {
    Family<T, C> family = families.get(kind);
    if (family == null) {
      throw new IllegalArgumentException(
          "There is no probe kind (" + kind + "), only " + families.keySet() + ".");
    }
    if (!(family instanceof Answered<T, C> answered && answered.attempts() == 1)) {
      throw new IllegalArgumentException(
          "Probe kind ("
              + kind
              + ") compares answers, so that no single one has a known reading.\n"
              + "Maybe give its judge known answers in a kind of skill.");
    }
    return new DefaultProbeBank<>(
        this, known.and(kind, answered.form(), task, candidate, reading), renewal);
  }

  @Override
  public DefaultProbeBank<T, C> nearness(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("nearness (" + share + ") must be in (0, 1].");
    }
    return new DefaultProbeBank<>(codec, families, known, renewal, share);
  }

  @Override
  public DefaultProbeBank<T, C> renewed(
      int decisions, int refusals, BiFunction<String, RandomGenerator, T> draw) {
    Renewal<T> after = new Renewal<>(draw, decisions, refusals);
    for (Family<T, C> family : families.values()) {
      if (!family.isRenewable()) {
        throw new IllegalArgumentException(
            "Probe kind ("
                + family.name()
                + ") cannot be drawn afresh.\nMaybe keep it in a bank that is not renewed.");
      }
    }
    return new DefaultProbeBank<>(this, known, after);
  }

  @Override
  public Codec<T, C> codec() {
    return codec;
  }

  @Override
  public Map<String, ProbeFamily<T, C>> families() {
    return Collections.unmodifiableMap(families);
  }

  /** The families with what the loop uses of them, by name, in order. */
  public Map<String, Family<T, C>> kinds() {
    return Collections.unmodifiableMap(families);
  }

  @Override
  public int size() {
    return texts.size();
  }

  /** The most attempts that it takes to read the whole bank with one version. */
  public long attempts() {
    return families.values().stream().mapToLong(f -> (long) f.size() * f.attempts()).sum();
  }

  @Override
  public boolean contains(T task) {
    return near.near(codec.writeTask(task));
  }

  /** Whether others follow it. */
  public boolean isRenewed() {
    return renewal != null;
  }

  /** Whether a bank that has given such answers must make way for the next. */
  public boolean isUsedUp(int decisions, int refusals) {
    return renewal != null && renewal.isDue(decisions, refusals);
  }

  /**
   * How many different histories of answers this bank may have given in so many decisions, with as
   * many refusals as it may give. 1 for a bank that is not renewed, of which nothing is claimed
   * beyond itself.
   */
  public double histories(int decisions) {
    return renewal == null ? 1 : renewal.histories(decisions);
  }

  /** What is spent of tasks while this bank and those after it are in use: nothing yet. */
  public SpentTasks spent() {
    return new SpentTasks(nearness);
  }

  /**
   * The bank that follows this one: as many fresh tasks of each kind, none from a bank before it.
   *
   * @param random the stream of randomness to draw with
   * @param usable whether a task may be a probe
   * @param spent what was trained on and was in earlier banks; this bank's tasks are, from now on
   * @throws RsiException if a kind has no more tasks that may be used, naming it
   */
  public DefaultProbeBank<T, C> next(
      RandomGenerator random, Predicate<? super T> usable, SpentTasks spent) {
    Renewal<T> after = Objects.requireNonNull(renewal, "the bank is not renewed");
    texts.forEach(spent::probed);
    Map<String, Integer> sizes = new LinkedHashMap<>();
    families.forEach((kind, family) -> sizes.put(kind, family.tasks().size()));
    Map<String, List<T>> drawn =
        new FreshTasks<>(after.draw(), sizes, codec)
            .drawn(random, (task, text) -> usable.test(task) && spent.mayProbe(text));
    Map<String, Family<T, C>> fresh = new LinkedHashMap<>();
    families.forEach(
        (kind, family) ->
            fresh.put(
                kind,
                family.with(Objects.requireNonNull(drawn.get(kind), kind), family.margins())));
    return new DefaultProbeBank<>(codec, fresh, known, after, nearness);
  }

  /**
   * Known answers that the judges read otherwise, in words; empty if there are none. Asks the
   * judges anew.
   */
  public List<String> contradictions() {
    return contradictions(KnownAnswers::askedHere);
  }

  /** The same, with the judges asked in another way. */
  public List<String> contradictions(KnownAnswers.Asking asking) {
    return known.contradictions(codec, asking);
  }

  /**
   * The most tokens that judges use on an attempt at a probe; {@link Integer#MAX_VALUE} if one of
   * them does not say.
   */
  public int judgeTokens() {
    return kinds().values().stream()
        .mapToInt(kind -> kind instanceof Answered<T, C> answered ? answered.maxTokens() : 0)
        .max()
        .orElse(0);
  }

  /** The most money that judges are charged for an attempt at a probe. */
  public BigDecimal judgeMoney() {
    return kinds().values().stream()
        .map(
            kind -> kind instanceof Answered<T, C> answered ? answered.maxMoney() : BigDecimal.ZERO)
        .reduce(BigDecimal.ZERO, BigDecimal::max);
  }

  /** How many answers have a known reading. */
  public int knownAnswers() {
    return known.size();
  }

  @Override
  public String digest() {
    return digest(Family::formName);
  }

  /** What its digest does not cover, in words: who reads each kind, nearness and renewal. */
  public String describe() {
    Map<String, String> readers = new LinkedHashMap<>();
    families.forEach(
        (name, family) -> {
          if (family instanceof Answered<T, C> answered) {
            readers.put(name, answered.reader());
          }
        });
    return readers
        + ", nearness "
        + nearness
        + (renewal == null
            ? ""
            : ", renewed after "
                + renewal.decisions()
                + " decisions, "
                + renewal.refusals()
                + " refusals");
  }

  /** The digest as records of before course 2 have it, in whose time a form was its class. */
  public String digestByClasses() {
    return digest(family -> CLASSES.getOrDefault(family.formName(), family.formName()));
  }

  private String digest(Function<Family<T, C>, String> form) {
    Digest digest = new Digest();
    for (Family<T, C> family : families.values()) {
      digest.put(family.name());
      digest.put(form.apply(family) + family.margins() + family.isTripwire());
      digest.put(family.tasks().size());
      family.tasks().forEach(task -> digest.put(codec.writeTask(task)));
      if (family instanceof Scored<T, C> scored) {
        for (int probe = 0; probe < scored.size(); probe++) {
          scored.choices(probe).forEach(choice -> digest.put(codec.writeCandidate(choice)));
        }
      }
    }
    known.putInto(digest, codec);
    return digest.hex();
  }
}
