package dev.rsi.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Sampler;
import java.util.List;

/** The whole batch, from prompts to the last token, as one call of a script. */
final class ScriptSampler implements Sampler {
  private final PtNDManager manager;
  private final NDArray weights;
  private final ScriptModule module;
  private final Uploads uploads = new Uploads();

  /** Takes the manager over: it is closed with this, also if this cannot be made. */
  ScriptSampler(PtNDManager manager, DecoderConfig config, float[] weights) {
    this.manager = manager;
    try {
      this.weights = FlatState.copy(manager, weights);
      module = new ScriptModule(manager, config, null);
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  @Override
  public long[] sample(Prompts prompts, double temperature, int end) {
    Shape given = new Shape(prompts.rows(), prompts.length());
    Shape wanted = new Shape(prompts.rows(), prompts.newTokens());
    uploads.clear();
    try (NDManager step = manager.newSubManager()) {
      List<NDArray> arguments =
          List.of(
              weights,
              uploads.longs(step, prompts.ids(), given),
              uploads.longs(step, prompts.positions(), given),
              uploads.longs(step, prompts.added(), wanted),
              uploads.doubles(step, prompts.uniform(), wanted),
              uploads.doubles(step, new double[] {temperature, end}, new Shape(2)));
      return module.call(step, "generate", false, arguments).singletonOrThrow().toLongArray();
    }
  }

  @Override
  public double[] score(Batch batch) {
    uploads.clear();
    try (NDManager step = manager.newSubManager()) {
      Shape all = new Shape(batch.rows(), batch.length());
      Shape tail = new Shape(batch.rows(), batch.answerLength());
      List<NDArray> arguments =
          List.of(
              weights,
              uploads.longs(step, batch.inputs(), all),
              uploads.longs(step, batch.positions(), all),
              uploads.longs(step, batch.targets(), tail));
      return module.call(step, "score", false, arguments).singletonOrThrow().toDoubleArray();
    }
  }

  @Override
  public int held() {
    return manager.getManagedArrays().size();
  }

  @Override
  public void close() {
    module.close();
    manager.close();
  }
}
