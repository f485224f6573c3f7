package dev.rsi.onnx;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.Parameter;
import dev.rsi.lm.spi.Batch;
import java.util.HashMap;
import java.util.Map;

/** What every graph that tries members is given: a batch, and parameters in native memory. */
final class PopulationInputs implements AutoCloseable {
  private final FlatTensor weights;
  private final Staging staging = new Staging();
  private final Map<String, DirectTensor> tensors = new HashMap<>();

  PopulationInputs(DecoderConfig config) {
    weights = new FlatTensor(config.parameterCount());
    for (Parameter parameter : config.parameters()) {
      long[] shape = parameter.shape().stream().mapToLong(Integer::longValue).toArray();
      tensors.put(parameter.name(), weights.part(parameter.offset(), shape));
    }
  }

  void weights(float[] values) {
    weights.floats().put(values);
  }

  void batch(Batch batch) {
    staging.clear();
    int rows = batch.rows();
    tensors.put("ids", staging.longs(batch.inputs(), 0, rows, batch.length()));
    tensors.put("positions", staging.longs(batch.positions(), 0, rows, batch.length()));
    tensors.put("targets", staging.longs(batch.targets(), 0, rows, batch.answerLength()));
  }

  int parameterCount() {
    return weights.floats().capacity();
  }

  /** By name, as the graphs take them. */
  Map<String, DirectTensor> tensors() {
    return tensors;
  }

  @Override
  public void close() {
    staging.close();
    weights.close();
  }
}
