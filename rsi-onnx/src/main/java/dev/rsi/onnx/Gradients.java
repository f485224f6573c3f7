package dev.rsi.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reverse-mode differentiation: adds the nodes that compute the gradient of a scalar. Only what
 * lies between the wanted values and the scalar is differentiated, so that frozen parts cost
 * nothing.
 */
final class Gradients {
  private final GraphBuilder graph;
  private final Set<Value> active = new HashSet<>();
  private final Map<Value, Value> gradients = new HashMap<>();

  private Gradients(GraphBuilder graph) {
    this.graph = graph;
  }

  /**
   * The gradients of a scalar.
   *
   * @param loss a scalar of the graph
   * @param wanted values of the graph; those of one call are treated as independent
   * @return one per wanted value, of its shape; zeros where the loss does not depend on it
   * @throws IllegalArgumentException if an operator in between has no rule; it names the node
   */
  static List<Value> of(GraphBuilder graph, Value loss, List<Value> wanted) {
    if (!loss.shape().equals(Shape.SCALAR)) {
      throw new IllegalArgumentException("The loss (" + loss + ") must be a scalar.");
    }
    Gradients gradients = new Gradients(graph);
    List<Node> path = gradients.path(wanted);
    gradients.gradients.put(loss, graph.scalar(1));
    for (int i = path.size() - 1; i >= 0; i--) {
      gradients.differentiate(path.get(i));
    }
    List<Value> found = new ArrayList<>();
    for (Value value : wanted) {
      Value gradient = gradients.gradients.get(value);
      found.add(gradient == null ? graph.zeros(value.shape()) : gradient);
    }
    return found;
  }

  /** The nodes that depend on a wanted value, in order. */
  private List<Node> path(List<Value> wanted) {
    active.addAll(wanted);
    List<Node> path = new ArrayList<>();
    for (Node node : graph.nodes()) {
      boolean depends = node.inputs().stream().anyMatch(active::contains);
      if (depends && !GradientRules.stops(node)) {
        active.addAll(node.outputs());
        path.add(node);
      }
    }
    return path;
  }

  private void differentiate(Node node) {
    List<@Nullable Value> incoming = new ArrayList<>();
    boolean any = false;
    for (Value output : node.outputs()) {
      Value gradient = gradients.get(output);
      incoming.add(gradient);
      any |= gradient != null;
    }
    if (!any) {
      return;
    }
    boolean[] needed = new boolean[node.inputs().size()];
    for (int i = 0; i < needed.length; i++) {
      needed[i] = active.contains(node.inputs().get(i));
    }
    @Nullable Value[] outgoing = GradientRules.apply(graph, node, incoming, needed);
    for (int i = 0; i < needed.length; i++) {
      Value gradient = outgoing[i];
      if (needed[i] && gradient != null) {
        Value input = node.input(i);
        Value fitted = GradientRules.fit(graph, gradient, input.shape());
        Value before = gradients.get(input);
        gradients.put(input, before == null ? fitted : graph.add(before, fitted));
      }
    }
  }
}
