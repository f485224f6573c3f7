package dev.rsi.core.gate;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.rsi.api.CancelledException;
import dev.rsi.api.Codec;
import dev.rsi.api.RsiException;
import dev.rsi.api.Verifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Held-out tasks by kind, with the judges that rule on them. The loop never trains on them or on
 * tasks near them, and never shows them to a trainer. The judges are the bank's own: the verifier
 * that the model is trained by does not rule here, so that a gamed verifier is found out.
 *
 * <p>A bank that serves every decision tells the loop a little with each answer, and what a gate
 * proves on it is proven of this bank. One that is {@link #renewed} makes way for fresh probes in
 * time, and what is proven on it is proven of everything that its probes are drawn from.
 *
 * <p>Immutable; thread-safe if the judges are.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class ProbeBank<T, C> {
  /** Decisions that a renewed bank serves: enough that most of them need few extra probes. */
  public static final int DEFAULT_DECISIONS = 10;

  /**
   * Refusals that a renewed bank may have given before a decision. Two in ten decisions cost about
   * 4 nats of evidence, some 180 probes where one in twenty-five flips.
   */
  public static final int DEFAULT_REFUSALS = 2;

  /** How often a kind may give a task that cannot be used before it is taken to have no others. */
  private static final int MAX_REDRAWS = 10_000;

  /** What a bank may have given away at most: 14 nats, more than most decisions cost at all. */
  private static final double MAX_HISTORIES = 1e6;

  private final Codec<T, C> codec;
  private final Map<String, ProbeFamily<T, C>> families;
  private final Set<String> texts;
  private final double nearness;
  private final NearDuplicates near;
  private final List<KnownAnswer<T, C>> known;
  private final @Nullable Renewal<T> renewal;

  /** Fingerprints of the tasks of earlier banks, in order. */
  private final long[] former;

  private record KnownAnswer<T, C>(String kind, T task, C candidate, double reading) {}

  private record Renewal<T>(
      BiFunction<String, RandomGenerator, T> draw, int decisions, int refusals) {}

  private ProbeBank(
      Codec<T, C> codec,
      Map<String, ProbeFamily<T, C>> families,
      List<KnownAnswer<T, C>> known,
      @Nullable Renewal<T> renewal,
      long[] former,
      double nearness) {
    this.codec = codec;
    this.families = families;
    this.known = known;
    this.renewal = renewal;
    this.former = former;
    this.nearness = nearness;
    this.texts = new HashSet<>();
    for (ProbeFamily<T, C> family : families.values()) {
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

  /**
   * A bank of skills with one judge for all.
   *
   * @param codec tells tasks apart by their text
   * @param judge rules on probes; it should know the truth
   * @param tasks by kind, in a map whose order is fixed and is that of the kinds: at least one
   *     kind, at least one task each, no task twice in the whole bank
   * @throws IllegalArgumentException if a kind is empty or a task appears twice, naming it
   */
  public static <T, C> ProbeBank<T, C> of(
      Codec<T, C> codec, Verifier<T, C> judge, Map<String, ? extends List<T>> tasks) {
    Objects.requireNonNull(judge, "judge");
    List<ProbeFamily<T, C>> families = new ArrayList<>();
    tasks.forEach((kind, list) -> families.add(ProbeFamily.skill(kind, list, judge)));
    return of(codec, families);
  }

  /**
   * A bank of families.
   *
   * @param codec tells tasks apart by their text
   * @param families at least one, with distinct names; no task twice in the whole bank
   * @throws IllegalArgumentException if there is none, or a name or a task appears twice
   */
  public static <T, C> ProbeBank<T, C> of(
      Codec<T, C> codec, List<? extends ProbeFamily<T, C>> families) {
    Objects.requireNonNull(codec, "codec");
    if (families.isEmpty()) {
      throw new IllegalArgumentException("A probe bank needs at least one kind of probes.");
    }
    Map<String, ProbeFamily<T, C>> byName = new LinkedHashMap<>();
    for (ProbeFamily<T, C> family : families) {
      if (byName.put(family.name(), family) != null) {
        throw new IllegalArgumentException("Probe kind (" + family.name() + ") appears twice.");
      }
    }
    return new ProbeBank<>(codec, byName, List.of(), null, new long[0], NearDuplicates.THRESHOLD);
  }

  /**
   * This bank with one more answer whose reading is known: before every decision the judges read
   * it, and one that reads it otherwise puts every challenger on HOLD. Give each judge some it must
   * pass and some it must not. The task is no probe.
   *
   * @param kind whose judge is asked
   * @param reading what it must be, in [0, 1], to 1e-9
   */
  public ProbeBank<T, C> knownAnswer(String kind, T task, C candidate, double reading) {
    ProbeFamily<T, C> family = families.get(kind);
    if (family == null) {
      throw new IllegalArgumentException(
          "There is no probe kind (" + kind + "), only " + families.keySet() + ".");
    }
    if (!family.readsOneAnswer()) {
      throw new IllegalArgumentException(
          "Probe kind ("
              + kind
              + ") compares answers, so that no single one has a known reading.\nMaybe give its judge"
              + " known answers in a kind of skill.");
    }
    if (!(reading >= 0 && reading <= 1)) {
      throw new IllegalArgumentException("reading (" + reading + ") must be in [0, 1].");
    }
    List<KnownAnswer<T, C>> more = new ArrayList<>(known);
    more.add(new KnownAnswer<>(kind, task, candidate, reading));
    return new ProbeBank<>(codec, families, List.copyOf(more), renewal, former, nearness);
  }

  /**
   * This bank, with another share of runs of three words that makes two tasks near each other, and
   * the one a probe that the other may not train for. Tasks of fewer than eight words are near only
   * if they are the same but for case and white space.
   *
   * @param share in (0, 1]; default 0.8. 1 where tasks share a long template and differ in a word
   *     or two, so that most would be near a probe
   */
  public ProbeBank<T, C> nearness(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("nearness (" + share + ") must be in (0, 1].");
    }
    return new ProbeBank<>(codec, families, known, renewal, former, share);
  }

  /**
   * This bank, renewed after {@value #DEFAULT_DECISIONS} decisions or one refusal more than {@value
   * #DEFAULT_REFUSALS}: see {@link #renewed(int, int, BiFunction)}.
   */
  public ProbeBank<T, C> renewed(BiFunction<String, RandomGenerator, T> draw) {
    return renewed(DEFAULT_DECISIONS, DEFAULT_REFUSALS, draw);
  }

  /**
   * This bank, with others to follow it, drawn by the loop under its secret. An eighth of all
   * tasks, told by a keyed hash, is then set apart for probes and never practised. What the loop
   * may have learnt of a bank from its answers is paid for: a decision may spend the {@code n}-th
   * part of what it otherwise might, where {@code n} counts the histories of answers that the bank
   * may have given before it (description length: Dwork et al., arXiv 1506.02629).
   *
   * @param decisions that a bank serves at most, 1 or more
   * @param refusals that it may have given before a decision, 0 or more; with 0 a bank ends with
   *     its first refusal, and nothing is to be paid
   * @param draw a fresh task of a kind, by the kind and the randomness alone; asked until one is
   *     found that may be used
   * @throws IllegalArgumentException if a kind cannot be drawn afresh, naming it
   */
  public ProbeBank<T, C> renewed(
      int decisions, int refusals, BiFunction<String, RandomGenerator, T> draw) {
    if (decisions < 1 || refusals < 0) {
      throw new IllegalArgumentException(
          "decisions (" + decisions + ") must be >= 1 and refusals (" + refusals + ") >= 0.");
    }
    double histories = ErrorBudget.histories(decisions - 1, refusals);
    if (histories > MAX_HISTORIES) {
      throw new IllegalArgumentException(
          "With up to ("
              + decisions
              + ") decisions and ("
              + refusals
              + ") refusals a bank may have given ("
              + histories
              + ") histories of answers, too many to pay for.\nMaybe renew it earlier.");
    }
    for (ProbeFamily<T, C> family : families.values()) {
      if (!family.isRenewable()) {
        throw new IllegalArgumentException(
            "Probe kind ("
                + family.name()
                + ") cannot be drawn afresh.\nMaybe keep it in a bank that is not renewed.");
      }
    }
    return new ProbeBank<>(
        codec, families, known, new Renewal<>(draw, decisions, refusals), former, nearness);
  }

  /** How tasks and candidates are written. */
  public Codec<T, C> codec() {
    return codec;
  }

  /** The kinds of probes by name, in order. */
  public Map<String, ProbeFamily<T, C>> families() {
    return java.util.Collections.unmodifiableMap(families);
  }

  /** How many tasks there are in all kinds together. */
  public int size() {
    return texts.size();
  }

  /** The most attempts that it takes to read the whole bank with one version. */
  public long attempts() {
    return families.values().stream().mapToLong(f -> (long) f.size() * f.attempts()).sum();
  }

  /**
   * Whether the task is in the bank or near a task of it, and so must not be practised. Tasks are
   * near if their texts are the same but for case and white space or, from eight words on, have
   * four fifths of their runs of three words in common, or as {@link #nearness} says.
   */
  public boolean contains(T task) {
    return near.near(codec.writeTask(task));
  }

  /** Whether others follow it. */
  public boolean isRenewed() {
    return renewal != null;
  }

  /** Whether a bank that has given such answers must make way for the next. */
  public boolean isUsedUp(int decisions, int refusals) {
    return renewal != null && (decisions >= renewal.decisions || refusals > renewal.refusals);
  }

  /**
   * How many different histories of answers this bank may have given in so many decisions, with as
   * many refusals as it may give. 1 for a bank that is not renewed, of which nothing is claimed
   * beyond itself.
   */
  public double histories(int decisions) {
    return renewal == null ? 1 : ErrorBudget.histories(decisions, renewal.refusals);
  }

  /**
   * The bank that follows this one: as many fresh tasks of each kind, none from a bank before it.
   *
   * <p>Keeps none of the texts it is told: the draws are held against them as they pass. Where some
   * come too near, those are drawn without them, and held against the texts again.
   *
   * @param random gives the stream of randomness to draw with, from its beginning each time
   * @param usable whether a task may be a probe
   * @param trained tells the texts of all tasks that the model was trained on, each once or more,
   *     whenever it is asked: no probe is near one
   * @throws RsiException if a kind has no more tasks that may be used, naming it
   */
  public ProbeBank<T, C> next(
      Supplier<? extends RandomGenerator> random,
      Predicate<? super T> usable,
      Consumer<Consumer<String>> trained) {
    Objects.requireNonNull(renewal, "the bank is not renewed");
    long[] gone = formerAndOwn();
    Set<String> near = new HashSet<>();
    Set<String> apart = new HashSet<>();
    Predicate<T> mayBe =
        task -> {
          String text = codec.writeTask(task);
          return usable.test(task)
              && !near.contains(text)
              && Arrays.binarySearch(gone, fingerprint(text)) < 0;
        };
    while (true) {
      Map<String, List<T>> drawn = draw(random.get(), mayBe, apart, 0);
      if (apart.containsAll(texts(drawn))) {
        return followedBy(drawn, gone);
      }
      // The more were too near, the more are looked at together, so that few rounds do.
      Set<String> unsure = texts(draw(random.get(), mayBe, apart, near.size()));
      unsure.removeAll(apart);
      NearDuplicates index = new NearDuplicates(unsure, nearness);
      trained.accept(text -> near.addAll(index.allNear(text)));
      unsure.removeAll(near);
      apart.addAll(unsure);
    }
  }

  /**
   * Draws fresh tasks by kind, until a kind has no more.
   *
   * @param apart texts that are known to be near nothing
   * @param ahead how many more to draw of the first kind of which not all are, and none of those
   *     after it; 0 for just what a bank has
   */
  private Map<String, List<T>> draw(
      RandomGenerator random, Predicate<? super T> mayBe, Set<String> apart, int ahead) {
    Map<String, List<T>> fresh = new LinkedHashMap<>();
    Set<String> drawn = new HashSet<>();
    for (ProbeFamily<T, C> family : families.values()) {
      List<T> tasks = new ArrayList<>();
      fresh.put(family.name(), tasks);
      int count = family.tasks().size();
      int misses = 0;
      while (tasks.size() < count && misses <= MAX_REDRAWS) {
        T task = Objects.requireNonNull(renewal).draw.apply(family.name(), random);
        String text = codec.writeTask(task);
        if (!mayBe.test(task) || !drawn.add(text)) {
          misses++;
          continue;
        }
        misses = 0;
        tasks.add(task);
        if (ahead > 0 && count == family.tasks().size() && !apart.contains(text)) {
          count += ahead;
        }
      }
      if (tasks.size() < count || count > family.tasks().size()) {
        break;
      }
    }
    return fresh;
  }

  private Set<String> texts(Map<String, List<T>> drawn) {
    return drawn.values().stream()
        .flatMap(List::stream)
        .map(codec::writeTask)
        .collect(Collectors.toSet());
  }

  private ProbeBank<T, C> followedBy(Map<String, List<T>> drawn, long[] gone) {
    Map<String, ProbeFamily<T, C>> fresh = new LinkedHashMap<>();
    for (ProbeFamily<T, C> family : families.values()) {
      List<T> tasks = Objects.requireNonNull(drawn.get(family.name()));
      if (tasks.size() < family.tasks().size()) {
        throw new RsiException(
            "Probe kind ("
                + family.name()
                + ") gave "
                + MAX_REDRAWS
                + " tasks in a row that cannot be probes, after "
                + tasks.size()
                + " that can.\nMaybe there are too few tasks of the kind for a bank of "
                + family.tasks().size()
                + ".");
      }
      fresh.put(family.name(), family.with(tasks, family.margins()));
    }
    return new ProbeBank<>(codec, fresh, known, renewal, gone, nearness);
  }

  /** What no bank after this one may have: eight bytes a task, as there is no end of banks. */
  private long[] formerAndOwn() {
    return LongStream.concat(
            Arrays.stream(former), texts.stream().mapToLong(ProbeBank::fingerprint))
        .sorted()
        .toArray();
  }

  /** Two of a billion tasks have the same with a probability of 3 %: then one is drawn again. */
  private static long fingerprint(String text) {
    return Hashing.sipHash24().hashString(text, StandardCharsets.UTF_8).asLong();
  }

  /**
   * Known answers that the judges read otherwise, in words; empty if there are none. Asks the
   * judges anew.
   */
  public List<String> contradictions() {
    List<String> wrong = new ArrayList<>();
    for (KnownAnswer<T, C> answer : known) {
      ProbeFamily<T, C> family = Objects.requireNonNull(families.get(answer.kind));
      OptionalDouble reading = read(family, answer);
      if (reading.isEmpty() || Math.abs(reading.getAsDouble() - answer.reading) > 1e-9) {
        wrong.add(
            answer.kind
                + " reads ("
                + (reading.isEmpty() ? "nothing" : reading.getAsDouble())
                + ") on a known answer of ("
                + answer.reading
                + "), task ("
                + codec.writeTask(answer.task)
                + ")");
      }
    }
    return List.copyOf(wrong);
  }

  /** A judge or a function that breaks reads nothing. */
  private static <T, C> OptionalDouble read(ProbeFamily<T, C> family, KnownAnswer<T, C> answer) {
    try {
      return family.reading(answer.task, answer.candidate);
    } catch (CancelledException e) {
      throw e;
    } catch (RuntimeException e) {
      return OptionalDouble.empty();
    }
  }

  /** How many answers have a known reading. */
  public int knownAnswers() {
    return known.size();
  }

  /**
   * SHA-256 over the kinds, their margins, all tasks and known answers. Made anew at every call, so
   * that a task that was changed is found out. Says nothing of a judge's code; known answers do.
   */
  public String digest() {
    Hasher hasher = Hashing.sha256().newHasher();
    for (ProbeFamily<T, C> family : families.values()) {
      put(hasher, family.name());
      put(hasher, family.form() + family.margins() + family.isTripwire());
      hasher.putInt(family.tasks().size());
      family.tasks().forEach(task -> put(hasher, codec.writeTask(task)));
      for (int probe = 0; probe < family.size(); probe++) {
        family.choices(probe).forEach(choice -> put(hasher, codec.writeCandidate(choice)));
      }
    }
    for (KnownAnswer<T, C> answer : known) {
      put(hasher, answer.kind);
      put(hasher, codec.writeTask(answer.task));
      put(hasher, codec.writeCandidate(answer.candidate));
      hasher.putDouble(answer.reading);
    }
    return hasher.hash().toString();
  }

  private static void put(Hasher hasher, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    hasher.putInt(bytes.length).putBytes(bytes);
  }
}
