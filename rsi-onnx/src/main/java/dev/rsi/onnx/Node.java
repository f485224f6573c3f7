package dev.rsi.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One operation of a graph that is being built. */
final class Node {
  private final String name;
  private final String domain;
  private final String operator;
  private final List<@Nullable Value> inputs;
  private final List<Value> outputs = new ArrayList<>();
  private final Map<String, Object> attributes;

  /**
   * @param domain empty for ONNX's own
   * @param inputs null where an optional one is left out
   * @param attributes {@code Long}, {@code Float}, {@code String} or {@code List<Long>}
   */
  Node(
      String name,
      String domain,
      String operator,
      List<@Nullable Value> inputs,
      Map<String, Object> attributes) {
    this.name = name;
    this.domain = domain;
    this.operator = operator;
    this.inputs = Collections.unmodifiableList(new ArrayList<>(inputs));
    this.attributes = new TreeMap<>(attributes);
  }

  String name() {
    return name;
  }

  String domain() {
    return domain;
  }

  String operator() {
    return operator;
  }

  List<@Nullable Value> inputs() {
    return inputs;
  }

  /** An input that is there. */
  Value input(int index) {
    Value input = inputs.get(index);
    if (input == null) {
      throw new IllegalStateException(this + " has no input " + index + ".");
    }
    return input;
  }

  List<Value> outputs() {
    return Collections.unmodifiableList(outputs);
  }

  Value output(int index) {
    return outputs.get(index);
  }

  /** Adds the next output. */
  Value emit(ElementType type, Shape shape) {
    String suffix = outputs.isEmpty() ? "" : ":" + outputs.size();
    Value output = new Value(name + suffix, type, shape, this);
    outputs.add(output);
    return output;
  }

  /** Makes a value of another node the next output of this one. */
  void adopt(Value output) {
    outputs.add(output);
  }

  Map<String, Object> attributes() {
    return Collections.unmodifiableMap(attributes);
  }

  long integer(String attribute) {
    return attributes.get(attribute) instanceof Long number ? number : 0;
  }

  float real(String attribute, float absent) {
    return attributes.get(attribute) instanceof Float number ? number : absent;
  }

  @SuppressWarnings("unchecked") // the only list there is
  List<Long> integers(String attribute) {
    return attributes.get(attribute) instanceof List<?> list ? (List<Long>) list : List.of();
  }

  @Override
  public String toString() {
    return "Node (" + name + "), operator (" + operator + ")";
  }
}
