package dev.rsi.lm.spi;

import dev.rsi.api.Codec;
import dev.rsi.api.Cost;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.SamplingParameters;
import dev.rsi.lm.SavedRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A session on any backend's {@link Sampler}: sorts requests by prompt length, samples each length
 * in chunks, and puts the answers back; and scores given answers.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class DecoderSession<T, C> implements ScoringSession<T, C> {
  /** Rows per native call: more are no faster on a core, and cancelling waits for a call. */
  static final int CHUNK = 128;

  private final Codec<T, C> codec;
  private final CharVocabulary vocabulary;
  private final Positions positions;
  private final SamplingParameters sampling;
  private final ToIntFunction<? super T> longest;
  private final int longestPrompt;
  private final Sampler sampler;
  private final AnswerScores<T, C> scores;
  private boolean closed;

  /** Takes the sampler over: it is closed with this. */
  public DecoderSession(
      Codec<T, C> codec, DecoderModel model, SamplingParameters sampling, Sampler sampler) {
    this(codec, model, sampling, task -> Integer.MAX_VALUE, sampler);
  }

  /** A session of a model whose weights the sampler alone knows. Takes the sampler over. */
  public DecoderSession(
      Codec<T, C> codec,
      CharVocabulary vocabulary,
      Positions positions,
      SamplingParameters sampling,
      Sampler sampler) {
    this(
        codec,
        vocabulary,
        positions,
        sampling,
        task -> Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        sampler);
  }

  /**
   * Takes the sampler over: it is closed with this.
   *
   * @param longest how many tokens the longest right answer to a task has, its end included, 1 or
   *     more; {@link SamplingParameters#maxNewTokens} stays the upper limit
   */
  public DecoderSession(
      Codec<T, C> codec,
      DecoderModel model,
      SamplingParameters sampling,
      ToIntFunction<? super T> longest,
      Sampler sampler) {
    this(
        codec,
        model.vocabulary(),
        Positions.of(model.config()),
        sampling,
        longest,
        Integer.MAX_VALUE,
        sampler);
  }

  /**
   * Takes the sampler over: it is closed with this.
   *
   * @param longest how many tokens the longest right answer to a task has, its end included, 1 or
   *     more; {@link SamplingParameters#maxNewTokens} stays the upper limit
   * @param longestPrompt how many tokens a task's text has at most, 1 or more: one that has more
   *     cannot be given to the model; {@link Integer#MAX_VALUE} for any number
   */
  public DecoderSession(
      Codec<T, C> codec,
      CharVocabulary vocabulary,
      Positions positions,
      SamplingParameters sampling,
      ToIntFunction<? super T> longest,
      int longestPrompt,
      Sampler sampler) {
    this.codec = codec;
    this.vocabulary = vocabulary;
    this.positions = positions;
    this.sampling = sampling;
    this.longest = longest;
    this.longestPrompt = longestPrompt;
    this.sampler = sampler;
    this.scores = new AnswerScores<>(codec, vocabulary, positions, sampling, CHUNK);
  }

  private static final class Prompt {
    final int index;
    final int[] tokens;
    final int offset;
    final int fresh;
    final SavedRandom random;

    Prompt(int index, int[] tokens, int offset, int fresh, SavedRandom random) {
      this.index = index;
      this.tokens = tokens;
      this.offset = offset;
      this.fresh = fresh;
      this.random = random;
    }
  }

  @Override
  public List<Output<C>> generate(List<Request<T>> requests, RunContext context) {
    checkOpen();
    List<@Nullable Output<C>> outputs = new ArrayList<>(requests.size());
    Map<Integer, List<Prompt>> byLength = new TreeMap<>();
    for (int i = 0; i < requests.size(); i++) {
      outputs.add(null);
      try {
        Prompt prompt = prompt(i, requests.get(i));
        byLength.computeIfAbsent(prompt.tokens.length, key -> new ArrayList<>()).add(prompt);
      } catch (RuntimeException e) {
        outputs.set(i, Output.failed("the task cannot be given to the model: " + e, 0));
      }
    }
    long done = 0;
    for (List<Prompt> group : byLength.values()) {
      for (int from = 0; from < group.size(); from += CHUNK) {
        context.checkActive();
        List<Prompt> chunk = group.subList(from, Math.min(group.size(), from + CHUNK));
        sample(chunk, outputs);
        done += chunk.size();
        context.progress(done, requests.size());
      }
    }
    List<Output<C>> complete = new ArrayList<>(requests.size());
    for (Output<C> output : outputs) {
      complete.add(Objects.requireNonNull(output));
    }
    return complete;
  }

  @Override
  public List<Double> score(List<T> tasks, List<C> candidates, RunContext context) {
    checkOpen();
    return scores.score(tasks, candidates, sampler::score, context);
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("The session is closed.");
    }
  }

  private Prompt prompt(int index, Request<T> request) {
    int[] tokens = vocabulary.encode(codec.writeTask(request.task()));
    if (tokens.length == 0) {
      throw new IllegalArgumentException("its text is empty");
    }
    if (tokens.length > longestPrompt) {
      throw new IllegalArgumentException(
          "its text has ("
              + tokens.length
              + ") tokens, but the longest prompt may have ("
              + longestPrompt
              + ")");
    }
    int fresh = Math.min(sampling.maxNewTokens(), longest.applyAsInt(request.task()));
    if (fresh < 1) {
      throw new IllegalArgumentException("its longest answer has " + fresh + " tokens");
    }
    SavedRandom random = new SavedRandom(request.seed());
    int offsets = positions.offsets(tokens, tokens.length, sampling.maxNewTokens());
    return new Prompt(index, tokens, random.nextInt(offsets), fresh, random);
  }

  private void sample(List<Prompt> chunk, List<@Nullable Output<C>> outputs) {
    int rows = chunk.size();
    int length = chunk.get(0).tokens.length;
    int fresh = chunk.stream().mapToInt(prompt -> prompt.fresh).max().orElseThrow();
    long[] ids = new long[rows * length];
    long[] given = new long[rows * length];
    long[] added = new long[rows * fresh];
    double[] uniform = new double[rows * fresh];
    for (int row = 0; row < rows; row++) {
      Prompt prompt = chunk.get(row);
      for (int i = 0; i < length; i++) {
        ids[row * length + i] = prompt.tokens[i];
      }
      positions.fill(prompt.tokens, length, length, prompt.offset, given, row * length);
      for (int i = 0; i < fresh; i++) {
        added[row * fresh + i] = positions.added(length, prompt.offset, i + 1);
        uniform[row * fresh + i] = sampling.temperature() == 0 ? 0 : prompt.random.nextDouble();
      }
    }
    Sampler.Prompts prompts = new Sampler.Prompts(rows, length, fresh, ids, given, added, uniform);
    long[] answers = sampler.sample(prompts, sampling.temperature(), vocabulary.end());
    for (int row = 0; row < rows; row++) {
      int[] answer = new int[chunk.get(row).fresh];
      for (int i = 0; i < answer.length; i++) {
        answer[i] = (int) answers[row * fresh + i];
      }
      outputs.set(chunk.get(row).index, output(answer, length));
    }
  }

  private Output<C> output(int[] answer, int read) {
    int end = 0;
    while (end < answer.length && answer[end] != vocabulary.end()) {
      end++;
    }
    if (end == answer.length && !sampling.keepCutOff()) {
      return Output.malformed(
          vocabulary.decode(answer, end), "no end within " + end + " tokens", new Cost(read, end));
    }
    String text = vocabulary.decode(answer, end);
    Cost cost = new Cost(read, Math.min(end + 1, answer.length));
    try {
      return Output.of(codec.readCandidate(text), cost);
    } catch (RuntimeException e) {
      return Output.malformed(
          text, "the answer (" + text + ") cannot be read: " + e.getMessage(), cost);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      sampler.close();
    }
  }
}
