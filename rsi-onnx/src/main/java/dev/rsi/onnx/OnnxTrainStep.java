package dev.rsi.onnx;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.Device;
import dev.rsi.lm.Parameter;
import dev.rsi.lm.spi.AdamW;
import dev.rsi.lm.spi.Adapters;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.TrainStep;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A training step in ordinary runs of ordinary graphs: forward and backward over some rows at a
 * time, whose gradients add up, then the norm, then AdamW over a part of the parameters at a time.
 * What one run touches stays in the processor's cache, which is worth more than fewer runs.
 *
 * <p>Weights, moments and gradients are vectors in native memory; each parameter and each part is a
 * tensor over its piece of them, so nothing is copied on its way in or out.
 */
final class OnnxTrainStep implements TrainStep {

  /** Parameters of one AdamW run. */
  private static final int PARAMETERS_PER_RUN = 1 << 15;

  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final FlatTensor frozen;
  private final FlatTensor weights;
  private final FlatTensor firstMoment;
  private final FlatTensor secondMoment;
  private final FlatTensor gradient;
  private final FlatTensor addend;
  private final Staging staging;
  private final Device device;
  private final DecoderConfig config;
  private final @Nullable Adapters adapters;
  private final GraphSession backward;
  private @Nullable GraphSession score;
  private final GraphSession accumulation;
  private final GraphSession squares;
  private final GraphSession adamW;
  private final Map<String, DirectTensor> inputs = new HashMap<>();
  private final Map<String, DirectTensor> intoGradient = new HashMap<>();
  private final Map<String, DirectTensor> intoAddend = new HashMap<>();
  private final DirectTensor loss;
  private final DirectTensor hyper;
  private final DirectTensor sumOfSquares;
  private final List<Part> parts = new ArrayList<>();

  /** Parameters that are updated together, as the inputs and outputs of the runs that do it. */
  private static final class Part {
    final Map<String, DirectTensor> gradient;
    final Map<String, DirectTensor> addends;
    final Map<String, DirectTensor> sum;
    final Map<String, DirectTensor> before;
    final Map<String, DirectTensor> after;

    Part(OnnxTrainStep step, int offset, int size) {
      DirectTensor g = step.gradient.part(offset, size);
      DirectTensor w = step.weights.part(offset, size);
      DirectTensor m = step.firstMoment.part(offset, size);
      DirectTensor v = step.secondMoment.part(offset, size);
      gradient = Map.of("g", g);
      // Outputs lie over inputs. Each is written by the last operation that depends on all reads
      // of the input below it, and element by element, so no order of operations can mix them.
      addends = Map.of("a", g, "b", step.addend.part(offset, size));
      sum = Map.of("sum", g);
      before = Map.of("w", w, "m", m, "v", v, "g", g, "hyper", step.hyper);
      after = Map.of("new w", w, "new m", m, "new v", v);
    }
  }

  /** Trains all parameters. */
  OnnxTrainStep(Device device, DecoderConfig config, float[] start, TrainerState trainer) {
    this(device, config, new float[0], null, start, trainer);
  }

  /** Trains adapters to a model. */
  OnnxTrainStep(Device device, DecoderModel base, Adapters adapters, TrainerState trainer) {
    this(device, base.config(), base.weights(), adapters, adapters.start(), trainer);
  }

  private OnnxTrainStep(
      Device device,
      DecoderConfig config,
      float[] still,
      @Nullable Adapters adapters,
      float[] start,
      TrainerState trainer) {
    this.device = device;
    this.config = config;
    this.adapters = adapters;
    try {
      frozen = own(FlatTensor.of(still));
      weights = own(FlatTensor.of(start));
      firstMoment = own(FlatTensor.of(trainer.firstMoment()));
      secondMoment = own(FlatTensor.of(trainer.secondMoment()));
      gradient = own(new FlatTensor(start.length));
      addend = own(new FlatTensor(start.length));
      staging = own(new Staging());
      loss = own(DirectTensor.allocate(ElementType.FLOAT));
      hyper = own(DirectTensor.allocate(ElementType.FLOAT, 8));
      sumOfSquares = own(DirectTensor.allocate(ElementType.FLOAT));
      backward = own(GraphSession.of(TrainGraphs.learn(config, adapters), device));
      accumulation = own(GraphSession.of(TrainGraphs.accumulation(), device));
      squares = own(GraphSession.of(TrainGraphs.squares(), device));
      adamW = own(GraphSession.of(TrainGraphs.adamW(), device));
      intoGradient.put("loss", loss);
      intoAddend.put("loss", loss);
      if (adapters != null) {
        for (Parameter parameter : config.parameters()) {
          inputs.put(parameter.name(), frozen.part(parameter.offset(), sizes(parameter)));
        }
      }
      for (Parameter parameter : adapters == null ? config.parameters() : adapters.parameters()) {
        long[] shape = sizes(parameter);
        String output = "gradient:" + parameter.name();
        inputs.put(parameter.name(), weights.part(parameter.offset(), shape));
        intoGradient.put(output, gradient.part(parameter.offset(), shape));
        intoAddend.put(output, addend.part(parameter.offset(), shape));
      }
      for (int from = 0; from < start.length; from += PARAMETERS_PER_RUN) {
        parts.add(new Part(this, from, Math.min(PARAMETERS_PER_RUN, start.length - from)));
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private static long[] sizes(Parameter parameter) {
    return parameter.shape().stream().mapToLong(Integer::longValue).toArray();
  }

  private <R extends AutoCloseable> R own(R resource) {
    owned.push(resource);
    return resource;
  }

  @Override
  public Result step(List<Batch> batches, AdamW settings, double learningRate, long t) {
    double mean = lossAndGradient(batches);
    double sum = 0;
    for (Part part : parts) {
      squares.run(part.gradient, Map.of("squares", sumOfSquares));
      sum += sumOfSquares.floats().get(0);
    }
    double norm = Math.sqrt(sum);
    if (!Double.isFinite(mean) || !Double.isFinite(norm)) {
      return new Result(mean, norm, false);
    }
    double[] numbers = settings.hyper(learningRate, t);
    hyper
        .floats()
        .put((float) Math.min(1, settings.clipNorm() / (norm + 1e-6)))
        .put((float) (1 - learningRate * settings.weightDecay()))
        .put((float) (1 - settings.beta1()))
        .put((float) settings.beta2())
        .put((float) (1 - settings.beta2()))
        .put((float) numbers[7])
        .put((float) settings.epsilon())
        .put((float) (learningRate / numbers[6]));
    for (Part part : parts) {
      adamW.run(part.before, part.after);
    }
    return new Result(mean, norm, true);
  }

  @Override
  public float[] gradient(List<Batch> batches) {
    lossAndGradient(batches);
    return gradient.toFloats();
  }

  /** Leaves the gradient of the mean loss in {@code gradient}, and returns that loss. */
  private double lossAndGradient(List<Batch> batches) {
    long targets = 0;
    for (Batch batch : batches) {
      targets += batch.targets().length;
    }
    double total = 0;
    boolean first = true;
    for (Batch batch : batches) {
      float[] slopes = batch.slopes(targets);
      int rowsPerRun = Staging.rowsPerRun(batch.rows(), batch.length());
      for (int from = 0; from < batch.rows(); from += rowsPerRun) {
        int rows = Math.min(rowsPerRun, batch.rows() - from);
        stage(batch, from, rows);
        int answer = batch.answerLength();
        inputs.put("slopes", staging.floats(slopes, from * answer, rows, answer));
        backward.run(inputs, first ? intoGradient : intoAddend);
        total += loss.floats().get(0);
        if (!first) {
          for (Part part : parts) {
            accumulation.run(part.addends, part.sum);
          }
        }
        first = false;
      }
    }
    staging.clear();
    return total;
  }

  @Override
  public List<float[]> logProbabilities(List<Batch> batches) {
    if (score == null) {
      score = own(GraphSession.of(TrainGraphs.score(config, adapters), device));
    }
    inputs.remove("slopes");
    List<float[]> found = new ArrayList<>();
    for (Batch batch : batches) {
      int answer = batch.answerLength();
      FloatBuffer all = FloatBuffer.allocate(batch.targets().length);
      int rowsPerRun = Staging.rowsPerRun(batch.rows(), batch.length());
      for (int from = 0; from < batch.rows(); from += rowsPerRun) {
        int rows = Math.min(rowsPerRun, batch.rows() - from);
        stage(batch, from, rows);
        DirectTensor scores = staging.floats(rows, answer);
        score.run(inputs, Map.of("scores", scores));
        all.put(scores.floats());
      }
      found.add(all.array());
    }
    staging.clear();
    return found;
  }

  private void stage(Batch batch, int from, int rows) {
    int length = batch.length();
    int answer = batch.answerLength();
    staging.clear();
    inputs.put("ids", staging.longs(batch.inputs(), from * length, rows, length));
    inputs.put("positions", staging.longs(batch.positions(), from * length, rows, length));
    inputs.put("targets", staging.longs(batch.targets(), from * answer, rows, answer));
  }

  @Override
  public float[] weights() {
    return weights.toFloats();
  }

  @Override
  public float[] firstMoment() {
    return firstMoment.toFloats();
  }

  @Override
  public float[] secondMoment() {
    return secondMoment.toFloats();
  }

  @Override
  public int held() {
    int tensors = frozen.held() + weights.held() + gradient.held() + addend.held();
    return owned.size() + staging.held() + tensors;
  }

  @Override
  public void close() {
    Resources.closeAll(owned);
  }
}
