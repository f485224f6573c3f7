package dev.rsi.onnx;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.Parameter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Parameters as they are baked into serving graphs. The runtime's attention wants heads of a
 * multiple of 8; smaller ones are filled up with zeros, which changes no result.
 */
final class ServedWeights {
  private final GraphBuilder g;
  private final DecoderConfig config;
  private final float[] flat;
  private final Map<String, Value> made = new HashMap<>();

  ServedWeights(GraphBuilder g, DecoderConfig config, float[] flat) {
    this.g = g;
    this.config = config;
    this.flat = flat;
  }

  /** The size of a head as served. */
  static int headSize(DecoderConfig config) {
    return (config.hiddenSize() / config.heads() + 7) / 8 * 8;
  }

  Value get(String name) {
    Value known = made.get(name);
    if (known == null) {
      known = make(name);
      made.put(name, known);
    }
    return known;
  }

  private Value make(String name) {
    for (Parameter parameter : config.parameters()) {
      if (parameter.name().equals(name)) {
        int from = parameter.offset();
        float[] own = Arrays.copyOfRange(flat, from, from + parameter.size());
        int width = config.hiddenSize();
        int heads = config.heads();
        int served = heads * headSize(config);
        if (served != width && name.endsWith("attention.qkv.weight")) {
          return g.initializer(
              name, Shape.of(3L * served, width), pad(own, 3 * heads, width / heads * width));
        }
        if (served != width && name.endsWith("attention.out.weight")) {
          return g.initializer(
              name, Shape.of(width, served), pad(own, width * heads, width / heads));
        }
        long[] sizes = parameter.shape().stream().mapToLong(Integer::longValue).toArray();
        return g.initializer(name, Shape.of(sizes), own);
      }
    }
    throw new IllegalStateException("no parameter " + name);
  }

  /** Fills up each of {@code count} pieces, one per head, in proportion. */
  private float[] pad(float[] values, int count, int piece) {
    int size = config.hiddenSize() / config.heads();
    int wide = piece / size * headSize(config);
    float[] padded = new float[count * wide];
    for (int i = 0; i < count; i++) {
      System.arraycopy(values, i * piece, padded, i * wide, piece);
    }
    return padded;
  }
}
