package dev.rsi.lm.spi;

import dev.rsi.api.Codec;
import dev.rsi.api.RunContext;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.SamplingParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Log-probabilities of given answers under a decoder: everything of {@link
 * dev.rsi.api.ScoringSession#score} but the network.
 *
 * <p>Pairs of task and candidate are sorted by shape, so that nothing is padded, and given to the
 * network in batches. Answers stand at the positions at which they would have been generated. With
 * COUPLED positions a request's seed also decides the offset, each one of {@link Positions#offsets}
 * being as likely, so the network is asked under each of them and the probability is the mean: a
 * score costs one row per offset there, and one row otherwise.
 *
 * <p>Immutable; thread-safe if the codec and the network are.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class AnswerScores<T, C> {
  private final Codec<T, C> codec;
  private final CharVocabulary vocabulary;
  private final Positions positions;
  private final int newTokens;
  private final int rows;

  /**
   * Scores for the answers of a model.
   *
   * @param codec writes tasks and candidates
   * @param model gives vocabulary and positions; its weights are not read
   * @param sampling how answers are generated: {@code maxNewTokens} has a say in the offsets of
   *     COUPLED positions, the rest is of no meaning here
   * @param rows at most so many rows in a batch, 1 or more
   */
  public AnswerScores(
      Codec<T, C> codec, DecoderModel model, SamplingParameters sampling, int rows) {
    this(codec, model.vocabulary(), Positions.of(model.config()), sampling, rows);
  }

  AnswerScores(
      Codec<T, C> codec,
      CharVocabulary vocabulary,
      Positions positions,
      SamplingParameters sampling,
      int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows (" + rows + ") must be >= 1.");
    }
    this.codec = Objects.requireNonNull(codec, "codec");
    this.vocabulary = vocabulary;
    this.positions = positions;
    this.newTokens = sampling.maxNewTokens();
    this.rows = rows;
  }

  /** A pair that can be scored: its tokens, and the log-probability found under each offset. */
  private record Pair(int index, Example example, List<Double> found) {}

  /** One row of a batch. */
  private record Row(Pair pair, int offset) {}

  /**
   * Scores every pair.
   *
   * @param network log-probability of each row's targets given what stands before them, as {@link
   *     #ofLogits} computes it
   * @param context asked before every batch
   * @return what {@link dev.rsi.api.ScoringSession#score} promises
   * @throws IllegalArgumentException if there are not as many candidates as tasks
   */
  public List<Double> score(
      List<T> tasks, List<C> candidates, Function<Batch, double[]> network, RunContext context) {
    if (tasks.size() != candidates.size()) {
      throw new IllegalArgumentException(
          "There are "
              + tasks.size()
              + " tasks, but "
              + candidates.size()
              + " candidates.\nMaybe repeat a task for each of its candidates.");
    }
    Double[] scores = new Double[tasks.size()];
    Arrays.fill(scores, Double.NaN);
    int done = 0;
    for (List<Row> group : rowsByShape(tasks, candidates).values()) {
      for (int from = 0; from < group.size(); from += rows) {
        context.checkActive();
        List<Row> chunk = group.subList(from, Math.min(group.size(), from + rows));
        double[] found = network.apply(batch(chunk));
        for (int i = 0; i < chunk.size(); i++) {
          chunk.get(i).pair.found.add(found[i]);
        }
      }
      for (Row row : group) {
        if (row.offset == 0) {
          scores[row.pair.index] = logMeanExp(row.pair.found);
          done++;
        }
      }
      context.progress(done, tasks.size());
    }
    return List.of(scores);
  }

  /** Rows of all pairs that can be written and read; a pair's rows stand in order of offsets. */
  private Map<Long, List<Row>> rowsByShape(List<T> tasks, List<C> candidates) {
    Map<Long, List<Row>> byShape = new TreeMap<>();
    for (int i = 0; i < tasks.size(); i++) {
      Example example;
      int offsets;
      try {
        example = example(tasks.get(i), candidates.get(i));
        offsets = positions.offsetsToScore(example.tokens(), example.promptLength(), newTokens);
      } catch (RuntimeException e) {
        // No such text, or too long: the score stays missing.
        continue;
      }
      List<Row> group = byShape.computeIfAbsent(example.shape(), key -> new ArrayList<>());
      Pair pair = new Pair(i, example, new ArrayList<>(offsets));
      for (int offset = 0; offset < offsets; offset++) {
        group.add(new Row(pair, offset));
      }
    }
    return byShape;
  }

  private Example example(T task, C candidate) {
    return Example.written(vocabulary, codec.writeTask(task), codec.writeCandidate(candidate), 1);
  }

  private Batch batch(List<Row> chunk) {
    return Batch.of(
        chunk.stream().map(row -> row.pair.example).toList(),
        chunk.stream().mapToInt(Row::offset).toArray(),
        positions);
  }

  /** Logarithm of the mean probability; NaN if one is NaN. */
  private static double logMeanExp(List<Double> logs) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double log : logs) {
      largest = Math.max(largest, log);
    }
    if (Double.isInfinite(largest)) {
      return largest > 0 ? Double.NaN : largest;
    }
    double sum = 0;
    for (double log : logs) {
      sum += Math.exp(log - largest);
    }
    // The mean of probabilities is none above 1, whatever the last bit says.
    return Math.min(0, largest + Math.log(sum / logs.size()));
  }

  /**
   * Log-probability of each row's targets, from the network's logits: for every target its logit
   * less the logarithm of the summed exponentials of all, in double precision.
   *
   * @param batch what the network was asked
   * @param logits of the last {@link Batch#answerLength} positions of each row, row-major: rows x
   *     answerLength x vocabulary
   * @return one number per row, NaN where a logit is
   */
  public static double[] ofLogits(Batch batch, float[] logits) {
    long[] targets = batch.targets();
    if (logits.length % targets.length != 0 || logits.length == 0) {
      throw new IllegalArgumentException(
          "There are " + logits.length + " logits for " + targets.length + " targets.");
    }
    int size = logits.length / targets.length;
    double[] scores = new double[batch.rows()];
    for (int i = 0; i < targets.length; i++) {
      int from = i * size;
      float largest = Float.NEGATIVE_INFINITY;
      for (int k = 0; k < size; k++) {
        largest = Math.max(largest, logits[from + k]);
      }
      double sum = 0;
      for (int k = 0; k < size; k++) {
        sum += Math.exp((double) logits[from + k] - largest);
      }
      scores[i / batch.answerLength()] +=
          (double) logits[from + (int) targets[i]] - largest - Math.log(sum);
    }
    return scores;
  }
}
