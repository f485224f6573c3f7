package dev.rsi.onnx;

import dev.rsi.lm.Batch;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.Device;
import dev.rsi.lm.Sampler;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Samples with a cache of keys and values that each run changes in place. Prompts are read some
 * rows at a time, tokens are added for all rows at once.
 */
final class OnnxSampler implements Sampler {
  /** Tokens of one run over prompts, at least one row. */
  private static final int TOKENS_PER_RUN = 1024;

  private final Device device;
  private final DecoderConfig config;
  private final float[] weights;
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final Staging staging = new Staging();
  private final GraphSession prefill;
  private final GraphSession decode;
  private @Nullable GraphSession score;
  private @Nullable Cache cache;

  OnnxSampler(Device device, DecoderConfig config, float[] weights) {
    this.device = device;
    this.config = config;
    this.weights = weights;
    owned.push(staging);
    try {
      prefill = own(GraphSession.of(ServeGraphs.prefill(config, weights), device));
      decode = own(GraphSession.of(ServeGraphs.decode(config, weights), device));
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private <R extends AutoCloseable> R own(R resource) {
    owned.push(resource);
    return resource;
  }

  /** Memory for some rows of some capacity, and the tensors over it. */
  private static final class Cache implements AutoCloseable {
    final int rows;
    final int capacity;
    final int vocabulary;
    final int perRow;
    final Deque<AutoCloseable> owned = new ArrayDeque<>();
    final Map<String, FlatTensor> memory = new HashMap<>();
    final Map<String, DirectTensor> inputs = new HashMap<>();
    final Map<String, DirectTensor> outputs = new HashMap<>();
    final FlatTensor logits;
    final LongBuffer ids;
    final LongBuffer positions;
    final IntBuffer last;
    final IntBuffer total;
    final DecoderConfig config;

    Cache(DecoderConfig config, int rows, int capacity) {
      this.config = config;
      this.rows = rows;
      this.capacity = capacity;
      vocabulary = config.vocabularySize();
      perRow = config.heads() * capacity * ServedWeights.headSize(config);
      logits = own(new FlatTensor(Math.multiplyExact(rows, vocabulary)));
      outputs.put("logits", logits.part(0, rows, vocabulary));
      long size = ServedWeights.headSize(config);
      for (int i = 0; i < config.layers(); i++) {
        for (String name : new String[] {"key " + i, "value " + i}) {
          FlatTensor flat = own(new FlatTensor(Math.multiplyExact(rows, perRow)));
          memory.put(name, flat);
          DirectTensor whole = flat.part(0, rows, config.heads(), capacity, size);
          inputs.put("past " + name, whole);
          outputs.put(name, whole);
        }
      }
      ids = put("ids", own(DirectTensor.allocate(ElementType.INT64, rows))).longs();
      positions = put("positions", own(DirectTensor.allocate(ElementType.INT64, rows))).longs();
      last = put("last", own(DirectTensor.allocate(ElementType.INT32, rows))).ints();
      total = put("total", own(DirectTensor.allocate(ElementType.INT32))).ints();
    }

    private <R extends AutoCloseable> R own(R resource) {
      owned.push(resource);
      return resource;
    }

    private DirectTensor put(String name, DirectTensor tensor) {
      inputs.put(name, tensor);
      return tensor;
    }

    /** Outputs of a run over some of the rows; the caller closes them. */
    Map<String, DirectTensor> slice(int from, int count) {
      Map<String, DirectTensor> slice = new HashMap<>();
      slice.put("logits", logits.view(from * vocabulary, count, vocabulary));
      long size = ServedWeights.headSize(config);
      memory.forEach(
          (name, flat) ->
              slice.put(name, flat.view(from * perRow, count, config.heads(), capacity, size)));
      return slice;
    }

    @Override
    public void close() {
      Resources.closeAll(owned);
    }
  }

  @Override
  public long[] sample(Prompts prompts, double temperature, int end) {
    int rows = prompts.rows();
    int length = prompts.length();
    int fresh = prompts.newTokens();
    int vocabulary = config.vocabularySize();
    Cache state = cache(rows, length + fresh - 1);
    read(prompts, state);
    long[] out = new long[rows * fresh];
    Arrays.fill(out, end);
    float[] logits = new float[rows * vocabulary];
    boolean[] done = new boolean[rows];
    int open = rows;
    for (int n = 0; ; n++) {
      state.logits.floats().get(logits);
      for (int row = 0; row < rows; row++) {
        int at = row * fresh + n;
        int token =
            Sampler.choose(
                logits, row * vocabulary, vocabulary, temperature, prompts.uniform()[at]);
        out[at] = token;
        state.ids.put(row, token);
        state.positions.put(row, prompts.added()[at]);
        if (token == end && !done[row]) {
          done[row] = true;
          open--;
        }
      }
      if (n == fresh - 1 || open == 0) {
        return out;
      }
      for (int row = 0; row < rows; row++) {
        state.last.put(row, length + n);
      }
      state.total.put(0, length + n + 1);
      decode.run(state.inputs, state.outputs);
    }
  }

  /** The cache of the call before where it fits. */
  private Cache cache(int rows, int capacity) {
    if (cache != null && (cache.rows != rows || cache.capacity != capacity)) {
      cache.close();
      cache = null;
    }
    if (cache == null) {
      cache = new Cache(config, rows, capacity);
    }
    return cache;
  }

  private void read(Prompts prompts, Cache state) {
    int length = prompts.length();
    int rowsPerRun = Math.max(1, TOKENS_PER_RUN / length);
    for (int from = 0; from < prompts.rows(); from += rowsPerRun) {
      int rows = Math.min(rowsPerRun, prompts.rows() - from);
      staging.clear();
      Map<String, DirectTensor> outputs = state.slice(from, rows);
      try {
        prefill.run(
            Map.of(
                "ids", staging.longs(prompts.ids(), from * length, rows, length),
                "positions", staging.longs(prompts.positions(), from * length, rows, length),
                "free", staging.longs(state.capacity - (long) length)),
            outputs);
      } finally {
        outputs.values().forEach(DirectTensor::close);
      }
    }
  }

  @Override
  public double[] score(Batch batch) {
    if (score == null) {
      score = own(GraphSession.of(ServeGraphs.score(config, weights), device));
    }
    int length = batch.length();
    int answer = batch.answerLength();
    staging.clear();
    try (DirectTensor scores = DirectTensor.allocate(ElementType.FLOAT, batch.rows(), answer)) {
      score.run(
          Map.of(
              "ids", staging.longs(batch.inputs(), 0, batch.rows(), length),
              "positions", staging.longs(batch.positions(), 0, batch.rows(), length),
              "targets", staging.longs(batch.targets(), 0, batch.rows(), answer)),
          Map.of("scores", scores));
      return sums(scores.toFloats(), batch.rows());
    }
  }

  /** The sum of each row. */
  private static double[] sums(float[] all, int rows) {
    double[] sums = new double[rows];
    for (int i = 0; i < all.length; i++) {
      sums[i / (all.length / rows)] += all[i];
    }
    return sums;
  }

  @Override
  public int held() {
    return owned.size() + (cache == null ? 0 : 1);
  }

  @Override
  public void close() {
    if (cache != null) {
      cache.close();
      cache = null;
    }
    Resources.closeAll(owned);
  }
}
