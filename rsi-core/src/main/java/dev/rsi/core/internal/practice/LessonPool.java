package dev.rsi.core.internal.practice;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Lesson;
import dev.rsi.api.Verdict.Outcome;
import dev.rsi.core.internal.RoundTrip;
import dev.rsi.core.report.RunEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The lessons of a run, and the mix of them that a training gets.
 *
 * <p>Lessons accumulate, and lessons given at the start stay in every mix, as training on the
 * newest self-made data alone collapses (Gerstgrasser et al., arXiv 2404.01413). Of those of
 * earlier generations a bounded number is kept, so that a run may be of any length: a uniform
 * sample of all there were, by reservoir sampling (Vitter 1985, algorithm R). What is dropped still
 * stands in the run's record.
 *
 * <p>Shares: half for this generation's lessons (Lee et al., arXiv 2502.01612), a quarter for those
 * of earlier generations, a quarter for those given; a part that is empty leaves its share to the
 * others. Within a part every level has the same share, and within a level a lesson counts by its
 * own weight.
 *
 * <p>For a trainer that contrasts, the attempts of this generation are kept too, right and wrong.
 *
 * <p>What is handed out are copies, by the codec: a trainer that changes what it is given changes
 * nothing in the pool.
 */
public final class LessonPool<T, C> {
  private static final double FRESH = 0.5;
  private static final double EARLIER = 0.25;
  private static final double GIVEN = 0.25;

  private final Codec<T, C> codec;
  private final boolean contrasts;
  private final int most;
  private final RandomGenerator random;
  private final List<Lesson<T, C>> given;
  private final List<Lesson<T, C>> earlier = new ArrayList<>();
  private final List<Lesson<T, C>> fresh = new ArrayList<>();
  private final List<Attempt<T, C>> attempts = new ArrayList<>();

  /** What tells the lessons in the pool apart. */
  private final Set<String> known = new HashSet<>();

  /** How many lessons of earlier generations there were, dropped ones too. */
  private long ever;

  /**
   * The lessons of a run that begins.
   *
   * @param contrasts whether attempts are asked for
   * @param most lessons of earlier generations that are kept, 0 or more
   * @param random which of them, where there were more
   */
  public LessonPool(
      Codec<T, C> codec,
      List<Lesson<T, C>> given,
      boolean contrasts,
      int most,
      RandomGenerator random) {
    this.codec = codec;
    this.contrasts = contrasts;
    this.most = most;
    this.random = random;
    this.given = given;
    given.forEach(lesson -> known.add(key(lesson.attempt())));
  }

  /** Lessons of an earlier generation are no longer fresh. */
  public void beginGeneration() {
    fresh.forEach(this::keep);
    fresh.clear();
    attempts.clear();
  }

  /** Keeps a lesson with the probability that each one before it is kept with now. */
  private void keep(Lesson<T, C> lesson) {
    ever++;
    if (earlier.size() < most) {
      earlier.add(lesson);
      return;
    }
    long place = random.nextLong(ever);
    Lesson<T, C> dropped = place < most ? earlier.set((int) place, lesson) : lesson;
    known.remove(key(dropped.attempt()));
  }

  /**
   * Takes a decided attempt of this generation: as a lesson if it passed, unless the same task and
   * candidate are in the pool, of its grade as weight. One that was in it and was dropped is a
   * lesson again.
   *
   * @param attempt has a candidate and a grade over 0
   */
  public void add(Attempt<T, C> attempt) {
    if (contrasts) {
      attempts.add(attempt);
    }
    if (attempt.passed() && known.add(key(attempt))) {
      fresh.add(new Lesson<>(attempt, attempt.grade()));
    }
  }

  private String key(Attempt<T, C> attempt) {
    String task = codec.writeTask(attempt.task());
    return task.length() + ":" + task + candidate(attempt);
  }

  /** How many lessons are in the pool, given and made. */
  public int size() {
    return given.size() + earlier.size() + fresh.size();
  }

  /** How many lessons this generation made. */
  public int fresh() {
    return fresh.size();
  }

  /** How many attempts a training is handed. */
  public int compared() {
    return attempts.size();
  }

  /** Every decided attempt of this generation, in order; none unless they are asked for. */
  public List<Attempt<T, C>> attempts() {
    return attempts.stream().map(attempt -> RoundTrip.attempt(codec, attempt)).toList();
  }

  /**
   * Whether this generation made anything to learn from: a lesson, or, where contrasts are asked
   * for, attempts at one task that are worth different rewards.
   */
  public boolean teaches() {
    if (!contrasts) {
      return !fresh.isEmpty();
    }
    Map<String, Double> rewards = new HashMap<>();
    for (Attempt<T, C> attempt : attempts) {
      double reward = attempt.reward();
      Double other = rewards.putIfAbsent(codec.writeTask(attempt.task()), reward);
      if (other != null && other != reward) {
        return true;
      }
    }
    return false;
  }

  /** Tells the texts of the tasks of all lessons that were given. */
  public void given(Consumer<? super String> texts) {
    given.forEach(lesson -> texts.accept(codec.writeTask(lesson.task())));
  }

  /** Whether a training may learn from an attempt that was recorded: as far as its verdict goes. */
  public boolean mayLearn(RunEvent.Attempted attempt) {
    return attempt.outcome() == Outcome.PASS || (contrasts && attempt.outcome() == Outcome.FAIL);
  }

  /** All lessons with the weights of the mix. */
  public List<Lesson<T, C>> mix() {
    List<Lesson<T, C>> mix = new ArrayList<>(fresh.size() + earlier.size() + given.size());
    addShare(mix, fresh, FRESH);
    addShare(mix, earlier, EARLIER);
    addShare(mix, given, GIVEN);
    return mix;
  }

  private void addShare(List<Lesson<T, C>> mix, List<Lesson<T, C>> part, double share) {
    Map<Integer, Double> weightByLevel = new TreeMap<>();
    for (Lesson<T, C> lesson : part) {
      weightByLevel.merge(lesson.level(), lesson.weight(), Double::sum);
    }
    for (Lesson<T, C> lesson : part) {
      double levelWeight = weightByLevel.getOrDefault(lesson.level(), 1.0);
      double weight = share * lesson.weight() / (levelWeight * weightByLevel.size());
      // Next to nothing stays more than nothing, which no lesson may weigh.
      mix.add(
          new Lesson<>(
              RoundTrip.attempt(codec, lesson.attempt()), Math.max(weight, Double.MIN_NORMAL)));
    }
  }

  /**
   * SHA-256 over tasks, candidates and weights in order, and over the attempts and their grades if
   * there are any.
   */
  public String digest(List<Lesson<T, C>> lessons) {
    Hasher hasher = Hashing.sha256().newHasher();
    lessons.forEach(lesson -> put(hasher, lesson.attempt(), lesson.weight()));
    for (Attempt<T, C> attempt : attempts) {
      put(hasher, attempt, attempt.grade());
      hasher.putBoolean(attempt.passed()).putDouble(attempt.verdict().score());
    }
    return hasher.hash().toString();
  }

  private void put(Hasher hasher, Attempt<T, C> attempt, double weight) {
    put(hasher, codec.writeTask(attempt.task()));
    put(hasher, candidate(attempt));
    hasher.putDouble(weight);
  }

  private String candidate(Attempt<T, C> attempt) {
    return codec.writeCandidate(Objects.requireNonNull(attempt.candidate()));
  }

  private static void put(Hasher hasher, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    hasher.putInt(bytes.length).putBytes(bytes);
  }
}
