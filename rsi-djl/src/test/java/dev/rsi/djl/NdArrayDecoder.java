package dev.rsi.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.Parameter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A decoder's forward pass, operation by operation.
 *
 * <p>Numbers enter the graph as arrays of the step's manager, never through DJL's overloads for
 * {@code Number}: those lay the number in a Java buffer that is gone before the backward pass reads
 * it, and a garbage collection in between makes the gradient wrong without a word.
 */
final class NdArrayDecoder {
  private static final float NORM_EPSILON = 1e-5f;

  private final DecoderConfig config;
  private final NDManager step;
  private final Map<String, NDArray> views = new HashMap<>();

  /**
   * @param step owns everything that is computed
   * @param flat all parameters; attached to {@code step} by the caller
   */
  NdArrayDecoder(DecoderConfig config, NDManager step, NDArray flat) {
    this.config = config;
    this.step = step;
    List<Parameter> table = config.parameters();
    long[] cuts = table.stream().skip(1).mapToLong(Parameter::offset).toArray();
    NDList parts = flat.split(cuts);
    for (int i = 0; i < table.size(); i++) {
      long[] shape = table.get(i).shape().stream().mapToLong(Integer::longValue).toArray();
      views.put(table.get(i).name(), parts.get(i).reshape(shape));
    }
  }

  private NDArray view(String name) {
    NDArray view = views.get(name);
    if (view == null) {
      throw new IllegalStateException("no parameter " + name);
    }
    return view;
  }

  /** Logits of the last n positions, [rows, n, vocabulary]. */
  NDArray logits(NDArray ids, NDArray positions, long n) {
    long length = ids.getShape().get(1);
    NDArray x = Embedding.embedding(ids, view("embed.weight"), SparseFormat.DENSE).get(0);
    if (config.positionScheme() == PositionScheme.COUPLED) {
      x =
          x.add(
              Embedding.embedding(positions, view("positions.weight"), SparseFormat.DENSE).get(0));
    }
    NDArray later =
        step.arange((float) length)
            .reshape(1, length)
            .gt(step.arange((float) length).reshape(length, 1));
    NDArray mask = later.toType(DataType.FLOAT32, false).mul(step.create(-1e9f));
    for (int i = 0; i < config.layers(); i++) {
      String layer = "layers." + i + ".";
      x = x.add(attention(layer, norm(x, layer + "attention_norm"), positions, mask));
      NDArray up =
          Linear.linear(
                  norm(x, layer + "mlp_norm"),
                  view(layer + "mlp.up.weight"),
                  view(layer + "mlp.up.bias"))
              .get(0);
      x =
          x.add(
              Linear.linear(
                      Activation.gelu(up),
                      view(layer + "mlp.down.weight"),
                      view(layer + "mlp.down.bias"))
                  .get(0));
    }
    NDArray tail = n == length ? x : x.split(new long[] {length - n}, 1).get(1);
    return Linear.linear(norm(tail, "norm"), view("head.weight")).get(0);
  }

  private NDArray norm(NDArray x, String name) {
    return LayerNorm.layerNorm(
            x,
            new Shape(config.hiddenSize()),
            view(name + ".weight"),
            view(name + ".bias"),
            NORM_EPSILON)
        .get(0);
  }

  private NDArray attention(String layer, NDArray h, NDArray positions, NDArray mask) {
    NDList qkv = Linear.linear(h, view(layer + "attention.qkv.weight")).get(0).split(3, 2);
    NDArray q = rotate(heads(qkv.get(0)), positions);
    NDArray k = rotate(heads(qkv.get(1)), positions);
    NDArray v = heads(qkv.get(2));
    float scale = (float) (1 / Math.sqrt(config.hiddenSize() / (double) config.heads()));
    NDArray weights = q.mul(step.create(scale)).matMul(k.swapAxes(2, 3)).add(mask).softmax(3);
    NDArray joined = weights.matMul(v).swapAxes(1, 2).reshape(h.getShape());
    return Linear.linear(joined, view(layer + "attention.out.weight")).get(0);
  }

  private NDArray heads(NDArray x) {
    long rows = x.getShape().get(0);
    long length = x.getShape().get(1);
    int heads = config.heads();
    return x.reshape(rows, length, heads, config.hiddenSize() / heads).swapAxes(1, 2);
  }

  private NDArray rotate(NDArray x, NDArray positions) {
    if (config.positionScheme() != PositionScheme.ROPE) {
      return x;
    }
    int half = config.hiddenSize() / config.heads() / 2;
    float[] frequencies = new float[half];
    for (int j = 0; j < half; j++) {
      frequencies[j] = (float) Math.exp(-Math.log(10_000) * j / half);
    }
    NDArray angle =
        positions
            .toType(DataType.FLOAT32, true)
            .expandDims(1)
            .expandDims(3)
            .mul(step.create(frequencies));
    NDArray cosine = angle.cos();
    NDArray sine = angle.sin();
    NDList halves = x.split(2, 3);
    NDArray first = halves.get(0).mul(cosine).sub(halves.get(1).mul(sine));
    NDArray second = halves.get(1).mul(cosine).add(halves.get(0).mul(sine));
    return NDArrays.concat(new NDList(first, second), 3);
  }
}
