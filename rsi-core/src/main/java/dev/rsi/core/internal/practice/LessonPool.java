package dev.rsi.core.internal.practice;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Critique;
import dev.rsi.api.Lesson;
import dev.rsi.api.Trainer.LearnsFrom;
import dev.rsi.api.Verdict.Outcome;
import dev.rsi.core.internal.RoundTrip;
import dev.rsi.core.report.GenerationReport.Practised;
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
 * <p>For a trainer that learns from contrasts or from all attempts, those of this generation are
 * kept too, right and wrong.
 *
 * <p>What is handed out are copies, by the codec: a trainer that changes what it is given changes
 * nothing in the pool.
 */
public final class LessonPool<T, C> {
  private static final double FRESH = 0.5;
  private static final double EARLIER = 0.25;
  private static final double GIVEN = 0.25;

  private final Codec<T, C> codec;
  private final LearnsFrom from;
  private final int most;
  private final RandomGenerator random;
  private final boolean measures;
  private final List<Lesson<T, C>> given;
  private final List<Lesson<T, C>> earlier = new ArrayList<>();
  private final List<Lesson<T, C>> fresh = new ArrayList<>();
  private final List<Attempt<T, C>> attempts = new ArrayList<>();

  /** What tells the lessons in the pool apart. */
  private final Set<String> known = new HashSet<>();

  /** How many lessons of earlier generations there were, dropped ones too. */
  private long ever;

  private Harvest harvest;

  /** Whether a training had the lessons that were given. */
  private boolean givenTaught;

  /**
   * The lessons of a run that begins.
   *
   * @param from what its trainer learns from
   * @param most lessons of earlier generations that are kept, 0 or more
   * @param random which of them, where there were more
   * @param measures whether the verifier's scores are all that counts
   */
  public LessonPool(
      Codec<T, C> codec,
      List<Lesson<T, C>> given,
      LearnsFrom from,
      int most,
      RandomGenerator random,
      boolean measures) {
    this.measures = measures;
    this.harvest = new Harvest(measures);
    this.codec = codec;
    this.from = from;
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
    harvest = new Harvest(measures);
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
   * Takes an attempt of this generation, ruled on: as a lesson if it passed and its grade is over
   * 0, unless the same task and candidate are in the pool, of its grade as weight. One that was in
   * it and was dropped is a lesson again.
   */
  public void add(Attempt<T, C> attempt) {
    if (mayLearn(attempt)) {
      attempts.add(attempt);
    }
    boolean graded = attempt.grade() > 0;
    boolean fits = attempt.passed() && graded;
    boolean isNew = fits && known.add(key(attempt));
    if (isNew) {
      fresh.add(new Lesson<>(attempt, measures ? attempt.reward() : attempt.grade()));
    }
    harvest.count(attempt, attempt.passed() && !graded, fits && !isNew);
  }

  private boolean mayLearn(Attempt<T, C> attempt) {
    return switch (from) {
      case LESSONS -> false;
      case CONTRASTS -> attempt.candidate() != null && attempt.decided() && attempt.grade() > 0;
      case ATTEMPTS -> attempt.decided();
    };
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

  /** The attempts of this generation that the trainer learns from, in order. */
  public List<Attempt<T, C>> attempts() {
    return attempts.stream().map(attempt -> RoundTrip.attempt(codec, attempt)).toList();
  }

  /**
   * Whether there is anything of the kind that the trainer learns from: of this generation, or
   * lessons that were given and that no training had yet.
   */
  public boolean teaches() {
    boolean given = !this.given.isEmpty() && !givenTaught;
    return switch (from) {
      case LESSONS -> !fresh.isEmpty() || given;
      case CONTRASTS -> tasks().values().stream().anyMatch(Rewards::differ);
      case ATTEMPTS -> !attempts.isEmpty() || given;
    };
  }

  /** A training had the mix. */
  public void taught() {
    givenTaught = true;
  }

  /** The rewards of attempts at one task. */
  private static final class Rewards {
    private final double first;
    private int count;
    private boolean differ;

    Rewards(double first) {
      this.first = first;
    }

    void add(double reward) {
      count++;
      differ |= reward != first;
    }

    boolean differ() {
      return differ;
    }

    boolean isGroup() {
      return count > 1;
    }
  }

  private Map<String, Rewards> tasks() {
    Map<String, Rewards> tasks = new HashMap<>();
    for (Attempt<T, C> attempt : attempts) {
      double reward = attempt.reward();
      tasks
          .computeIfAbsent(codec.writeTask(attempt.task()), task -> new Rewards(reward))
          .add(reward);
    }
    return tasks;
  }

  /** How many attempts of this generation could give lessons. */
  public int made() {
    return harvest.practised().made();
  }

  /** What came of the attempts of this generation. */
  public Practised practised() {
    return harvest.practised();
  }

  /** Why it does not {@link #teaches teach}, in words and numbers. */
  public String lack() {
    String lack = harvest.practised().lack();
    if (from != LearnsFrom.CONTRASTS || attempts.isEmpty()) {
      return lack;
    }
    long groups = tasks().values().stream().filter(Rewards::isGroup).count();
    return lack + "; " + groups + (groups == 1 ? " group" : " groups") + ", all of one reward";
  }

  /** Tells the texts of the tasks of all lessons that were given. */
  public void given(Consumer<? super String> texts) {
    given.forEach(lesson -> texts.accept(codec.writeTask(lesson.task())));
  }

  /** Whether a training may learn from an attempt that was recorded: as far as its verdict goes. */
  public boolean mayLearn(RunEvent.Attempted attempt) {
    return attempt.outcome() == Outcome.PASS
        || (from != LearnsFrom.LESSONS && attempt.outcome() == Outcome.FAIL);
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
   * SHA-256 over tasks, candidates and weights in order, and over the attempts and what was found
   * about them if there are any.
   */
  public String digest(List<Lesson<T, C>> lessons) {
    Hasher hasher = Hashing.sha256().newHasher();
    lessons.forEach(lesson -> put(hasher, lesson.attempt(), lesson.weight()));
    for (Attempt<T, C> attempt : attempts) {
      put(hasher, attempt, attempt.grade());
      hasher.putBoolean(attempt.passed()).putDouble(attempt.verdict().score());
      if (from == LearnsFrom.ATTEMPTS) {
        Critique critique = attempt.critique();
        put(hasher, attempt.verdict().reason());
        put(hasher, critique == null ? "" : critique.text());
      }
    }
    return hasher.hash().toString();
  }

  private void put(Hasher hasher, Attempt<T, C> attempt, double weight) {
    put(hasher, codec.writeTask(attempt.task()));
    put(hasher, candidate(attempt));
    hasher.putDouble(weight);
  }

  private String candidate(Attempt<T, C> attempt) {
    C candidate = attempt.candidate();
    return candidate == null
        ? Objects.requireNonNullElse(attempt.output().text(), "")
        : codec.writeCandidate(candidate);
  }

  private static void put(Hasher hasher, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    hasher.putInt(bytes.length).putBytes(bytes);
  }
}
