package dev.rsi.onnx;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A matrix of a decoder's block, W + scale up down, whose sum is never made: low-rank adapters (Hu
 * et al., "LoRA", arXiv 2106.09685).
 *
 * @param weight W [outputs, inputs]
 * @param down [rank, inputs]
 * @param up [outputs, rank]
 */
record AdaptedMatrix(Value weight, Value down, Value up, float scale) {

  /** Layers of so many outputs each. */
  List<DecoderWeights.Layer> layers(GraphBuilder g, long... outputs) {
    List<Value> weights = g.split(weight, 0, outputs);
    List<Value> ups = g.split(up, 0, outputs);
    List<DecoderWeights.Layer> layers = new ArrayList<>();
    for (int i = 0; i < outputs.length; i++) {
      AdaptedMatrix part = new AdaptedMatrix(weights.get(i), down, ups.get(i), scale);
      layers.add((x, bias) -> part.apply(g, x, bias));
    }
    return layers;
  }

  private Value apply(GraphBuilder g, Value x, @Nullable Value bias) {
    Value added = g.linear(g.mul(g.linear(x, down, null), scale), up, null);
    return g.add(g.linear(x, weight, bias), added);
  }
}
