package dev.rsi.onnx;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.Parameter;
import dev.rsi.lm.spi.Adapters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The graphs of a training step, each a model of its own. */
final class TrainGraphs {
  static final Dim ANSWER = Dim.symbol("answer");

  private TrainGraphs() {}

  /**
   * The sum of the targets' log-probabilities times "slopes", and its gradient by everything that
   * is trained: the adapters if there are any, else all parameters.
   *
   * <p>Inputs: those of {@link #score}, and "slopes" [rows, answer]. Outputs: "loss" [], and
   * "gradient:NAME" for everything that is trained.
   */
  static byte[] learn(DecoderConfig config, @Nullable Adapters adapters) {
    GraphBuilder g = new GraphBuilder();
    Inputs inputs = new Inputs(g, config, adapters);
    Value chosen = logProbabilities(g, config, inputs);
    Value slopes = g.input("slopes", ElementType.FLOAT, Shape.of(DecoderGraph.ROWS, ANSWER));
    Value loss = g.total(g.mul(chosen, slopes));
    g.output("loss", loss);
    List<String> names =
        (adapters == null ? config.parameters() : adapters.parameters())
            .stream().map(Parameter::name).toList();
    List<Value> gradients = Gradients.of(g, loss, names.stream().map(inputs).toList());
    for (int i = 0; i < names.size(); i++) {
      g.output("gradient:" + names.get(i), gradients.get(i));
    }
    return g.build();
  }

  /**
   * The log-probability of every target.
   *
   * <p>Inputs: "ids", "positions" [rows, length], "targets" [rows, answer], and every parameter and
   * adapter under its name. Output: "scores" [rows, answer].
   */
  static byte[] score(DecoderConfig config, @Nullable Adapters adapters) {
    GraphBuilder g = new GraphBuilder();
    g.output("scores", logProbabilities(g, config, new Inputs(g, config, adapters)));
    return g.build();
  }

  /** Of every target, [rows, answer]; makes the inputs of {@link #score} but the weights. */
  static Value logProbabilities(GraphBuilder g, DecoderConfig config, DecoderWeights weights) {
    Shape all = Shape.of(DecoderGraph.ROWS, DecoderGraph.LENGTH);
    Value ids = g.input("ids", ElementType.INT64, all);
    Value positions = g.input("positions", ElementType.INT64, all);
    Value targets = g.input("targets", ElementType.INT64, Shape.of(DecoderGraph.ROWS, ANSWER));
    int headSize = config.hiddenSize() / config.heads();
    Value logits = new DecoderGraph(g, config, weights, ids, positions, headSize).logits(ANSWER);
    return DecoderGraph.logProbabilities(g, logits, targets);
  }

  /** Parameters, and adapters if there are any, as inputs of a graph. */
  private static final class Inputs implements DecoderWeights {
    private final @Nullable Adapters adapters;
    private final Map<String, Value> values = new HashMap<>();

    Inputs(GraphBuilder g, DecoderConfig config, @Nullable Adapters adapters) {
      this.adapters = adapters;
      config.parameters().forEach(parameter -> add(g, parameter));
      if (adapters != null) {
        adapters.parameters().forEach(parameter -> add(g, parameter));
      }
    }

    private void add(GraphBuilder g, Parameter parameter) {
      long[] sizes = parameter.shape().stream().mapToLong(Integer::longValue).toArray();
      values.put(parameter.name(), g.input(parameter.name(), ElementType.FLOAT, Shape.of(sizes)));
    }

    @Override
    public Value apply(String name) {
      return Objects.requireNonNull(values.get(name), name);
    }

    @Override
    public List<Layer> layers(GraphBuilder g, String name, long... outputs) {
      Value down = values.get(Adapters.down(name));
      if (adapters == null || down == null) {
        return DecoderWeights.super.layers(g, name, outputs);
      }
      Value up = apply(Adapters.up(name));
      return new AdaptedMatrix(apply(name), down, up, (float) adapters.scale()).layers(g, outputs);
    }
  }

  /** "sum" = "a" + "b", [n]. */
  static byte[] accumulation() {
    GraphBuilder g = new GraphBuilder();
    Shape shape = Shape.of(Dim.symbol("n"));
    Value a = g.input("a", ElementType.FLOAT, shape);
    Value b = g.input("b", ElementType.FLOAT, shape);
    g.output("sum", g.add(a, b));
    return g.build();
  }

  /** "squares" = the sum of the squares of "g" [n]. */
  static byte[] squares() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("g", ElementType.FLOAT, Shape.of(Dim.symbol("n")));
    g.output("squares", g.total(g.mul(x, x)));
    return g.build();
  }

  /**
   * One step of AdamW on a part of the parameters.
   *
   * <p>Inputs: "w", "m", "v", "g" [n] and "hyper" [8]: factor of the gradient (clipping), factor of
   * the weights (decay), 1 - beta1, beta2, 1 - beta2, root of the second bias correction, epsilon,
   * learning rate over the first bias correction. Outputs: "new w", "new m", "new v".
   */
  static byte[] adamW() {
    GraphBuilder g = new GraphBuilder();
    Shape shape = Shape.of(Dim.symbol("n"));
    Value w = g.input("w", ElementType.FLOAT, shape);
    Value m = g.input("m", ElementType.FLOAT, shape);
    Value v = g.input("v", ElementType.FLOAT, shape);
    Value gradient = g.input("g", ElementType.FLOAT, shape);
    Value hyper = g.input("hyper", ElementType.FLOAT, Shape.of(8));
    List<Value> h = g.split(hyper, 0, 1, 1, 1, 1, 1, 1, 1, 1);
    Value clipped = g.mul(gradient, h.get(0));
    Value decayed = g.mul(w, h.get(1));
    Value newM = g.add(m, g.mul(g.sub(clipped, m), h.get(2)));
    Value newV = g.add(g.mul(v, h.get(3)), g.mul(g.mul(clipped, clipped), h.get(4)));
    Value root = g.add(g.div(g.sqrt(newV), h.get(5)), h.get(6));
    g.output("new w", g.sub(decayed, g.mul(g.div(newM, root), h.get(7))));
    g.output("new m", newM);
    g.output("new v", newV);
    return g.build();
  }
}
