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

  private GraphSession(OrtSession session) {
    this.session = session;
  }

  /**
   * Loads a model from its bytes.
   *
   * @throws dev.rsi.api.RsiException with the runtime's reason
   */
  static GraphSession of(byte[] model, Device device) {
    try (SessionOptions options = OrtRuntime.options(device)) {
      return new GraphSession(OrtRuntime.environment().createSession(model, options));
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
   */
  void run(Map<String, DirectTensor> inputs, Map<String, DirectTensor> outputs) {
    try {
      // The outputs are in the caller's memory; the result holds nothing else.
      session.run(tensors(inputs), tensors(outputs)).close();
    } catch (OrtException e) {
      throw OrtRuntime.failed("run a model", e);
    }
  }

  private static Map<String, OnnxTensor> tensors(Map<String, DirectTensor> tensors) {
    Map<String, OnnxTensor> handles = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> handles.put(name, tensor.tensor()));
    return handles;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw OrtRuntime.failed("close a model", e);
    }
  }
}
