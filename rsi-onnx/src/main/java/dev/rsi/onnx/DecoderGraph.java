package dev.rsi.onnx;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds a decoder's forward pass to a graph. The last block computes queries, feed-forward and
 * logits only where they are asked for: no other position can reach the result.
 *
 * <p>Token and position ids are INT64 [rows, length]; rows may be any dimension.
 */
final class DecoderGraph {
  static final Dim ROWS = Dim.symbol("rows");
  static final Dim LENGTH = Dim.symbol("length");
  private static final float NORM_EPSILON = 1e-5f;

  private final GraphBuilder g;
  private final DecoderConfig config;
  private final DecoderWeights weights;
  private final Value ids;
  private final Value positions;
  private final int headSize;
  private final List<Value> pastKeys = new ArrayList<>();
  private final List<Value> pastValues = new ArrayList<>();
  private Dim reach = LENGTH;
  private final Map<Dim, Value> masks = new HashMap<>();
  private final List<Value> keys = new ArrayList<>();
  private final List<Value> values = new ArrayList<>();
  private final @Nullable Rotary rotary;

  /**
   * @param headSize the heads' size in these weights: the model's, or more, filled up with zeros
   */
  DecoderGraph(
      GraphBuilder g,
      DecoderConfig config,
      DecoderWeights weights,
      Value ids,
      Value positions,
      int headSize) {
    this.g = g;
    this.config = config;
    this.weights = weights;
    this.ids = ids;
    this.positions = positions;
    this.headSize = headSize;
    rotary =
        config.positionScheme() == PositionScheme.ROPE
            ? new Rotary(g, config, positions, headSize)
            : null;
  }

  /**
   * What was read before: keys and values of each layer, [rows, heads, past, head size].
   *
   * @param all the dimension of past and present together
   */
  void past(List<Value> earlierKeys, List<Value> earlierValues, Dim all) {
    pastKeys.addAll(earlierKeys);
    pastValues.addAll(earlierValues);
    reach = all;
  }

  /** Logits of the last n positions, [rows, n, vocabulary]. */
  Value logits(Dim n) {
    Value x = embed(g, config, weights, ids, positions);
    for (int i = 0; i < config.layers(); i++) {
      Dim queries = i == config.layers() - 1 ? n : LENGTH;
      Value h = norm(x, "layers." + i + ".attention_norm");
      Value mixed = attention("layers." + i + ".attention.", h, queries);
      x = finish(g, weights, i, g.tail(x, 1, queries), mixed);
    }
    return head(g, weights, x);
  }

  /** Keys of each layer so far, [rows, heads, past and present, head size]. */
  List<Value> keys() {
    return keys;
  }

  /** Values of each layer so far, of the same shape. */
  List<Value> values() {
    return values;
  }

  static Value embed(
      GraphBuilder g, DecoderConfig config, DecoderWeights weights, Value ids, Value positions) {
    Value x = g.gather(weights.apply("embed.weight"), ids);
    return config.positionScheme() == PositionScheme.COUPLED
        ? g.add(x, g.gather(weights.apply("positions.weight"), positions))
        : x;
  }

  /** What follows a block's attention. */
  static Value finish(GraphBuilder g, DecoderWeights weights, int layer, Value x, Value mixed) {
    String name = "layers." + layer + ".";
    Value sum = g.add(x, weights.layer(g, name + "attention.out.weight").apply(mixed, null));
    Value h = norm(g, weights, sum, name + "mlp_norm");
    Value up =
        weights.layer(g, name + "mlp.up.weight").apply(h, weights.apply(name + "mlp.up.bias"));
    Value down =
        weights
            .layer(g, name + "mlp.down.weight")
            .apply(g.gelu(up), weights.apply(name + "mlp.down.bias"));
    return g.add(sum, down);
  }

  static Value head(GraphBuilder g, DecoderWeights weights, Value x) {
    return weights.layer(g, "head.weight").apply(norm(g, weights, x, "norm"), null);
  }

  static Value norm(GraphBuilder g, DecoderWeights weights, Value x, String name) {
    return g.layerNorm(
        x, weights.apply(name + ".weight"), weights.apply(name + ".bias"), NORM_EPSILON);
  }

  private Value norm(Value x, String name) {
    return norm(g, weights, x, name);
  }

  private Value attention(String name, Value h, Dim queries) {
    long width = (long) config.heads() * headSize;
    String qkv = name + "qkv.weight";
    Value q;
    List<Value> others;
    if (queries.equals(LENGTH)) {
      List<Value> parts = heads(weights.layer(g, qkv).apply(h, null), 3);
      q = parts.get(0);
      others = parts.subList(1, 3);
    } else {
      List<DecoderWeights.Layer> cut = weights.layers(g, qkv, width, 2 * width);
      q = heads(cut.get(0).apply(g.tail(h, 1, queries), null), 1).get(0);
      others = heads(cut.get(1).apply(h, null), 2);
    }
    Value k = others.get(0);
    Value v = others.get(1);
    if (rotary != null) {
      q = rotary.turn(q);
      k = rotary.turn(k);
    }
    int layer = keys.size();
    if (!pastKeys.isEmpty()) {
      k = g.concat(2, reach, List.of(pastKeys.get(layer), k));
      v = g.concat(2, reach, List.of(pastValues.get(layer), v));
    }
    keys.add(k);
    values.add(v);
    float scale = (float) (1 / Math.sqrt(config.hiddenSize() / (double) config.heads()));
    Value scores = g.matMul(q, k, false, true, scale);
    Value mixed = g.matMul(g.softmax(scores, open(queries)), v);
    Dim rows = ids.shape().dim(0);
    return g.reshape(g.transpose(mixed, 0, 2, 1, 3), Shape.of(rows, queries, Dim.of(width)));
  }

  /** From [rows, n, parts * width] to that many [rows, heads, n, head size]. */
  private List<Value> heads(Value x, int parts) {
    Dim rows = x.shape().dim(0);
    Dim n = x.shape().dim(1);
    Dim heads = Dim.of(config.heads());
    Dim size = Dim.of(headSize);
    Value each = g.reshape(x, Shape.of(rows, n, Dim.of(parts), heads, size));
    Value turned = g.transpose(each, 2, 0, 3, 1, 4);
    long[] ones = new long[parts];
    Arrays.fill(ones, 1);
    Shape shape = Shape.of(rows, heads, n, size);
    return g.split(turned, 0, ones).stream().map(part -> g.reshape(part, shape)).toList();
  }

  /** 1 where a query may look, 0 where it may not, [queries, past and present]. */
  private Value open(Dim queries) {
    Value known = masks.get(queries);
    if (known == null) {
      Value all = g.range(reach);
      Value own = g.reshape(g.tail(all, 0, queries), Shape.of(queries, Dim.ONE));
      known = g.cast(g.lessOrEqual(all, own), ElementType.FLOAT);
      masks.put(queries, known);
    }
    return known;
  }

  /** The log-probability of each target, [rows, n]; targets INT64 [rows, n]. */
  static Value logProbabilities(GraphBuilder g, Value logits, Value targets) {
    Value chosen = g.oneHot(targets, logits.shape().dim(-1));
    return g.sum(g.mul(g.logSoftmax(logits), chosen), false, -1);
  }
}
