package dev.rsi.onnx;

import dev.rsi.api.Codec;
import dev.rsi.api.Described;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import dev.rsi.lm.SavedRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Runs the heads that a {@link HeadTrainer} makes; see there. Made by {@link
 * HeadTrainer#generator}. Field term: classifier.
 *
 * <p>A task that the codec cannot write, or the encoder cannot take, is a failed output, a label or
 * number that the codec cannot read a malformed one. Sessions of softmax heads are {@link
 * ScoringSession}s: the score of a label is its log-probability, that of anything else is negative
 * infinity.
 *
 * <p>Thread-safe, and its outputs do not depend on the batch, bit for bit. Closing it, or a
 * session, does not close the encoder.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class HeadGenerator<T, C> implements Generator<T, C> {
  private final FrozenEncoder encoder;
  private final Codec<T, C> codec;
  private final double temperature;

  HeadGenerator(FrozenEncoder encoder, Codec<T, C> codec, double temperature) {
    this.encoder = encoder;
    this.codec = codec;
    this.temperature = temperature;
  }

  /**
   * The same generator at another temperature. At 0, the default, a softmax head gives its
   * likeliest label, the first of equals; above 0 it draws by the request's seed from the
   * probabilities to the power of {@code 1 / temperature}, which lets a router try what it is
   * unsure of. A regression head takes no notice.
   *
   * @param newTemperature 0 or more, finite
   */
  public HeadGenerator<T, C> withTemperature(double newTemperature) {
    if (!(newTemperature >= 0 && newTemperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "temperature (" + newTemperature + ") must be 0 or more and finite.");
    }
    return new HeadGenerator<>(encoder, codec, newTemperature);
  }

  @Override
  public String describe() {
    return "heads on encoder "
        + encoder.fingerprint()
        + ", temperature "
        + temperature
        + ", codec "
        + Described.className(codec);
  }

  @Override
  public Codec<T, C> codec() {
    return codec;
  }

  /** A head produces no tokens. */
  @Override
  public int maxTokens() {
    return 0;
  }

  @Override
  public Session<T, C> open(ModelVersion version) {
    Head head = Head.read(version.directory(), encoder);
    return head.kind() == Head.Kind.SOFTMAX ? new Classifying(head) : new Answering(head);
  }

  /** The index of the largest, the first of equals. */
  static int best(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  private class Answering implements Session<T, C> {
    final Head head;
    private boolean closed;

    Answering(Head head) {
      this.head = head;
    }

    @Override
    public final List<Output<C>> generate(List<Request<T>> requests, RunContext context) {
      checkOpen();
      context.checkActive();
      List<Output<C>> outputs = new ArrayList<>(requests.size());
      for (Request<T> request : requests) {
        context.checkActive();
        outputs.add(answer(request));
        context.progress(outputs.size(), requests.size());
      }
      return outputs;
    }

    private Output<C> answer(Request<T> request) {
      String task;
      try {
        task = Objects.requireNonNull(codec.writeTask(request.task()));
      } catch (RuntimeException e) {
        return Output.failed("the task cannot be given to the model: " + e, 0);
      }
      String answer;
      try {
        answer = text(head.apply(encoder.shared(task)), request.seed());
      } catch (RsiException e) {
        return Output.failed("the encoder cannot take the task: " + e.getMessage(), 0);
      }
      try {
        return Output.of(codec.readCandidate(answer), 0);
      } catch (RuntimeException e) {
        return Output.malformed(
            answer, "the answer (" + answer + ") cannot be read: " + e.getMessage(), 0);
      }
    }

    String text(double[] outputs, long seed) {
      return Float.toString((float) outputs[0]);
    }

    final void checkOpen() {
      if (closed) {
        throw new IllegalStateException("The session is closed.");
      }
    }

    @Override
    public final void close() {
      closed = true;
    }
  }

  private final class Classifying extends Answering implements ScoringSession<T, C> {
    Classifying(Head head) {
      super(head);
    }

    @Override
    String text(double[] logits, long seed) {
      return head.labels().get(temperature == 0 ? best(logits) : drawn(logits, seed));
    }

    private int drawn(double[] logits, long seed) {
      for (int i = 0; i < logits.length; i++) {
        logits[i] /= temperature;
      }
      Head.logSoftmax(logits);
      double left = new SavedRandom(seed).nextDouble();
      int chosen = 0;
      for (; chosen < logits.length - 1; chosen++) {
        left -= StrictMath.exp(logits[chosen]);
        if (left < 0) {
          break;
        }
      }
      return chosen;
    }

    @Override
    public List<Double> score(List<T> tasks, List<C> candidates, RunContext context) {
      checkOpen();
      if (tasks.size() != candidates.size()) {
        throw new IllegalArgumentException(
            "There are " + tasks.size() + " tasks, but " + candidates.size() + " candidates.");
      }
      context.checkActive();
      List<Double> scores = new ArrayList<>(tasks.size());
      for (int i = 0; i < tasks.size(); i++) {
        context.checkActive();
        scores.add(score(tasks.get(i), candidates.get(i)));
      }
      return scores;
    }

    private double score(T task, C candidate) {
      String text;
      int label;
      try {
        text = Objects.requireNonNull(codec.writeTask(task));
        label = head.labels().indexOf(codec.writeCandidate(candidate));
      } catch (RuntimeException e) {
        return Double.NaN;
      }
      if (label < 0) {
        return Double.NEGATIVE_INFINITY;
      }
      try {
        double[] logits = head.apply(encoder.shared(text));
        Head.logSoftmax(logits);
        return logits[label];
      } catch (RsiException e) {
        return Double.NaN;
      }
    }
  }
}
