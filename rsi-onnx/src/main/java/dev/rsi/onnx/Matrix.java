package dev.rsi.onnx;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A matrix of a decoder's block, W + scale up down, whose sum is never made: low-rank adapters (Hu
 * et al., "LoRA", arXiv 2106.09685).
 *
 * @param weight W [outputs, inputs]
 * @param down [rank, inputs]; null where nothing is added
 * @param up [outputs, rank]; null where nothing is added
 */
record Matrix(Value weight, @Nullable Value down, @Nullable Value up, float scale) {

  /** The linear layer over the last axis of x. */
  Value of(GraphBuilder g, Value x, @Nullable Value bias) {
    Value y = g.linear(x, weight, bias);
    return down == null || up == null
        ? y
        : g.add(y, g.linear(g.mul(g.linear(x, down, null), scale), up, null));
  }

  /** The matrices of so many outputs each. */
  List<Matrix> split(GraphBuilder g, long... outputs) {
    List<Value> weights = g.split(weight, 0, outputs);
    List<Value> ups = up == null ? List.of() : g.split(up, 0, outputs);
    List<Matrix> parts = new ArrayList<>();
    for (int i = 0; i < outputs.length; i++) {
      parts.add(new Matrix(weights.get(i), down, up == null ? null : ups.get(i), scale));
    }
    return parts;
  }
}
