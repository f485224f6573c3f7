package dev.rsi.onnx;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The graphs that a decoder is served by, with its weights inside. The cache of keys and values of
 * layer i is "key i" and "value i" [rows, heads, capacity, head size].
 */
final class ServeGraphs {
  private static final Dim CAPACITY = Dim.symbol("capacity");

  private ServeGraphs() {}

  /**
   * Reads prompts of one length. Inputs: "ids", "positions" [rows, length], "free" INT64 [1]:
   * places of the cache beyond the prompt. Outputs: "logits" [rows, vocabulary] after the last
   * token, and the cache.
   */
  static byte[] prefill(DecoderConfig config, float[] flat) {
    GraphBuilder g = new GraphBuilder();
    Shape all = Shape.of(DecoderGraph.ROWS, DecoderGraph.LENGTH);
    Value ids = g.input("ids", ElementType.INT64, all);
    Value positions = g.input("positions", ElementType.INT64, all);
    Value free = g.input("free", ElementType.INT64, Shape.of(1));
    ServedWeights weights = new ServedWeights(g, config, flat);
    DecoderGraph decoder =
        new DecoderGraph(g, config, weights::get, ids, positions, ServedWeights.headSize(config));
    Value logits = decoder.logits(Dim.ONE);
    g.output("logits", g.reshape(logits, rowsBy(config.vocabularySize())));
    for (int i = 0; i < config.layers(); i++) {
      g.output("key " + i, g.padBack(decoder.keys().get(i), 2, free, CAPACITY));
      g.output("value " + i, g.padBack(decoder.values().get(i), 2, free, CAPACITY));
    }
    return g.build();
  }

  /**
   * Reads one more token per row. Inputs: "ids", "positions" [rows], "last" INT32 [rows]: the
   * token's place in the cache, "total" INT32 []: one more, and the cache as "past key i" and "past
   * value i". Outputs: "logits" [rows, vocabulary], and the cache, which may lie over the inputs.
   */
  static byte[] decode(DecoderConfig config, float[] flat) {
    GraphBuilder g = new GraphBuilder();
    Shape one = Shape.of(DecoderGraph.ROWS);
    Value ids = g.input("ids", ElementType.INT64, one);
    Value positions = g.input("positions", ElementType.INT64, one);
    Value last = g.input("last", ElementType.INT32, Shape.of(DecoderGraph.ROWS));
    Value total = g.input("total", ElementType.INT32, Shape.SCALAR);
    int heads = config.heads();
    long size = ServedWeights.headSize(config);
    Shape cache = Shape.of(DecoderGraph.ROWS, Dim.of(heads), CAPACITY, Dim.of(size));
    ServedWeights weights = new ServedWeights(g, config, flat);
    Rotary rotary =
        config.positionScheme() == PositionScheme.ROPE
            ? new Rotary(g, config, g.reshape(positions, rowsBy(1)), (int) size)
            : null;
    Map<String, Object> attributes = new HashMap<>();
    attributes.put("num_heads", (long) heads);
    attributes.put("kv_num_heads", (long) heads);
    attributes.put("scale", (float) (1 / Math.sqrt(config.hiddenSize() / (double) heads)));
    Value x = DecoderGraph.embed(g, config, weights::get, ids, positions);
    for (int i = 0; i < config.layers(); i++) {
      String name = "layers." + i + ".";
      Value h = DecoderGraph.norm(g, weights::get, x, name + "attention_norm");
      // Matrices up to here and from here on: a Reshape costs as much as a small product.
      Value qkv =
          g.reshape(
              g.linear(h, weights.get(name + "attention.qkv.weight"), null),
              Shape.of(DecoderGraph.ROWS, Dim.ONE, Dim.of(3L * heads * size)));
      Value pastKey = g.input("past key " + i, ElementType.FLOAT, cache);
      Value pastValue = g.input("past value " + i, ElementType.FLOAT, cache);
      List<@Nullable Value> inputs = new ArrayList<>(split(g, qkv, heads * size, heads, rotary));
      inputs.addAll(List.of(pastKey, pastValue, last, total));
      Node attention = g.node(OnnxWriter.MICROSOFT, "GroupQueryAttention", attributes, inputs);
      Value mixed =
          attention.emit(
              ElementType.FLOAT, Shape.of(DecoderGraph.ROWS, Dim.ONE, Dim.of(heads * size)));
      g.output("key " + i, attention.emit(ElementType.FLOAT, cache));
      g.output("value " + i, attention.emit(ElementType.FLOAT, cache));
      x = DecoderGraph.finish(g, weights::get, i, x, g.reshape(mixed, rowsBy(heads * size)));
    }
    g.output("logits", DecoderGraph.head(g, weights::get, x));
    return g.build();
  }

  /**
   * Scores given tokens. Inputs: "ids", "positions" [rows, length], "targets" [rows, answer].
   * Output: "scores" [rows, answer], their log-probabilities.
   */
  static byte[] score(DecoderConfig config, float[] flat) {
    GraphBuilder g = new GraphBuilder();
    Shape all = Shape.of(DecoderGraph.ROWS, DecoderGraph.LENGTH);
    Value ids = g.input("ids", ElementType.INT64, all);
    Value positions = g.input("positions", ElementType.INT64, all);
    Shape answers = Shape.of(DecoderGraph.ROWS, TrainGraphs.ANSWER);
    Value targets = g.input("targets", ElementType.INT64, answers);
    ServedWeights weights = new ServedWeights(g, config, flat);
    Value logits =
        new DecoderGraph(g, config, weights::get, ids, positions, ServedWeights.headSize(config))
            .logits(TrainGraphs.ANSWER);
    g.output("scores", DecoderGraph.logProbabilities(g, logits, targets));
    return g.build();
  }

  /**
   * A model for other programs, with the usual names of a decoder with a cache. Inputs:
   * "input_ids", "position_ids" [rows, length], and "past_key_values.i.key" and
   * "past_key_values.i.value" [rows, heads, past, head size]. Outputs: "logits" [rows, length,
   * vocabulary], and "present.i.key" and "present.i.value". Rows of one call have one length: there
   * is no mask.
   */
  static byte[] export(DecoderConfig config, float[] flat, Map<String, String> metadata) {
    GraphBuilder g = new GraphBuilder();
    Shape all = Shape.of(DecoderGraph.ROWS, DecoderGraph.LENGTH);
    Value ids = g.input("input_ids", ElementType.INT64, all);
    Value positions = g.input("position_ids", ElementType.INT64, all);
    Dim past = Dim.symbol("past");
    Dim total = Dim.symbol("total");
    int headSize = ServedWeights.headSize(config);
    Shape cache = Shape.of(DecoderGraph.ROWS, Dim.of(config.heads()), past, Dim.of(headSize));
    List<Value> keys = new ArrayList<>();
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      keys.add(g.input("past_key_values." + i + ".key", ElementType.FLOAT, cache));
      values.add(g.input("past_key_values." + i + ".value", ElementType.FLOAT, cache));
    }
    g.define(total, g.add(g.size(past), g.size(DecoderGraph.LENGTH)));
    ServedWeights weights = new ServedWeights(g, config, flat);
    DecoderGraph decoder = new DecoderGraph(g, config, weights::get, ids, positions, headSize);
    decoder.past(keys, values, total);
    g.output("logits", decoder.logits(DecoderGraph.LENGTH));
    for (int i = 0; i < config.layers(); i++) {
      g.output("present." + i + ".key", decoder.keys().get(i));
      g.output("present." + i + ".value", decoder.values().get(i));
    }
    return g.build(metadata);
  }

  private static Shape rowsBy(long columns) {
    return Shape.of(DecoderGraph.ROWS, Dim.of(columns));
  }

  /** Queries, keys and values as the attention takes them; together where none is turned. */
  private static List<@Nullable Value> split(
      GraphBuilder g, Value qkv, long width, int heads, @Nullable Rotary rotary) {
    if (rotary == null) {
      return Arrays.asList(qkv, null, null);
    }
    List<@Nullable Value> parts = new ArrayList<>(g.split(qkv, 2, width, width, width));
    for (int i = 0; i < 2; i++) {
      Shape flat = qkv.shape().with(-1, Dim.of(width));
      Shape perHead = Shape.of(DecoderGraph.ROWS, Dim.of(heads), Dim.ONE, Dim.of(width / heads));
      Value part = g.reshape(Objects.requireNonNull(parts.get(i)), perHead);
      parts.set(i, g.reshape(rotary.turn(part), flat));
    }
    return parts;
  }
}
