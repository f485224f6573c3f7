package dev.rsi.onnx;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The graphs of a training step, each a model of its own. */
final class TrainGraphs {
  static final Dim ANSWER = Dim.symbol("answer");

  private TrainGraphs() {}

  /**
   * The sum of the targets' log-probabilities times "slopes", and its gradient by every parameter.
   *
   * <p>Inputs: those of {@link #score}, and "slopes" [rows, answer]. Outputs: "loss" [], and
   * "gradient:NAME" for every parameter.
   */
  static byte[] learn(DecoderConfig config) {
    GraphBuilder g = new GraphBuilder();
    Map<String, Value> parameters = new HashMap<>();
    Value chosen = logProbabilities(g, config, parameters);
    Value slopes = g.input("slopes", ElementType.FLOAT, Shape.of(DecoderGraph.ROWS, ANSWER));
    Value loss = g.total(g.mul(chosen, slopes));
    g.output("loss", loss);
    gradients(g, loss, parameters);
    return g.build();
  }

  /**
   * The log-probability of every target.
   *
   * <p>Inputs: "ids", "positions" [rows, length], "targets" [rows, answer], and every parameter
   * under its name. Output: "scores" [rows, answer].
   */
  static byte[] score(DecoderConfig config) {
    GraphBuilder g = new GraphBuilder();
    g.output("scores", logProbabilities(g, config, new HashMap<>()));
    return g.build();
  }

  private static Value logProbabilities(
      GraphBuilder g, DecoderConfig config, Map<String, Value> parameters) {
    Shape all = Shape.of(DecoderGraph.ROWS, DecoderGraph.LENGTH);
    Value ids = g.input("ids", ElementType.INT64, all);
    Value positions = g.input("positions", ElementType.INT64, all);
    Value targets = g.input("targets", ElementType.INT64, Shape.of(DecoderGraph.ROWS, ANSWER));
    parameters.putAll(parameters(g, config));
    Value logits =
        new DecoderGraph(
                g, config, parameters::get, ids, positions, config.hiddenSize() / config.heads())
            .logits(ANSWER);
    return DecoderGraph.logProbabilities(g, logits, targets);
  }

  private static Map<String, Value> parameters(GraphBuilder g, DecoderConfig config) {
    Map<String, Value> parameters = new HashMap<>();
    for (Parameter parameter : config.parameters()) {
      long[] sizes = parameter.shape().stream().mapToLong(Integer::longValue).toArray();
      parameters.put(
          parameter.name(), g.input(parameter.name(), ElementType.FLOAT, Shape.of(sizes)));
    }
    return parameters;
  }

  private static void gradients(GraphBuilder g, Value loss, Map<String, Value> parameters) {
    List<String> names = new ArrayList<>(parameters.keySet());
    List<Value> gradients = Gradients.of(g, loss, names.stream().map(parameters::get).toList());
    for (int i = 0; i < names.size(); i++) {
      g.output("gradient:" + names.get(i), gradients.get(i));
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
