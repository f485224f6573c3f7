package dev.rsi.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rsi.api.CancelledException;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every {@link ScoringSession} must do beyond {@link GeneratorContract}. Extend it, give it a
 * generator whose sessions can score, a sound version, and tasks with candidates, and all its tests
 * run.
 *
 * @param <T> task
 * @param <C> candidate
 */
public abstract class ScoringContract<T, C> {
  /** Standard errors by which a frequency may be off: one of 3.5 million is, by chance. */
  private static final double STANDARD_ERRORS = 5;

  /** Probabilities that sum to no more than 1 may do so in floating point. */
  private static final double ROUNDING = 1e-5;

  @TempDir Path temporary;
  private Generator<T, C> generator;
  private ModelVersion version;

  /** For subclasses. */
  @SuppressWarnings("NullAway.Init") // Set before each test.
  protected ScoringContract() {}

  /** A fresh generator that samples at temperature 1 without truncation. The suite closes it. */
  protected abstract Generator<T, C> generator();

  /**
   * Writes a sound version, the same every time.
   *
   * @param directory empty
   * @throws Exception to fail the test
   */
  protected abstract void writeVersion(Path directory) throws Exception;

  /** Tasks for that version, different from each other: 2 or more. */
  protected abstract List<T> tasks();

  /** Candidates that differ in their text and that can be scored for every task: 3 or more. */
  protected abstract List<C> candidates();

  /**
   * A candidate whose score is missing, since the model cannot write it or read it. Null, the
   * default, where there is none.
   */
  protected @Nullable C missingCandidate() {
    return null;
  }

  /**
   * By how much the scores of one pair may differ between batches, relative to the score where that
   * is beyond -1. By default 1e-6; 0 asks for equal bits.
   */
  protected double tolerance() {
    return 1e-6;
  }

  /**
   * Whether outputs come as often as their scores say. True by default. False for a generator that
   * cannot sample at temperature 1, and for a codec that reads several texts as one candidate.
   */
  protected boolean supportsFrequencies() {
    return true;
  }

  /** How many outputs are drawn to count them, 2,000 by default. */
  protected int draws() {
    return 2000;
  }

  @BeforeEach
  void writeAndCreate() throws Exception {
    Path directory = Files.createDirectory(temporary.resolve("version"));
    writeVersion(directory);
    version = Directories.version(directory);
    generator = generator();
  }

  @AfterEach
  void closeGenerator() {
    generator.close();
  }

  @Test
  void should_give_one_score_per_pair_in_the_same_order() {
    Pairs<T, C> pairs = pairs();
    try (ScoringSession<T, C> session = open()) {
      List<Double> scores = scores(session, pairs);

      assertThat(scores).hasSameSizeAs(pairs.tasks);
      List<Double> backwards = new ArrayList<>(scores(session, pairs.reversed()));
      Collections.reverse(backwards);
      assertSame(backwards, scores, "the batch in reverse, turned round");
    }
  }

  @Test
  void should_score_alike_whatever_else_is_in_the_batch() {
    Pairs<T, C> pairs = pairs();
    try (ScoringSession<T, C> session = open()) {
      List<Double> together = scores(session, pairs);
      List<Double> alone = new ArrayList<>();
      for (int i = 0; i < pairs.tasks.size(); i++) {
        alone.addAll(scores(session, pairs.only(i)));
      }
      assertSame(alone, together, "one by one");
    }
  }

  @Test
  void should_score_alike_whatever_was_asked_before() {
    Pairs<T, C> pairs = pairs();
    List<Double> first;
    try (ScoringSession<T, C> session = open()) {
      first = scores(session, pairs);
      assertThat(scores(session, pairs)).as("the same call again").isEqualTo(first);
      generate(session, 5);
      assertThat(scores(session, pairs)).as("after outputs").isEqualTo(first);
    }
    try (ScoringSession<T, C> session = open()) {
      assertThat(scores(session, pairs)).as("in a new session").isEqualTo(first);
    }
  }

  @Test
  void should_give_the_same_outputs_after_scoring() {
    try (ScoringSession<T, C> session = open()) {
      Map<String, Integer> before = generate(session, 20);
      scores(session, pairs());
      assertThat(generate(session, 20)).isEqualTo(before);
    }
  }

  @Test
  void should_give_log_probabilities_that_sum_to_no_more_than_one() {
    try (ScoringSession<T, C> session = open()) {
      for (T task : tasks()) {
        double sum = 0;
        for (double score : scores(session, Pairs.of(task, candidates()))) {
          assertThat(score).isLessThanOrEqualTo(0).isNotNaN();
          sum += Math.exp(score);
        }
        assertThat(sum).as("probability of all candidates").isLessThanOrEqualTo(1 + ROUNDING);
      }
    }
  }

  @Test
  void should_score_outputs_by_how_often_they_come() {
    assumeTrue(supportsFrequencies(), "outputs do not come as often as their scores say");
    int draws = draws();
    try (ScoringSession<T, C> session = open()) {
      Map<String, Integer> counts = generate(session, draws);
      candidates().forEach(c -> counts.putIfAbsent(generator.codec().writeCandidate(c), 0));
      List<String> texts = List.copyOf(counts.keySet());
      List<C> candidates =
          texts.stream().map(text -> generator.codec().readCandidate(text)).toList();
      List<Double> scores = scores(session, Pairs.of(tasks().get(0), candidates));

      double sum = 0;
      for (int i = 0; i < texts.size(); i++) {
        double p = Math.exp(scores.get(i));
        sum += p;
        // One more for the steps of a count, of which rare outputs have few.
        double error = STANDARD_ERRORS * (Math.sqrt(draws * p * (1 - p)) + 1);
        assertThat((double) counts.getOrDefault(texts.get(i), 0))
            .as("outputs (%s) of %d", texts.get(i), draws)
            .isCloseTo(draws * p, within(error));
      }
      assertThat(sum).as("probability of all outputs").isLessThanOrEqualTo(1 + ROUNDING);
    }
  }

  @Test
  void should_leave_a_score_missing_without_failing_the_batch() {
    C missing =
        Objects.requireNonNullElseGet(
            missingCandidate(), () -> abort("there is no candidate that cannot be scored"));
    T task = tasks().get(0);
    C candidate = candidates().get(0);
    try (ScoringSession<T, C> session = open()) {
      List<Double> scores = scores(session, Pairs.of(task, List.of(candidate, missing, candidate)));

      assertThat(scores).hasSize(3);
      assertThat(scores.get(1)).as("score of what cannot be scored").isNaN();
      assertThat(scores.get(0)).isNotNaN();
      assertThat(scores.get(2)).isEqualTo(scores.get(0));
    }
  }

  @Test
  void should_give_no_scores_for_no_pairs() {
    try (ScoringSession<T, C> session = open()) {
      assertThat(session.score(List.of(), List.of(), RunContext.standalone())).isEmpty();
    }
  }

  @Test
  void should_refuse_lists_of_different_sizes() {
    try (ScoringSession<T, C> session = open()) {
      assertThatThrownBy(
              () -> session.score(tasks(), candidates().subList(0, 1), RunContext.standalone()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void should_refuse_a_closed_session() {
    ScoringSession<T, C> session = open();
    session.close();

    assertThatThrownBy(() -> scores(session, pairs()))
        .as("use after close")
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void should_stop_when_cancelled_and_stay_usable() {
    Pairs<T, C> pairs = pairs();
    try (ScoringSession<T, C> session = open()) {
      List<Double> expected = scores(session, pairs);

      assertThatThrownBy(
              () -> session.score(pairs.tasks, pairs.candidates, ManualContext.create().cancel()))
          .as("cancelled before it began")
          .isInstanceOf(CancelledException.class);
      ManualContext counting = ManualContext.create();
      session.score(pairs.tasks, pairs.candidates, counting);
      ManualContext later = ManualContext.create().cancelAtCheck(counting.checks());
      assertThatThrownBy(() -> session.score(pairs.tasks, pairs.candidates, later))
          .as("cancelled at the last of %d checks", counting.checks())
          .isInstanceOf(CancelledException.class);
      assertThat(scores(session, pairs)).as("afterwards").isEqualTo(expected);
    }
  }

  @Test
  void should_stop_when_interrupted() {
    try (ScoringSession<T, C> session = open()) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> scores(session, pairs())).isInstanceOf(CancelledException.class);
    } finally {
      Thread.interrupted();
    }
  }

  private ScoringSession<T, C> open() {
    Generator.Session<T, C> session = generator.open(version);
    if (session instanceof ScoringSession<T, C> scoring) {
      return scoring;
    }
    session.close();
    throw new AssertionError("A session (" + session.getClass() + ") cannot score.");
  }

  /** What is to be scored, as two lists. */
  private record Pairs<T, C>(List<T> tasks, List<C> candidates) {

    static <T, C> Pairs<T, C> of(T task, List<C> candidates) {
      return new Pairs<>(Collections.nCopies(candidates.size(), task), candidates);
    }

    Pairs<T, C> reversed() {
      List<T> lastTasks = new ArrayList<>(tasks);
      List<C> lastCandidates = new ArrayList<>(candidates);
      Collections.reverse(lastTasks);
      Collections.reverse(lastCandidates);
      return new Pairs<>(lastTasks, lastCandidates);
    }

    Pairs<T, C> only(int i) {
      return new Pairs<>(List.of(tasks.get(i)), List.of(candidates.get(i)));
    }
  }

  /** Every candidate for every task, task by task. */
  private Pairs<T, C> pairs() {
    Pairs<T, C> pairs = new Pairs<>(new ArrayList<>(), new ArrayList<>());
    for (T task : tasks()) {
      for (C candidate : candidates()) {
        pairs.tasks.add(task);
        pairs.candidates.add(candidate);
      }
    }
    return pairs;
  }

  private List<Double> scores(ScoringSession<T, C> session, Pairs<T, C> pairs) {
    return session.score(
        List.copyOf(pairs.tasks), List.copyOf(pairs.candidates), RunContext.standalone());
  }

  /** How often each candidate came for the first task. */
  private Map<String, Integer> generate(ScoringSession<T, C> session, int draws) {
    List<Request<T>> requests = new ArrayList<>();
    for (long seed = 1; seed <= draws; seed++) {
      // Seeds of a run are spread over all 64 bits.
      requests.add(new Request<>(tasks().get(0), seed * 0x9E3779B97F4A7C15L));
    }
    Map<String, Integer> counts = new TreeMap<>();
    for (Output<C> output : session.generate(requests, RunContext.standalone())) {
      C candidate = output.candidate();
      if (candidate != null) {
        counts.merge(generator.codec().writeCandidate(candidate), 1, Integer::sum);
      }
    }
    return counts;
  }

  private void assertSame(List<Double> found, List<Double> expected, String what) {
    assertThat(found).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      double one = found.get(i);
      double other = expected.get(i);
      double allowed = tolerance() * Math.max(1, Math.abs(other));
      assertThat(one == other || Math.abs(one - other) <= allowed)
          .as("%s, pair %d: %s is %s", what, i, one, other)
          .isTrue();
    }
  }
}
