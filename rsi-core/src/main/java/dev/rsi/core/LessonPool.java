package dev.rsi.core;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.rsi.api.Codec;
import dev.rsi.api.Lesson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
 */
final class LessonPool<T, C> {
  private static final double FRESH = 0.5;
  private static final double EARLIER = 0.25;
  private static final double GIVEN = 0.25;

  private final Codec<T, C> codec;
  private final List<Lesson<T, C>> given;
  private final List<Lesson<T, C>> earlier = new ArrayList<>();
  private final List<Lesson<T, C>> fresh = new ArrayList<>();
  private final Set<String> known = new HashSet<>();

  LessonPool(Codec<T, C> codec, List<Lesson<T, C>> given) {
    this.codec = codec;
    this.given = given;
    given.forEach(this::isNew);
  }

  /** Lessons of an earlier generation are no longer fresh. */
  void beginGeneration() {
    earlier.addAll(fresh);
    fresh.clear();
  }

  /** Takes a lesson of this generation, unless the same task and candidate are in the pool. */
  void add(Lesson<T, C> lesson) {
    if (isNew(lesson)) {
      fresh.add(lesson);
    }
  }

  private boolean isNew(Lesson<T, C> lesson) {
    String task = codec.writeTask(lesson.task());
    return known.add(task.length() + ":" + task + codec.writeCandidate(lesson.candidate()));
  }

  /** How many lessons this generation made. */
  int fresh() {
    return fresh.size();
  }

  /** The texts of all tasks that a training may have had lessons on. */
  Set<String> tasks() {
    Set<String> texts = new HashSet<>();
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

  /** SHA-256 over tasks, candidates and weights in order. */
  String digest(List<Lesson<T, C>> lessons) {
    Hasher hasher = Hashing.sha256().newHasher();
    for (Lesson<T, C> lesson : lessons) {
      put(hasher, codec.writeTask(lesson.task()));
      put(hasher, codec.writeCandidate(lesson.candidate()));
      hasher.putDouble(lesson.weight());
    }
    return hasher.hash().toString();
  }

  private static void put(Hasher hasher, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    hasher.putInt(bytes.length).putBytes(bytes);
  }
}
