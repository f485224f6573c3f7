package dev.rsi.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.rsi.lm.Device;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A model that is loaded and ready to run. One thread at a time; freed by {@link #close}. */
final class GraphSession implements AutoCloseable {
  private final OrtSession session;
  private final OrtRun runs;

  private GraphSession(OrtSession session, OrtRun runs) {
    this.session = session;
    this.runs = runs;
  }

  /**
   * Loads a model from its bytes.
   *
   * @throws dev.rsi.api.RsiException with the runtime's reason
   */
  static GraphSession of(byte[] model, Device device) {
    try (SessionOptions options = OrtRuntime.options(device)) {
      OrtSession session = OrtRuntime.environment().createSession(model, options);
      return new GraphSession(session, new OrtRun());
    } catch (OrtException e) {
      throw OrtRuntime.failed("load a model of " + model.length + " bytes", e);
    }
  }

  Set<String> inputNames() {
    return session.getInputNames();
  }

  Set<String> outputNames() {
    return session.getOutputNames();
  }

  /**
   * Runs the model into the outputs' own memory; an output that is not asked for is not made.
   *
   * @param inputs one tensor for every input
   * @throws dev.rsi.api.CancelledException if the thread was interrupted before it was over
   */
  void run(Map<String, DirectTensor> inputs, Map<String, DirectTensor> outputs) {
    // The outputs are in the caller's memory; the result holds nothing else.
    runs.run(
            "run a model",
            options -> session.run(tensors(inputs), Set.of(), tensors(outputs), options))
        .close();
  }

  private static Map<String, OnnxTensor> tensors(Map<String, DirectTensor> tensors) {
    Map<String, OnnxTensor> handles = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> handles.put(name, tensor.tensor()));
    return handles;
  }

  @Override
  public void close() {
    try (runs) {
      session.close();
    } catch (OrtException e) {
      throw OrtRuntime.failed("close a model", e);
    }
  }
}
