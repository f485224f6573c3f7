package dev.rsi.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.spi.AdamW;
import dev.rsi.lm.spi.Adapters;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.TrainStep;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The whole step, from tokens to new weights, as one call of a script. */
final class ScriptTrainStep implements TrainStep {
  private final FlatState state;
  private final ScriptModule module;

  /** The model that adapters are trained to; without them the script does not read it. */
  private final NDArray frozen;

  /**
   * Trains all parameters. Takes the manager over: it is closed with this, also if this cannot be
   * made.
   */
  ScriptTrainStep(
      PtNDManager manager, DecoderConfig config, float[] weights, TrainerState trainer) {
    this(manager, config, null, null, weights, trainer);
  }

  /** Trains adapters to a model. Takes the manager over likewise. */
  ScriptTrainStep(PtNDManager manager, DecoderModel base, Adapters adapters, TrainerState trainer) {
    this(manager, base.config(), base.weights(), adapters, adapters.start(), trainer);
  }

  private ScriptTrainStep(
      PtNDManager manager,
      DecoderConfig config,
      float @Nullable [] still,
      @Nullable Adapters adapters,
      float[] start,
      TrainerState trainer) {
    try {
      state = new FlatState(manager, start, trainer.firstMoment(), trainer.secondMoment());
      frozen = still == null ? state.weights : FlatState.copy(manager, still);
      module = new ScriptModule(manager, config, adapters);
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  @Override
  public Result step(List<Batch> batches, AdamW adamW, double learningRate, long t) {
    state.uploads.clear();
    try (NDManager step = state.manager.newSubManager()) {
      List<NDArray> arguments = new ArrayList<>();
      arguments.add(state.weights);
      arguments.add(state.firstMoment);
      arguments.add(state.secondMoment);
      arguments.add(frozen);
      addBatches(step, batches, arguments);
      arguments.add(state.uploads.doubles(step, adamW.hyper(learningRate, t), new Shape(8)));
      float[] result = module.call(step, "step", true, arguments).singletonOrThrow().toFloatArray();
      return new Result(result[0], result[1], result[2] == 1);
    }
  }

  @Override
  public float[] gradient(List<Batch> batches) {
    state.uploads.clear();
    try (NDManager step = state.manager.newSubManager()) {
      List<NDArray> arguments = new ArrayList<>();
      arguments.add(state.weights);
      arguments.add(frozen);
      addBatches(step, batches, arguments);
      return module.call(step, "gradient", true, arguments).get(0).toFloatArray();
    }
  }

  @Override
  public List<float[]> logProbabilities(List<Batch> batches) {
    List<float[]> found = new ArrayList<>();
    for (Batch batch : batches) {
      state.uploads.clear();
      try (NDManager step = state.manager.newSubManager()) {
        List<Batch> one = List.of(batch);
        List<NDArray> arguments =
            List.of(
                state.weights,
                frozen,
                state.inputs(step, one).get(0),
                state.positions(step, one).get(0),
                state.targets(step, one).get(0));
        found.add(
            module
                .call(step, "log_probabilities", false, arguments)
                .singletonOrThrow()
                .toFloatArray());
      }
    }
    return found;
  }

  private void addBatches(NDManager step, List<Batch> batches, List<NDArray> arguments) {
    state.inputs(step, batches).forEach(a -> arguments.add(ScriptModule.part("ids", a)));
    state.positions(step, batches).forEach(a -> arguments.add(ScriptModule.part("pos", a)));
    state.targets(step, batches).forEach(a -> arguments.add(ScriptModule.part("targets", a)));
    state.slopes(step, batches).forEach(a -> arguments.add(ScriptModule.part("slopes", a)));
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
    module.close();
    state.close();
  }
}
