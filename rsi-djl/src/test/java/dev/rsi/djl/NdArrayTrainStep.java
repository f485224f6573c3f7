package dev.rsi.djl;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.spi.AdamW;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.TrainStep;
import java.util.ArrayList;
import java.util.List;

/**
 * The step in DJL's public operations, one native call each. The engine has one gradient collector
 * per JVM, so that steps of this class exclude each other.
 */
final class NdArrayTrainStep implements TrainStep {
  private static final Object COLLECTOR = new Object();

  private final FlatState state;
  private final DecoderConfig config;

  /** Takes the manager over: it is closed with this, also if this cannot be made. */
  NdArrayTrainStep(
      PtNDManager manager, DecoderConfig config, float[] weights, TrainerState trainer) {
    this.config = config;
    try {
      state = new FlatState(manager, weights, trainer.firstMoment(), trainer.secondMoment());
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  @Override
  public Result step(List<Batch> batches, AdamW adamW, double learningRate, long t) {
    state.uploads.clear();
    try (NDManager step = state.manager.newSubManager()) {
      NDArray p = state.weights;
      NDArray m = state.firstMoment;
      NDArray v = state.secondMoment;
      // Results go to the manager of the receiver, which must not be the long-lived one.
      p.tempAttach(step);
      m.tempAttach(step);
      v.tempAttach(step);
      NDArray[] lossAndGradient = lossAndGradient(step, batches);
      float loss = lossAndGradient[0].getFloat();
      NDArray g = lossAndGradient[1];
      float norm = g.norm().getFloat();
      if (!Float.isFinite(loss) || !Float.isFinite(norm)) {
        return new Result(loss, norm, false);
      }
      double[] hyper = adamW.hyper(learningRate, t);
      double clip = Math.min(1, adamW.clipNorm() / (norm + 1e-6));
      g = g.mul(number(step, clip));
      p.muli(number(step, 1 - learningRate * adamW.weightDecay()));
      m.addi(g.sub(m).mul(number(step, 1 - adamW.beta1())));
      v.muli(number(step, adamW.beta2()));
      v.addi(g.mul(g).mul(number(step, 1 - adamW.beta2())));
      NDArray root = v.sqrt().div(number(step, hyper[7])).add(number(step, adamW.epsilon()));
      p.subi(m.div(root).mul(number(step, learningRate / hyper[6])));
      return new Result(loss, norm, true);
    }
  }

  @Override
  public float[] gradient(List<Batch> batches) {
    state.uploads.clear();
    try (NDManager step = state.manager.newSubManager()) {
      state.weights.tempAttach(step);
      return lossAndGradient(step, batches)[1].toFloatArray();
    }
  }

  private NDArray[] lossAndGradient(NDManager step, List<Batch> batches) {
    List<NDArray> ids = state.inputs(step, batches);
    List<NDArray> positions = state.positions(step, batches);
    List<NDArray> targets = state.targets(step, batches);
    List<NDArray> slopes = state.slopes(step, batches);
    synchronized (COLLECTOR) {
      try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
        NDArray flat = state.weights.duplicate();
        flat.attach(step);
        flat.setRequiresGradient(true);
        NDArray loss = step.create(0f);
        for (int i = 0; i < ids.size(); i++) {
          NDArray found =
              logProbabilities(step, flat, ids.get(i), positions.get(i), targets.get(i));
          loss = loss.add(found.reshape(-1).mul(slopes.get(i)).sum());
        }
        collector.backward(loss);
        NDArray gradient = flat.getGradient();
        gradient.attach(step);
        return new NDArray[] {loss, gradient.duplicate()};
      } finally {
        JniUtils.setGradMode(false);
      }
    }
  }

  /** Of every target, [rows, answer, 1]. */
  private NDArray logProbabilities(
      NDManager step, NDArray flat, NDArray ids, NDArray positions, NDArray targets) {
    NDArray logits =
        new NdArrayDecoder(config, step, flat).logits(ids, positions, targets.getShape().get(1));
    return logits.logSoftmax(2).gather(targets.expandDims(2), 2);
  }

  @Override
  public List<float[]> logProbabilities(List<Batch> batches) {
    List<float[]> found = new ArrayList<>();
    for (Batch batch : batches) {
      state.uploads.clear();
      try (NDManager step = state.manager.newSubManager()) {
        List<Batch> one = List.of(batch);
        state.weights.tempAttach(step);
        JniUtils.setGradMode(false);
        found.add(
            logProbabilities(
                    step,
                    state.weights,
                    state.inputs(step, one).get(0),
                    state.positions(step, one).get(0),
                    state.targets(step, one).get(0))
                .toFloatArray());
      }
    }
    return found;
  }

  private static NDArray number(NDManager step, double value) {
    return step.create((float) value);
  }

  @Override
  public float[] weights() {
    return state.weights.toFloatArray();
  }

  @Override
  public float[] firstMoment() {
    return state.firstMoment.toFloatArray();
  }

  @Override
  public float[] secondMoment() {
    return state.secondMoment.toFloatArray();
  }

  @Override
  public int held() {
    return state.manager.getManagedArrays().size();
  }

  @Override
  public void close() {
    state.close();
  }
}
