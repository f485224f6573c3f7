package dev.rsi.onnx;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a decoder in a graph, by their names in {@link
 * dev.rsi.lm.DecoderConfig#parameters}, and how its matrices are applied.
 */
@FunctionalInterface
interface DecoderWeights extends Function<String, Value> {

  /** A linear layer over the last axis. */
  @FunctionalInterface
  interface Layer {
    Value apply(Value x, @Nullable Value bias);
  }

  /**
   * A matrix [outputs, inputs] as layers: one for each of the parts that its outputs are cut in.
   */
  default List<Layer> layers(GraphBuilder g, String name, long... outputs) {
    return g.split(apply(name), 0, outputs).stream()
        .map(part -> (Layer) (x, bias) -> g.linear(x, part, bias))
        .toList();
  }

  /** A whole matrix as a layer. */
  default Layer layer(GraphBuilder g, String name) {
    return layers(g, name, apply(name).shape().dim(0).size()).get(0);
  }
}
