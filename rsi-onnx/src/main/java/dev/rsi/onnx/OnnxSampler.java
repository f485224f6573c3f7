package dev.rsi.onnx;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.Device;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Sampler;
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
 * rows at a time, tokens are added for as many as the processor's cache holds.
 */
final class OnnxSampler implements Sampler {
  /**
   * Keys and values of rows that are continued together: about what stays in a core's share of the
   * cache. With 32 MB a token took twice as long. Where the weights take more, so may these.
   */
  private static final long CACHE_BYTES = 1 << 23;

  /** Fewer rows than these would read the weights too often. */
  private static final int LEAST_ROWS = 16;

  private final Device device;
  private final DecoderConfig config;
  private final float[] weights;
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final Staging staging = new Staging();
  private final GraphSession prefill;
  private final GraphSession decode;
  private @Nullable GraphSession score;
  private @Nullable Cache cache;

  /** Memory of all caches so far: given back by the garbage collector alone, so used again. */
  private final Map<String, FlatTensor> pool = new HashMap<>();

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

    /** Takes memory that is large enough from one that there is, or adds to it. */
    Cache(DecoderConfig config, int rows, int capacity, Map<String, FlatTensor> pool) {
      this.config = config;
      this.rows = rows;
      this.capacity = capacity;
      vocabulary = config.vocabularySize();
      perRow = config.heads() * capacity * ServedWeights.headSize(config);
      logits = memory(pool, "logits", Math.multiplyExact(rows, vocabulary));
      outputs.put("logits", own(logits.view(0, rows, vocabulary)));
      long size = ServedWeights.headSize(config);
      for (int i = 0; i < config.layers(); i++) {
        for (String name : new String[] {"key " + i, "value " + i}) {
          FlatTensor flat = memory(pool, name, Math.multiplyExact(rows, perRow));
          memory.put(name, flat);
          DirectTensor whole = own(flat.view(0, rows, config.heads(), capacity, size));
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

    private static FlatTensor memory(Map<String, FlatTensor> pool, String name, int size) {
      FlatTensor known = pool.get(name);
      if (known == null || known.floats().capacity() < size) {
        known = new FlatTensor(size);
        pool.put(name, known);
      }
      return known;
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
    int fresh = prompts.newTokens();
    long[] tokens = new long[rows * fresh];
    int together = rowsTogether(rows, prompts.length() + fresh - 1);
    for (int from = 0; from < rows; from += together) {
      int to = Math.min(rows, from + together);
      long[] answers = continued(part(prompts, from, to), temperature, end);
      System.arraycopy(answers, 0, tokens, from * fresh, answers.length);
    }
    return tokens;
  }

  /** How many rows are continued together, so that all parts are about as large. */
  private int rowsTogether(int rows, int capacity) {
    long perRow = 8L * config.layers() * config.heads() * capacity * ServedWeights.headSize(config);
    long most = Math.max(LEAST_ROWS, Math.max(CACHE_BYTES, 4L * weights.length) / perRow);
    long parts = (rows + most - 1) / most;
    return (int) ((rows + parts - 1) / parts);
  }

  private static Prompts part(Prompts all, int from, int to) {
    int length = all.length();
    int fresh = all.newTokens();
    return new Prompts(
        to - from,
        length,
        fresh,
        Arrays.copyOfRange(all.ids(), from * length, to * length),
        Arrays.copyOfRange(all.positions(), from * length, to * length),
        Arrays.copyOfRange(all.added(), from * fresh, to * fresh),
        Arrays.copyOfRange(all.uniform(), from * fresh, to * fresh));
  }

  private long[] continued(Prompts prompts, double temperature, int end) {
    int rows = prompts.rows();
    int length = prompts.length();
    Cache state = cache(rows, length + prompts.newTokens() - 1);
    read(prompts, state);
    Continuations answers = new Continuations(prompts, temperature, end);
    float[] logits = new float[rows * config.vocabularySize()];
    state.logits.floats().get(logits, 0, logits.length);
    while (answers.choose(logits)) {
      for (int row = 0; row < rows; row++) {
        state.ids.put(row, answers.token(row));
        state.positions.put(row, answers.position(row));
        state.last.put(row, length + answers.count() - 1);
      }
      state.total.put(0, length + answers.count());
      decode.run(state.inputs, state.outputs);
      state.logits.floats().get(logits, 0, logits.length);
    }
    return answers.tokens();
  }

  /** The cache of the call before where it fits. */
  private Cache cache(int rows, int capacity) {
    if (cache != null && (cache.rows != rows || cache.capacity != capacity)) {
      cache.close();
      cache = null;
    }
    if (cache == null) {
      cache = new Cache(config, rows, capacity, pool);
    }
    return cache;
  }

  private void read(Prompts prompts, Cache state) {
    int length = prompts.length();
    int rowsPerRun = Staging.rowsPerRun(prompts.rows(), length);
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
