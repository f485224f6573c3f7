package dev.rsi.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.TensorInfo;
import dev.rsi.api.CorruptModelException;
import dev.rsi.lm.Device;
import dev.rsi.lm.spi.AnswerScores;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Sampler;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Samples from a decoder that another program exported, run as it is. What it takes and gives is
 * found by the usual names, the sizes of its cache are read from the graph. The cache of one run
 * goes into the next as it is, in the runtime's memory and in whatever type the model keeps it.
 */
final class ExportedDecoder implements Sampler {
  private static final List<String> FILES = List.of("model.onnx", "onnx/model.onnx");
  private static final String IDS = "input_ids";
  private static final String POSITIONS = "position_ids";
  private static final String MASK = "attention_mask";
  private static final String LOGITS = "logits";
  private static final String PAST = "past_key_values.";
  private static final String PRESENT = "present.";

  private final Path file;
  private final int vocabulary;
  private final OrtSession session;
  private final OrtRun runs;
  private final Staging staging = new Staging();

  /** What is kept of the tokens read so far, by the name of the input that takes it. */
  private final Map<String, TensorInfo> cache = new TreeMap<>();

  private ExportedDecoder(Path file, int vocabulary, OrtSession session, OrtRun runs) {
    this.file = file;
    this.vocabulary = vocabulary;
    this.session = session;
    this.runs = runs;
  }

  /** The exported model of a directory; null if there is none. */
  static @Nullable Path in(Path directory) {
    return FILES.stream()
        .map(directory::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElse(null);
  }

  /**
   * Loads a model; external data stands in its directory.
   *
   * @param vocabulary how many tokens there are
   * @throws CorruptModelException if it cannot be loaded, or lacks an input or output, or has one
   *     that is not known; it names which
   */
  static ExportedDecoder open(Path file, int vocabulary, Device device) {
    ExternalData.check(file);
    ExportedDecoder decoder;
    try (SessionOptions options = OrtRuntime.options(device)) {
      OrtSession session = OrtRuntime.environment().createSession(file.toString(), options);
      decoder = new ExportedDecoder(file, vocabulary, session, new OrtRun());
    } catch (OrtException e) {
      throw new CorruptModelException(
          file,
          "(model)",
          "what " + OrtRuntime.version() + " can run",
          String.valueOf(e.getMessage()),
          e);
    }
    try {
      decoder.check();
      return decoder;
    } catch (RuntimeException | Error e) {
      decoder.close();
      throw e;
    }
  }

  // What the model takes and gives.

  private void check() {
    Map<String, NodeInfo> inputs;
    Map<String, NodeInfo> outputs;
    try {
      inputs = session.getInputInfo();
      outputs = session.getOutputInfo();
    } catch (OrtException e) {
      throw OrtRuntime.failed("tell what a model takes", e);
    }
    tensor(inputs, IDS, "a decoder", OnnxJavaType.INT64);
    for (String name : List.of(POSITIONS, MASK)) {
      if (inputs.containsKey(name)) {
        tensor(inputs, name, "a decoder", OnnxJavaType.INT64);
      }
    }
    Set<String> unknown = new HashSet<>(inputs.keySet());
    unknown.removeAll(Set.of(IDS, POSITIONS, MASK));
    for (String name : inputs.keySet()) {
      if (name.startsWith(PAST)) {
        keep(name, inputs, outputs);
        unknown.remove(name);
      }
    }
    if (!unknown.isEmpty()) {
      throw wrong(
          unknown.iterator().next(),
          "no inputs but " + List.of(IDS, MASK, POSITIONS, PAST + "N.key", PAST + "N.value"),
          "this one",
          "export it without merging decoders, for the task text-generation-with-past");
    }
    if (cache.isEmpty()) {
      throw wrong(
          PAST + "0.key",
          "a cache of keys and values",
          "none among the inputs " + inputs.keySet(),
          "export it for the task text-generation-with-past");
    }
    TensorInfo logits =
        tensor(
            outputs,
            LOGITS,
            "a language model",
            OnnxJavaType.FLOAT,
            OnnxJavaType.FLOAT16,
            OnnxJavaType.BFLOAT16);
    long[] shape = logits.getShape();
    if (shape.length != 3 || (shape[2] >= 0 && shape[2] != vocabulary)) {
      throw wrong(
          LOGITS,
          "[rows, length, " + vocabulary + "], as many as the tokenizer has tokens",
          Arrays.toString(shape),
          "put the tokenizer.json of this model beside it");
    }
  }

  private void keep(String name, Map<String, NodeInfo> inputs, Map<String, NodeInfo> outputs) {
    OnnxJavaType[] types = {OnnxJavaType.FLOAT, OnnxJavaType.FLOAT16, OnnxJavaType.BFLOAT16};
    TensorInfo past = tensor(inputs, name, "a cache", types);
    long[] shape = past.getShape();
    if (shape.length != 4 || shape[1] < 1 || shape[3] < 1) {
      throw wrong(
          name,
          "[rows, heads, past, head size] of known heads and head size",
          Arrays.toString(shape),
          "export it with fixed numbers of heads");
    }
    TensorInfo present = tensor(outputs, present(name), "the cache's next state", types);
    if (present.type != past.type) {
      throw wrong(present(name), past.type + " as its input", present.type.toString(), null);
    }
    cache.put(name, past);
  }

  private static String present(String past) {
    return PRESENT + past.substring(PAST.length());
  }

  private TensorInfo tensor(
      Map<String, NodeInfo> nodes, String name, String of, OnnxJavaType... types) {
    NodeInfo node = nodes.get(name);
    if (node == null) {
      throw wrong(name, of + " to have it", "only " + nodes.keySet(), "export it with usual names");
    }
    if (node.getInfo() instanceof TensorInfo info && List.of(types).contains(info.type)) {
      return info;
    }
    throw wrong(name, "one of " + Arrays.toString(types), node.getInfo().toString(), null);
  }

  private CorruptModelException wrong(
      String field, String expected, String found, @Nullable String wayOut) {
    String hint = wayOut == null ? "" : "; maybe " + wayOut;
    return new CorruptModelException(file, field, expected, found + hint);
  }

  // Running it.

  @Override
  public long[] sample(Prompts prompts, double temperature, int end) {
    int rows = prompts.rows();
    int length = prompts.length();
    Continuations answers = new Continuations(prompts, temperature, end);
    OrtSession.Result read =
        run(prompts.ids(), prompts.positions(), rows, 0, null, session.getOutputNames());
    try {
      while (answers.choose(logits(read, rows, 1))) {
        long[] ids = new long[rows];
        long[] positions = new long[rows];
        for (int row = 0; row < rows; row++) {
          ids[row] = answers.token(row);
          positions[row] = answers.position(row);
        }
        int before = length + answers.count() - 1;
        OrtSession.Result next = run(ids, positions, rows, before, read, session.getOutputNames());
        // Its cache was an input, and is freed with it: not before the run that reads it is over.
        read.close();
        read = next;
      }
      return answers.tokens();
    } finally {
      read.close();
      staging.clear();
    }
  }

  @Override
  public double[] score(Batch batch) {
    try (OrtSession.Result read =
        run(batch.inputs(), batch.positions(), batch.rows(), 0, null, Set.of(LOGITS))) {
      return AnswerScores.ofLogits(batch, logits(read, batch.rows(), batch.answerLength()));
    } finally {
      staging.clear();
    }
  }

  /**
   * Reads more tokens of every row.
   *
   * @param before how many were read before
   * @param read the run that read them, null if there are none
   * @return for the caller to close
   */
  private OrtSession.Result run(
      long[] ids,
      long[] positions,
      int rows,
      int before,
      OrtSession.@Nullable Result read,
      Set<String> wanted) {
    staging.clear();
    int length = ids.length / rows;
    Map<String, OnnxTensorLike> inputs = new HashMap<>();
    inputs.put(IDS, staging.longs(ids, 0, rows, length).tensor());
    if (session.getInputNames().contains(POSITIONS)) {
      inputs.put(POSITIONS, staging.longs(positions, 0, rows, length).tensor());
    }
    if (session.getInputNames().contains(MASK)) {
      long[] ones = new long[Math.multiplyExact(rows, before + length)];
      Arrays.fill(ones, 1);
      inputs.put(MASK, staging.longs(ones, 0, rows, before + length).tensor());
    }
    List<DirectTensor> blank = new ArrayList<>();
    try {
      for (Map.Entry<String, TensorInfo> entry : cache.entrySet()) {
        long[] shape = entry.getValue().getShape();
        if (read == null) {
          ElementType type = ElementType.of(entry.getValue().type);
          blank.add(DirectTensor.allocate(type, rows, shape[1], 0, shape[3]));
          inputs.put(entry.getKey(), blank.get(blank.size() - 1).tensor());
        } else {
          inputs.put(entry.getKey(), output(read, present(entry.getKey())));
        }
      }
      return runs.run(
          "run the model of (" + file + ")", options -> session.run(inputs, wanted, options));
    } finally {
      blank.forEach(DirectTensor::close);
    }
  }

  private OnnxTensor output(OrtSession.Result read, String name) {
    return (OnnxTensor)
        read.get(name).orElseThrow(() -> new IllegalStateException("no output " + name));
  }

  /** The logits of the last positions of every row, rows x count x vocabulary. */
  private float[] logits(OrtSession.Result read, int rows, int count) {
    OnnxTensor tensor = output(read, LOGITS);
    long[] shape = tensor.getInfo().getShape();
    if (shape.length != 3 || shape[0] != rows || shape[1] < count || shape[2] != vocabulary) {
      throw wrong(
          LOGITS,
          "[" + rows + ", length, " + vocabulary + "], as many as the tokenizer has tokens",
          Arrays.toString(shape),
          "put the tokenizer.json of this model beside it");
    }
    FloatBuffer all = Objects.requireNonNull(tensor.getFloatBuffer());
    int row = Math.toIntExact(shape[1]) * vocabulary;
    int kept = count * vocabulary;
    float[] logits = new float[rows * kept];
    for (int i = 0; i < rows; i++) {
      all.get((i + 1) * row - kept, logits, i * kept, kept);
    }
    return logits;
  }

  @Override
  public int held() {
    return 1 + staging.held();
  }

  @Override
  public void close() {
    staging.close();
    try (runs) {
      session.close();
    } catch (OrtException e) {
      throw OrtRuntime.failed("close a model", e);
    }
  }
}
