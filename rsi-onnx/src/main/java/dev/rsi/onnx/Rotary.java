package dev.rsi.onnx;

import dev.rsi.lm.DecoderConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * Rotary positions: turns the halves of each head by angles that grow with its place, base 10,000
 * (Su et al., "RoFormer", 2021).
 */
final class Rotary {
  private final GraphBuilder g;
  private final int half;
  private final int rest;
  private final Value cosines;
  private final Value sines;

  /**
   * @param positions INT64 [rows, length]
   * @param headSize the heads' size; what it has beyond the model's is left as it is
   */
  Rotary(GraphBuilder g, DecoderConfig config, Value positions, int headSize) {
    this.g = g;
    half = config.hiddenSize() / config.heads() / 2;
    rest = headSize - 2 * half;
    float[] each = new float[half];
    for (int j = 0; j < half; j++) {
      each[j] = (float) Math.exp(-Math.log(10_000) * j / half);
    }
    Dim rows = positions.shape().dim(0);
    Dim length = positions.shape().dim(1);
    Value places =
        g.reshape(g.cast(positions, ElementType.FLOAT), Shape.of(rows, Dim.ONE, length, Dim.ONE));
    Value angles = g.mul(places, g.initializer("rope.frequencies", Shape.of(half), each));
    cosines = g.cos(angles);
    sines = g.sin(angles);
  }

  /** Queries or keys of the last places, [rows, heads, n, head size], turned. */
  Value turn(Value x) {
    Value c = g.tail(cosines, 2, x.shape().dim(2));
    Value s = g.tail(sines, 2, x.shape().dim(2));
    List<Value> parts = rest == 0 ? g.split(x, 3, half, half) : g.split(x, 3, half, half, rest);
    Value u = parts.get(0);
    Value v = parts.get(1);
    List<Value> turned = new ArrayList<>(parts);
    turned.set(0, g.sub(g.mul(u, c), g.mul(v, s)));
    turned.set(1, g.add(g.mul(v, c), g.mul(u, s)));
    return g.concat(3, x.shape().dim(3), turned);
  }
}
