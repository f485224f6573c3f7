package dev.rsi.onnx;

import dev.rsi.api.Codec;
import dev.rsi.api.Described;
import dev.rsi.api.Knob;
import dev.rsi.api.Lesson;
import dev.rsi.api.Recipe;
import dev.rsi.api.RsiException;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.lm.spi.LeftOut;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Trains a linear head on a {@link FrozenEncoder}, in plain Java and in a second or less: for
 * classifiers, routers and scorers in applications. What a head can learn is what a hyperplane can
 * part in the space of embeddings: topics and intents well, arithmetic and negation not at all.
 * Field terms: linear probe, classifier head.
 *
 * <p>The encoder reads what the codec writes for a task. A <b>softmax</b> head gives one of the
 * labels that it was begun with, which are what the codec writes for candidates; a
 * <b>regression</b> head gives a number. A lesson counts in proportion to its weight.
 *
 * <p>Training starts from the base version's head and lowers the cross entropy, or half the squared
 * error, over all lessons at once by L-BFGS. The function is convex: with enough epochs the end
 * depends on the lessons alone, so what lessons leave out is forgotten. The artifact is one file,
 * {@code head.safetensors}, which carries the encoder's fingerprint.
 *
 * <p>Thread-safe and without state. The same request gives the same artifact, bit for bit, where
 * the encoder gives the same embeddings; nothing is drawn at random, so the request's seed is not
 * used.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class HeadTrainer<T, C> implements Trainer<T, C> {
  /** Steps over all lessons; fewer are taken where nothing more is gained. */
  public static final Knob EPOCHS =
      Knob.whole("epochs", 1, 10_000, 60, "steps over all lessons, at most");

  /**
   * How much large weights cost. The default lets a few lessons per label be learned and still
   * generalises to other phrasings; more is safer where verdicts may be wrong.
   */
  public static final Knob L2 =
      Knob.real("l2", 0, 10, 1e-4, "half the cost of the weights' squares, against the mean loss");

  private static final double TOLERANCE = 1e-8;

  private final FrozenEncoder encoder;
  private final Codec<T, C> codec;

  private HeadTrainer(FrozenEncoder encoder, Codec<T, C> codec) {
    this.encoder = Objects.requireNonNull(encoder, "encoder");
    this.codec = Objects.requireNonNull(codec, "codec");
  }

  /**
   * A trainer.
   *
   * @param encoder the caller closes it, after trainer, generator and sessions have done their work
   */
  public static <T, C> HeadTrainer<T, C> of(FrozenEncoder encoder, Codec<T, C> codec) {
    return new HeadTrainer<>(encoder, codec);
  }

  /** What opens and runs the heads of this trainer. */
  public HeadGenerator<T, C> generator() {
    return new HeadGenerator<>(encoder, codec, 0);
  }

  /**
   * Writes a softmax head that has learned nothing: each label is as likely as another.
   *
   * @param directory exists
   * @param labels all that it will ever give: 2 to 10,000, distinct as the codec writes them
   * @throws RsiException if the file cannot be written
   */
  public void writeClassifier(Path directory, List<? extends C> labels) {
    List<String> texts = new ArrayList<>();
    labels.forEach(label -> texts.add(codec.writeCandidate(label)));
    Head.untrained(Head.Kind.SOFTMAX, encoder, texts).write(directory);
  }

  /**
   * Writes a regression head that has learned nothing: it always gives 0. The codec must write
   * candidates as Java writes a double, and read what {@link Float#toString(float)} writes.
   *
   * @param directory exists
   * @throws RsiException if the file cannot be written
   */
  public void writeRegression(Path directory) {
    Head.untrained(Head.Kind.REGRESSION, encoder, List.of()).write(directory);
  }

  @Override
  public String describe() {
    return "heads on encoder " + encoder.fingerprint() + ", codec " + Described.className(codec);
  }

  @Override
  public List<Knob> knobs() {
    return List.of(EPOCHS, L2);
  }

  @Override
  public long maxSteps(Recipe recipe, long lessons) {
    return recipe.count(EPOCHS);
  }

  /**
   * {@inheritDoc}
   *
   * @throws dev.rsi.api.CorruptModelException if the base version is damaged or of another encoder
   * @throws RsiException if no lesson can be taught, the weights became non-finite or the artifact
   *     cannot be written. A lesson whose text the encoder cannot take, or whose candidate is none
   *     of the head's labels or no number, is left out, counted and named
   */
  @Override
  public TrainedArtifact train(TrainingRequest<T, C> request, TrainingContext<T, C> context) {
    context.checkActive();
    Head base = Head.read(request.base().directory(), encoder);
    List<Lesson<T, C>> lessons = request.lessons();
    int epochs = request.recipe().count(EPOCHS);
    long total = (long) lessons.size() + epochs;
    Map<String, Integer> index = new HashMap<>();
    base.labels().forEach(label -> index.put(label, index.size()));
    List<float[]> embeddings = new ArrayList<>(lessons.size());
    double[] targets = new double[lessons.size()];
    double[] weights = new double[lessons.size()];
    LeftOut leftOut = new LeftOut();
    for (int i = 0; i < lessons.size(); i++) {
      context.checkActive();
      Lesson<T, C> lesson = lessons.get(i);
      String task = codec.writeTask(lesson.task());
      String candidate = codec.writeCandidate(lesson.candidate());
      int place = embeddings.size();
      try {
        targets[place] = target(base, index, candidate);
        weights[place] = lesson.weight();
        embeddings.add(encoder.shared(task));
        leftOut.teach();
      } catch (RsiException | IllegalArgumentException e) {
        if (e instanceof RsiException failed && failed.retryable()) {
          throw e;
        }
        leftOut.leave(task, candidate, e);
      }
      context.progress(i + 1, total);
    }
    leftOut.checkSomeTaught("Maybe begin a head with all labels there will be.");
    targets = Arrays.copyOf(targets, embeddings.size());
    weights = Arrays.copyOf(weights, embeddings.size());
    HeadLoss loss = new HeadLoss(base, embeddings, targets, weights, request.recipe().value(L2));
    Lbfgs descent = new Lbfgs(loss, base.parameters(), TOLERANCE);
    int steps = 0;
    while (steps < epochs && !descent.done()) {
      context.checkActive();
      descent.step();
      steps++;
      context.progress(lessons.size() + steps, total);
    }
    Head trained = base.with(finite(descent));
    context.checkActive();
    trained.write(request.workDirectory());
    context.progress(total, total);
    Map<String, Double> metrics = metrics(trained, embeddings, targets, descent.value());
    Map<String, String> provenance = new HashMap<>();
    provenance.put("backend", "head on " + OrtRuntime.version());
    provenance.put("encoder", encoder.fingerprint());
    leftOut.report(metrics, provenance);
    return new TrainedArtifact(request.workDirectory(), steps, metrics, provenance);
  }

  private static double target(Head head, Map<String, Integer> index, String candidate) {
    if (head.kind() == Head.Kind.SOFTMAX) {
      Integer label = index.get(candidate);
      if (label == null) {
        throw new IllegalArgumentException(
            "Candidate ("
                + candidate
                + ") is none of the head's labels "
                + head.labels()
                + ".\nMaybe begin a head with all labels there will be.");
      }
      return label;
    }
    double number = Double.parseDouble(candidate);
    if (!Double.isFinite(number)) {
      throw new IllegalArgumentException("Candidate (" + candidate + ") is not a finite number.");
    }
    return number;
  }

  private static float[] finite(Lbfgs descent) {
    double[] point = descent.point();
    float[] parameters = new float[point.length];
    boolean finite = Double.isFinite(descent.value());
    for (int i = 0; i < point.length; i++) {
      parameters[i] = (float) point[i];
      finite &= Float.isFinite(parameters[i]);
    }
    if (!finite) {
      throw new RsiException(
          "The head's loss became ("
              + descent.value()
              + ") or its weights infinite.\nMaybe the lessons' numbers are too large: scale them.");
    }
    return parameters;
  }

  private static Map<String, Double> metrics(
      Head head, List<float[]> embeddings, double[] targets, double loss) {
    Map<String, Double> metrics = new HashMap<>();
    metrics.put("loss", loss);
    if (head.kind() == Head.Kind.REGRESSION) {
      return metrics;
    }
    int right = 0;
    for (int i = 0; i < targets.length; i++) {
      right += HeadGenerator.best(head.apply(embeddings.get(i))) == (int) targets[i] ? 1 : 0;
    }
    metrics.put("accuracy", (double) right / targets.length);
    return metrics;
  }
}
