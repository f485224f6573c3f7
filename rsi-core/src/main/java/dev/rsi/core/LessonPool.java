package dev.rsi.core;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.rsi.api.Codec;
import dev.rsi.api.Lesson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The lessons of a run, and the mix of them that a training gets.
 *
 * <p>Lessons accumulate: nothing verified is thrown away, and lessons given at the start stay in
 * every mix, as training on the newest self-made data alone collapses (Gerstgrasser et al., arXiv
 * 2404.01413). Shares: half for this generation's lessons (Lee et al., arXiv 2502.01612), a quarter
 * for those of earlier generations, a quarter for those given; a part that is empty leaves its
 * share to the others. Within a part every level has the same share, and within a level a lesson
 * counts by its own weight.
 *
 * <p>For a trainer that contrasts, the attempts of this generation are kept too, right and wrong.
 */
final class LessonPool<T, C> {
  private static final double FRESH = 0.5;
  private static final double EARLIER = 0.25;
  private static final double GIVEN = 0.25;

  private final Codec<T, C> codec;
  private final boolean contrasts;
  private final List<Lesson<T, C>> given;
  private final List<Lesson<T, C>> earlier = new ArrayList<>();
  private final List<Lesson<T, C>> fresh = new ArrayList<>();
  private final List<Lesson<T, C>> attempts = new ArrayList<>();
  private final Set<String> attempted = new HashSet<>();
  private final Set<String> known = new HashSet<>();

  /**
   * @param contrasts whether attempts are asked for
   */
  LessonPool(Codec<T, C> codec, List<Lesson<T, C>> given, boolean contrasts) {
    this.codec = codec;
    this.contrasts = contrasts;
    this.given = given;
    given.forEach(this::isNew);
  }

  /** Lessons of an earlier generation are no longer fresh. */
  void beginGeneration() {
    earlier.addAll(fresh);
    fresh.clear();
    attempts.clear();
  }

  /**
   * Takes a decided attempt of this generation: as a lesson if it passed, unless the same task and
   * candidate are in the pool.
   */
  void add(Lesson<T, C> attempt) {
    if (contrasts) {
      attempts.add(attempt);
      attempted.add(codec.writeTask(attempt.task()));
    }
    if (attempt.verdict().passed() && isNew(attempt)) {
      fresh.add(attempt);
    }
  }

  private boolean isNew(Lesson<T, C> lesson) {
    String task = codec.writeTask(lesson.task());
    return known.add(task.length() + ":" + task + codec.writeCandidate(lesson.candidate()));
  }

  /** How many lessons there are, given and made. */
  int size() {
    return given.size() + earlier.size() + fresh.size();
  }

  /** How many lessons this generation made. */
  int fresh() {
    return fresh.size();
  }

  /** Every decided attempt of this generation, in order; none unless they are asked for. */
  List<Lesson<T, C>> attempts() {
    return List.copyOf(attempts);
  }

  /**
   * Whether this generation made anything to learn from: a lesson, or, where contrasts are asked
   * for, attempts at one task that are worth different rewards.
   */
  boolean teaches() {
    if (!contrasts) {
      return !fresh.isEmpty();
    }
    Map<String, Double> rewards = new HashMap<>();
    for (Lesson<T, C> attempt : attempts) {
      double reward = attempt.verdict().score() * attempt.weight();
      Double other = rewards.putIfAbsent(codec.writeTask(attempt.task()), reward);
      if (other != null && other != reward) {
        return true;
      }
    }
    return false;
  }

  /** The texts of all tasks that a training may have had lessons on. */
  Set<String> tasks() {
    Set<String> texts = new HashSet<>(attempted);
    for (List<Lesson<T, C>> part : List.of(given, earlier, fresh)) {
      part.forEach(lesson -> texts.add(codec.writeTask(lesson.task())));
    }
    return texts;
  }

  /** All lessons with the weights of the mix. */
  List<Lesson<T, C>> mix() {
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
      mix.add(lesson.withWeight(Math.max(weight, Double.MIN_NORMAL)));
    }
  }

  /**
   * SHA-256 over tasks, candidates and weights in order, and over the attempts if there are any.
   */
  String digest(List<Lesson<T, C>> lessons) {
    Hasher hasher = Hashing.sha256().newHasher();
    lessons.forEach(lesson -> put(hasher, lesson));
    for (Lesson<T, C> attempt : attempts) {
      put(hasher, attempt);
      hasher.putBoolean(attempt.verdict().passed()).putDouble(attempt.verdict().score());
    }
    return hasher.hash().toString();
  }

  private void put(Hasher hasher, Lesson<T, C> lesson) {
    put(hasher, codec.writeTask(lesson.task()));
    put(hasher, codec.writeCandidate(lesson.candidate()));
    hasher.putDouble(lesson.weight());
  }

  private static void put(Hasher hasher, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    hasher.putInt(bytes.length).putBytes(bytes);
  }
}
