package dev.rsi.lm;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A session on any backend's {@link Sampler}: sorts requests by prompt length, samples each length
 * in chunks, and puts the answers back.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class DecoderSession<T, C> implements Generator.Session<T, C> {
  /** Rows per native call: more are no faster on a core, and cancelling waits for a call. */
  static final int CHUNK = 128;

  private final Codec<T, C> codec;
  private final CharVocabulary vocabulary;
  private final Positions positions;
  private final boolean coupled;
  private final SamplingParameters sampling;
  private final Sampler sampler;
  private boolean closed;

  /** Takes the sampler over: it is closed with this. */
  public DecoderSession(
      Codec<T, C> codec, DecoderModel model, SamplingParameters sampling, Sampler sampler) {
    this.codec = codec;
    this.vocabulary = model.vocabulary();
    this.positions = Positions.of(model.config());
    this.coupled = model.config().positionScheme() == PositionScheme.COUPLED;
    this.sampling = sampling;
    this.sampler = sampler;
  }

  private static final class Prompt {
    final int index;
    final int[] tokens;
    final int offset;
    final SavedRandom random;

    Prompt(int index, int[] tokens, int offset, SavedRandom random) {
      this.index = index;
      this.tokens = tokens;
      this.offset = offset;
      this.random = random;
    }
  }

  @Override
  public List<Output<C>> generate(List<Request<T>> requests, RunContext context) {
    if (closed) {
      throw new IllegalStateException("The session is closed.");
    }
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

  /**
   * Log-probabilities (natural) that the model gives to an answer, each token given all before it.
   *
   * @param requests tasks and seeds; a seed decides the offset of COUPLED positions as it does in
   *     {@link #generate}
   * @param candidates one for each request
   * @return for each request one number per token of its answer, the last for the end token; empty
   *     where task or answer do not fit the model
   * @throws IllegalStateException if the session is closed
   * @throws dev.rsi.api.CancelledException if {@code context} was cancelled
   */
  public List<double[]> logProbabilities(
      List<Request<T>> requests, List<C> candidates, RunContext context) {
    if (closed) {
      throw new IllegalStateException("The session is closed.");
    }
    if (requests.size() != candidates.size()) {
      throw new IllegalArgumentException(
          "There are " + requests.size() + " requests, but " + candidates.size() + " candidates.");
    }
    List<double[]> scores = new ArrayList<>(requests.size());
    Map<Long, List<Answer>> byShape = new TreeMap<>();
    for (int i = 0; i < requests.size(); i++) {
      scores.add(new double[0]);
      try {
        Answer answer = answer(i, requests.get(i), candidates.get(i));
        long shape = (long) answer.example.length() << 32 | answer.example.promptLength();
        byShape.computeIfAbsent(shape, key -> new ArrayList<>()).add(answer);
      } catch (RuntimeException e) {
        // Its score stays empty.
      }
    }
    for (List<Answer> group : byShape.values()) {
      for (int from = 0; from < group.size(); from += CHUNK) {
        context.checkActive();
        score(group.subList(from, Math.min(group.size(), from + CHUNK)), scores);
      }
    }
    return scores;
  }

  private static final class Answer {
    final int index;
    final Example example;
    final int offset;

    Answer(int index, Example example, int offset) {
      this.index = index;
      this.example = example;
      this.offset = offset;
    }
  }

  private Answer answer(int index, Request<T> request, C candidate) {
    String task = codec.writeTask(request.task());
    Example example = Example.of(vocabulary, task, codec.writeCandidate(candidate), 1);
    int offsets = positions.offsets(example.tokens(), example.length() - 1, 0);
    int offset = coupled ? prompt(index, request).offset : 0;
    return new Answer(index, example, Math.min(offset, offsets - 1));
  }

  private void score(List<Answer> chunk, List<double[]> scores) {
    Example first = chunk.get(0).example;
    int length = first.length() - 1;
    int tokens = first.length() - first.promptLength();
    Batch batch = new Batch(chunk.size(), length, tokens);
    for (int row = 0; row < chunk.size(); row++) {
      Answer answer = chunk.get(row);
      batch.set(row, answer.example, positions, answer.offset);
    }
    float[] found = sampler.score(batch);
    for (int row = 0; row < chunk.size(); row++) {
      double[] own = new double[tokens];
      for (int i = 0; i < tokens; i++) {
        own[i] = found[row * tokens + i];
      }
      scores.set(chunk.get(row).index, own);
    }
  }

  private Prompt prompt(int index, Request<T> request) {
    int[] tokens = vocabulary.encode(codec.writeTask(request.task()));
    if (tokens.length == 0) {
      throw new IllegalArgumentException("its text is empty");
    }
    SavedRandom random = new SavedRandom(request.seed());
    int offsets = positions.offsets(tokens, tokens.length, sampling.maxNewTokens());
    return new Prompt(index, tokens, random.nextInt(offsets), random);
  }

  private void sample(List<Prompt> chunk, List<@Nullable Output<C>> outputs) {
    int rows = chunk.size();
    int length = chunk.get(0).tokens.length;
    int fresh = sampling.maxNewTokens();
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
      int[] answer = new int[fresh];
      for (int i = 0; i < fresh; i++) {
        answer[i] = (int) answers[row * fresh + i];
      }
      outputs.set(chunk.get(row).index, output(answer));
    }
  }

  private Output<C> output(int[] answer) {
    int end = 0;
    while (end < answer.length && answer[end] != vocabulary.end()) {
      end++;
    }
    if (end == answer.length && !sampling.keepCutOff()) {
      return Output.malformed("no end within " + end + " tokens", end);
    }
    String text = vocabulary.decode(answer, end);
    int tokens = Math.min(end + 1, answer.length);
    try {
      return Output.of(codec.readCandidate(text), tokens);
    } catch (RuntimeException e) {
      return Output.malformed(
          "the answer (" + text + ") cannot be read: " + e.getMessage(), tokens);
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
