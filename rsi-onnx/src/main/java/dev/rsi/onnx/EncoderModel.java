package dev.rsi.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.rsi.api.RsiException;
import dev.rsi.lm.Device;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A loaded sentence encoder: ids and mask of one text in, the mean of its last hidden states out.
 *
 * <p>The runtime lets several threads run one session at once, and nothing here is changed by a
 * run.
 */
final class EncoderModel implements AutoCloseable {
  private static final String IDS = "input_ids";
  private static final String MASK = "attention_mask";
  private static final String TYPES = "token_type_ids";
  private static final String HIDDEN = "last_hidden_state";

  /** Where the runtime looks for weights of a model in memory; else in the working directory. */
  private static final String WEIGHTS = "session.model_external_initializers_file_folder_path";

  private final OrtSession session;
  private final String output;
  private final int dimension;

  private EncoderModel(OrtSession session, String output, int dimension) {
    this.session = session;
    this.output = output;
    this.dimension = dimension;
  }

  /**
   * Loads a model and tries it on a text, which also tells the dimension.
   *
   * @param weights the directory of weights that are not in the model; null if all are
   * @param ids of a short text
   * @throws RsiException if it is no model, or none with the inputs and the output of an encoder
   */
  static EncoderModel of(byte[] model, @Nullable Path weights, Device device, int[] ids) {
    OrtSession session;
    try (SessionOptions options = OrtRuntime.options(device)) {
      if (weights != null) {
        options.addConfigEntry(WEIGHTS, weights.toString());
      }
      session = OrtRuntime.environment().createSession(model, options);
    } catch (OrtException e) {
      throw OrtRuntime.failed("load an encoder of " + model.length + " bytes", e);
    }
    try {
      Set<String> inputs = session.getInputNames();
      if (!inputs.containsAll(Set.of(IDS, MASK)) || !Set.of(IDS, MASK, TYPES).containsAll(inputs)) {
        throw new RsiException(
            "A sentence encoder has the inputs ("
                + IDS
                + "), ("
                + MASK
                + ") and maybe ("
                + TYPES
                + "), but this model has "
                + inputs
                + ".\nMaybe it is a decoder, or was exported without the usual names.");
      }
      Set<String> outputs = session.getOutputNames();
      String output = outputs.contains(HIDDEN) ? HIDDEN : outputs.iterator().next();
      int dimension = new EncoderModel(session, output, 0).tried(ids);
      return new EncoderModel(session, output, dimension);
    } catch (RuntimeException | Error e) {
      close(session);
      throw e;
    }
  }

  /** Width of a hidden state. */
  int dimension() {
    return dimension;
  }

  private int tried(int[] ids) {
    return run(ids, (shape, hidden) -> Math.toIntExact(shape[2]));
  }

  /** The mean of the last hidden states of all tokens. */
  double[] mean(int[] ids) {
    return run(
        ids,
        (shape, hidden) -> {
          double[] mean = new double[dimension];
          for (int token = 0; token < ids.length; token++) {
            for (int i = 0; i < dimension; i++) {
              mean[i] += hidden.get(token * dimension + i);
            }
          }
          for (int i = 0; i < dimension; i++) {
            mean[i] /= ids.length;
          }
          return mean;
        });
  }

  private interface Reading<R> {
    R read(long[] shape, FloatBuffer hidden);
  }

  private <R> R run(int[] ids, Reading<R> reading) {
    long[] wide = Arrays.stream(ids).asLongStream().toArray();
    long[] ones = new long[ids.length];
    Arrays.fill(ones, 1);
    try (DirectTensor idTensor = DirectTensor.of(wide, 1, ids.length);
        DirectTensor mask = DirectTensor.of(ones, 1, ids.length);
        DirectTensor types = DirectTensor.allocate(ElementType.INT64, 1, ids.length)) {
      Map<String, OnnxTensor> inputs = new HashMap<>();
      inputs.put(IDS, idTensor.tensor());
      inputs.put(MASK, mask.tensor());
      if (session.getInputNames().contains(TYPES)) {
        inputs.put(TYPES, types.tensor());
      }
      try (OrtRun runs = new OrtRun();
          OrtSession.Result result =
              runs.run(
                  "encode a text of " + ids.length + " tokens",
                  options -> session.run(inputs, Set.of(output), options))) {
        OnnxTensor hidden = (OnnxTensor) result.get(0);
        long[] shape = hidden.getInfo().getShape();
        FloatBuffer floats = hidden.getFloatBuffer();
        if (floats == null || shape.length != 3 || shape[1] != ids.length) {
          throw new RsiException(
              "Output ("
                  + output
                  + ") has the type and shape ("
                  + hidden.getInfo()
                  + "), but hidden states are float [1, "
                  + ids.length
                  + ", dimension].\nMaybe export the model without its pooling.");
        }
        return reading.read(shape, floats);
      }
    } catch (OrtException e) {
      throw OrtRuntime.failed("encode a text of " + ids.length + " tokens", e);
    }
  }

  @Override
  public void close() {
    close(session);
  }

  private static void close(OrtSession session) {
    try {
      session.close();
    } catch (OrtException e) {
      throw OrtRuntime.failed("close an encoder", e);
    }
  }
}
