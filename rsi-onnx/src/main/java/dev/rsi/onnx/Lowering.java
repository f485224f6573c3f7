package dev.rsi.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes operators of our own as operators that the runtime has. Each is one node while gradients
 * are taken, so that one rule with few passes over memory serves it, and several in the file: over
 * rows of tens or hundreds of numbers the runtime's own kernels for these take several times as
 * long as their parts.
 */
final class Lowering {
  /** Domain of the operators that are lowered. */
  static final String DOMAIN = "rsi";

  private final Node node;
  private final List<Node> result = new ArrayList<>();

  private Lowering(Node node) {
    this.node = node;
  }

  /**
   * The nodes that a node is written as.
   *
   * @param read every value that some node or output reads
   */
  static List<Node> of(Node node, Set<Value> read) {
    if (!node.domain().equals(DOMAIN)) {
      return List.of(node);
    }
    Lowering lowering = new Lowering(node);
    switch (node.operator()) {
      case "Softmax" -> lowering.softmax();
      case "Gelu" -> lowering.gelu(read.contains(node.output(1)));
      case "LayerNorm" ->
          lowering.layerNorm(read.contains(node.output(1)) || read.contains(node.output(2)));
      default -> throw new IllegalStateException(node + " cannot be lowered.");
    }
    return lowering.result;
  }

  /**
   * Inputs: x, the last axis, and where some places are shut: a bias far below 0 there, a factor of
   * 0 there and 1 elsewhere, and the least exponent. Output: exp(x - max) over its sum.
   *
   * <p>A power that is not a normal number takes a hundred times as long, so the exponents of shut
   * places are lifted and their powers struck out.
   */
  private void softmax() {
    Value x = node.input(0);
    Value axis = node.input(1);
    boolean shut = node.inputs().size() > 2;
    Value open = shut ? add("Add", x.shape(), x, node.input(2)) : x;
    Value exponent = add("Sub", x.shape(), open, reduce("ReduceMax", open, axis));
    exponent = shut ? add("Max", x.shape(), exponent, node.input(4)) : exponent;
    Value power = add("Exp", x.shape(), exponent);
    Value kept = shut ? add("Mul", x.shape(), power, node.input(3)) : power;
    last("Div", node.output(0), kept, reduce("ReduceSum", kept, axis));
  }

  /** Inputs: x, the root of 1/2, 1/2. Outputs: x Phi(x), Phi(x). */
  private void gelu(boolean phiIsRead) {
    Value x = node.input(0);
    if (!phiIsRead) {
      last("Gelu", node.output(0), x);
      return;
    }
    Value half = node.input(2);
    Value error = add("Erf", x.shape(), add("Mul", x.shape(), x, node.input(1)));
    last("Add", node.output(1), add("Mul", x.shape(), error, half), half);
    last("Mul", node.output(0), x, node.output(1));
  }

  /**
   * Inputs: x, weight, bias, the last axis, epsilon, 1. Outputs: the result, x normalised, and one
   * over its deviation.
   */
  private void layerNorm(boolean partsAreRead) {
    Value x = node.input(0);
    Value axis = node.input(3);
    if (!partsAreRead && (x.shape().rank() == 2 || x.shape().rank() == 3)) {
      // LayerNormalization takes six times as long as the kernel for the norm of a sum. Twice x has
      // the same norm, and four times the variance.
      Map<String, Object> attributes = Map.of("epsilon", 4 * node.real("epsilon", 0));
      String name = node.name() + ".SkipLayerNormalization";
      List<Value> inputs = List.of(x, x, node.input(1), node.input(2));
      Node norm =
          new Node(name, OnnxWriter.MICROSOFT, "SkipLayerNormalization", inputs, attributes);
      result.add(norm);
      norm.adopt(node.output(0));
      return;
    }
    Value centred = add("Sub", x.shape(), x, reduce("ReduceMean", x, axis));
    Value variance = reduce("ReduceMean", add("Mul", x.shape(), centred, centred), axis);
    Shape row = node.output(2).shape();
    Value deviation = add("Sqrt", row, add("Add", row, variance, node.input(4)));
    last("Div", node.output(2), node.input(5), deviation);
    last("Mul", node.output(1), centred, node.output(2));
    Value scaled = add("Mul", x.shape(), node.output(1), node.input(1));
    last("Add", node.output(0), scaled, node.input(2));
  }

  private Value reduce(String operator, Value x, Value axis) {
    Node part = part(operator, Map.of("keepdims", 1L), x, axis);
    return part.emit(x.type(), x.shape().with(-1, Dim.ONE));
  }

  private Value add(String operator, Shape shape, Value... inputs) {
    return part(operator, Map.of(), inputs).emit(inputs[0].type(), shape);
  }

  private void last(String operator, Value output, Value... inputs) {
    part(operator, Map.of(), inputs).adopt(output);
  }

  private Node part(String operator, Map<String, Object> attributes, Value... inputs) {
    String name = node.name() + "." + operator + "_" + result.size();
    Node part = new Node(name, "", operator, List.of(inputs), attributes);
    result.add(part);
    return part;
  }
}
