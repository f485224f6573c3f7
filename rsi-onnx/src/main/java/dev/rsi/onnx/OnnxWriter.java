package dev.rsi.onnx;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes a graph as an ONNX model. The field numbers are those of {@code onnx.proto3}. */
final class OnnxWriter {
  /** Version of the operators; ONNX Runtime 1.20 and later run it. */
  static final int OPSET = 21;

  /** Version of the format that came with it. */
  static final int IR_VERSION = 10;

  /** Domain of ONNX Runtime's own operators. */
  static final String MICROSOFT = "com.microsoft";

  private static final int TYPE_FLOAT = 1;
  private static final int TYPE_INT = 2;
  private static final int TYPE_STRING = 3;
  private static final int TYPE_INTS = 7;

  private OnnxWriter() {}

  static byte[] write(
      List<Node> nodes,
      List<Initializer> initializers,
      List<Value> inputs,
      Map<String, Value> outputs,
      Map<String, String> metadata) {
    Wire graph = new Wire();
    Map<String, String> names = new HashMap<>();
    Wire copies = new Wire();
    outputs.forEach(
        (name, value) -> {
          // What a node computes takes the name that users see; all else is copied under it.
          if (value.producer() == null || names.putIfAbsent(value.name(), name) != null) {
            String from = names.getOrDefault(value.name(), value.name());
            Wire identity = new Wire().text(1, from).text(2, name);
            copies.message(1, identity.text(3, "output:" + name).text(4, "Identity"));
          }
        });
    Set<Value> read = new HashSet<>(outputs.values());
    nodes.forEach(node -> read.addAll(node.inputs()));
    for (Node node : nodes) {
      Lowering.of(node, read).forEach(part -> graph.message(1, node(part, names)));
    }
    graph.append(copies).text(2, "rsi");
    initializers.forEach(initializer -> graph.message(5, tensor(initializer)));
    inputs.forEach(input -> graph.message(11, valueInfo(input.name(), input)));
    outputs.forEach((name, value) -> graph.message(12, valueInfo(name, value)));
    Wire model = new Wire().number(1, IR_VERSION).text(2, "rsi").message(7, graph);
    model.message(8, new Wire().text(1, "").number(2, OPSET));
    model.message(8, new Wire().text(1, MICROSOFT).number(2, 1));
    new TreeMap<>(metadata)
        .forEach((key, value) -> model.message(14, new Wire().text(1, key).text(2, value)));
    return model.toBytes();
  }

  private static Wire node(Node node, Map<String, String> names) {
    Wire wire = new Wire();
    for (@Nullable Value input : node.inputs()) {
      wire.text(1, input == null ? "" : names.getOrDefault(input.name(), input.name()));
    }
    for (Value output : node.outputs()) {
      wire.text(2, names.getOrDefault(output.name(), output.name()));
    }
    wire.text(3, node.name()).text(4, node.operator());
    node.attributes().forEach((name, value) -> wire.message(5, attribute(name, value)));
    return node.domain().isEmpty() ? wire : wire.text(7, node.domain());
  }

  private static Wire attribute(String name, Object value) {
    Wire wire = new Wire().text(1, name);
    if (value instanceof Long number) {
      wire.number(3, number).number(20, TYPE_INT);
    } else if (value instanceof Float number) {
      wire.real(2, number).number(20, TYPE_FLOAT);
    } else if (value instanceof String text) {
      wire.text(4, text).number(20, TYPE_STRING);
    } else if (value instanceof List<?> list) {
      list.forEach(element -> wire.number(8, (Long) element));
      wire.number(20, TYPE_INTS);
    } else {
      throw new IllegalArgumentException(
          "Attribute (" + name + ") has a value of a type (" + value.getClass() + ") not known.");
    }
    return wire;
  }

  private static Wire tensor(Initializer initializer) {
    Wire wire = new Wire();
    initializer.value().shape().dims().forEach(dim -> wire.number(1, dim.size()));
    wire.number(2, initializer.value().type().code());
    return wire.text(8, initializer.value().name()).bytes(9, initializer.data());
  }

  private static Wire valueInfo(String name, Value value) {
    Wire shape = new Wire();
    for (Dim dim : value.shape().dims()) {
      shape.message(
          1, dim.fixed() ? new Wire().number(1, dim.size()) : new Wire().text(2, dim.toString()));
    }
    Wire tensor = new Wire().number(1, value.type().code()).message(2, shape);
    return new Wire().text(1, name).message(2, new Wire().message(1, tensor));
  }
}
