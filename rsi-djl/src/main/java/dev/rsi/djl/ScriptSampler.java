package dev.rsi.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import dev.rsi.lm.Batch;
import dev.rsi.lm.DecoderConfig;
import java.util.List;

/** The whole batch, from prompts to the last token, as one call of a script. */
final class ScriptSampler implements Sampler {
  private final PtNDManager manager;
  private final NDArray weights;
  private final ScriptModule module;

  /** Takes the manager over: it is closed with this, also if this cannot be made. */
  ScriptSampler(PtNDManager manager, DecoderConfig config, float[] weights) {
    this.manager = manager;
    try {
      this.weights = FlatState.copy(manager, weights);
      module = new ScriptModule(manager, config);
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  @Override
  public long[] sample(Prompts prompts, double temperature, int end) {
    Shape given = new Shape(prompts.rows(), prompts.length());
    Shape wanted = new Shape(prompts.rows(), prompts.newTokens());
    try (NDManager step = manager.newSubManager()) {
      List<NDArray> arguments =
          List.of(
              weights,
              step.create(prompts.ids(), given),
              step.create(prompts.positions(), given),
              step.create(prompts.added(), wanted),
              step.create(prompts.uniform(), wanted),
              step.create(new double[] {temperature, end}));
      return module.call(step, "generate", false, arguments).singletonOrThrow().toLongArray();
    }
  }

  /** Log-probability (natural) of each row's targets, given what stands before them. */
  float[] score(Batch batch) {
    try (NDManager step = manager.newSubManager()) {
      List<Batch> one = List.of(batch);
      List<NDArray> arguments =
          List.of(
              weights,
              FlatState.inputs(step, one).get(0),
              FlatState.positions(step, one).get(0),
              FlatState.targets(step, one).get(0));
      return module.call(step, "score", false, arguments).singletonOrThrow().toFloatArray();
    }
  }

  @Override
  public void close() {
    module.close();
    manager.close();
  }
}
