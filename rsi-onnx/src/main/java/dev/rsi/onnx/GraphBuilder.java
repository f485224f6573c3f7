package dev.rsi.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Builds a graph operation by operation. Types and shapes are checked when an operation is added,
 * so that a wrong one is named with its shapes before anything runs.
 *
 * <p>Dimensions that only a run knows are symbols ({@link Dim#symbol}); each must be a whole
 * dimension of some input. Not thread-safe.
 */
final class GraphBuilder {
  /** One-hot vectors of at most this length are rows of a matrix that is part of the model. */
  private static final int IDENTITY_ROWS = 512;

  private final List<Node> nodes = new ArrayList<>();
  private final List<Initializer> initializers = new ArrayList<>();
  private final List<Value> inputs = new ArrayList<>();
  private final Map<String, Value> outputs = new LinkedHashMap<>();
  private final Set<String> names = new HashSet<>();
  private final Map<Object, Value> cache = new HashMap<>();

  // Ends of the graph.

  /** A tensor that every run is given. */
  Value input(String name, ElementType type, Shape shape) {
    Value value = new Value(unused(name), type, shape, null);
    inputs.add(value);
    return value;
  }

  /** A tensor that is part of the model. */
  Value initializer(String name, Shape shape, float... values) {
    ByteBuffer data = ByteBuffer.allocate(Math.multiplyExact(4, values.length));
    data.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return initializer(name, ElementType.FLOAT, shape, data.array());
  }

  /** A tensor that is part of the model, from its little-endian bytes. */
  Value initializer(String name, ElementType type, Shape shape, byte[] data) {
    long expected = Math.multiplyExact(shape.elements().size(), type.bytes());
    if (data.length != expected) {
      throw new IllegalArgumentException(
          "Initializer ("
              + name
              + ") has "
              + data.length
              + " bytes, but "
              + type
              + shape
              + " takes "
              + expected
              + ".");
    }
    Value value = new Value(unused(name), type, shape, null);
    initializers.add(new Initializer(value, data));
    return value;
  }

  /** Makes a value an output of the model. */
  void output(String name, Value value) {
    outputs.put(unused(name), value);
  }

  private String unused(String name) {
    if (!names.add(name)) {
      throw new IllegalArgumentException("Name (" + name + ") is used twice in this graph.");
    }
    return name;
  }

  /** The nodes so far, each after those that it reads. */
  List<Node> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  List<Value> inputs() {
    return Collections.unmodifiableList(inputs);
  }

  Map<String, Value> outputs() {
    return Collections.unmodifiableMap(outputs);
  }

  /** The model's bytes. */
  byte[] build() {
    return build(Map.of());
  }

  /** The model's bytes with free text by name. */
  byte[] build(Map<String, String> metadata) {
    if (outputs.isEmpty()) {
      throw new IllegalStateException("The graph has no output.\nMaybe call output(name, value).");
    }
    return OnnxWriter.write(nodes, initializers, inputs, outputs, metadata);
  }

  // Constants; the same one twice is one.

  Value scalar(float number) {
    return cache.computeIfAbsent(
        number, key -> initializer("constant_" + cache.size(), Shape.SCALAR, number));
  }

  Value integers(long... numbers) {
    return cache.computeIfAbsent(
        List.of("integers", Arrays.toString(numbers)),
        key -> longs(Shape.of(numbers.length), numbers));
  }

  Value integer(long number) {
    return cache.computeIfAbsent(List.of("integer", number), key -> longs(Shape.SCALAR, number));
  }

  private Value longs(Shape shape, long... numbers) {
    ByteBuffer data = ByteBuffer.allocate(8 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asLongBuffer().put(numbers);
    return initializer("constant_" + cache.size(), ElementType.INT64, shape, data.array());
  }

  // Sizes that a run knows.

  /** A dimension as INT64 of one element. */
  Value size(Dim dim) {
    if (dim.fixed()) {
      return integers(dim.size());
    }
    Value known = cache.get(dim);
    if (known != null) {
      return known;
    }
    Value size = dim.factor() == 1 ? null : integers(dim.factor());
    for (String symbol : dim.symbols()) {
      Value one = symbol(symbol);
      size = size == null ? one : mul(size, one);
    }
    if (size == null) {
      throw new IllegalStateException("no symbol in " + dim);
    }
    cache.put(dim, size);
    return size;
  }

  /** Makes a symbol known that is no dimension of an input: its size as INT64 [1]. */
  void define(Dim symbol, Value size) {
    if (!symbol.equals(Dim.symbol(symbol.toString())) || cache.putIfAbsent(symbol, size) != null) {
      throw new IllegalArgumentException("Dimension (" + symbol + ") is known or no symbol.");
    }
  }

  private Value symbol(String name) {
    Dim dim = Dim.symbol(name);
    Value known = cache.get(dim);
    if (known != null) {
      return known;
    }
    for (Value input : inputs) {
      int axis = input.shape().dims().indexOf(dim);
      if (axis >= 0) {
        Map<String, Object> range = Map.of("start", (long) axis, "end", axis + 1L);
        Value size = node("Shape", range, input).emit(ElementType.INT64, Shape.of(1));
        cache.put(dim, size);
        return size;
      }
    }
    throw new IllegalArgumentException(
        "Dimension (" + name + ") is no dimension of an input, so no run can know it.");
  }

  /** A whole shape as INT64 of as many elements as it has axes. */
  Value sizes(Shape shape) {
    if (shape.fixed()) {
      return integers(shape.dims().stream().mapToLong(Dim::size).toArray());
    }
    Value known = cache.get(shape);
    if (known == null) {
      List<Value> parts = shape.dims().stream().map(this::size).toList();
      known = parts.size() == 1 ? parts.get(0) : concat(0, Dim.of(shape.rank()), parts);
      cache.put(shape, known);
    }
    return known;
  }

  // Nodes.

  private Node node(String operator, Map<String, Object> attributes, @Nullable Value... inputs) {
    return node("", operator, attributes, Arrays.asList(inputs));
  }

  /** Adds a node; its outputs are still to be emitted. */
  Node node(
      String domain,
      String operator,
      Map<String, Object> attributes,
      List<@Nullable Value> nodeInputs) {
    Node node =
        new Node(unused(operator + "_" + nodes.size()), domain, operator, nodeInputs, attributes);
    nodes.add(node);
    return node;
  }

  private static IllegalArgumentException refused(String operator, String why, Value... inputs) {
    return new IllegalArgumentException(
        "Operator (" + operator + ") cannot take " + Arrays.toString(inputs) + ": " + why + ".");
  }

  private static void require(boolean holds, String operator, String why, Value... inputs) {
    if (!holds) {
      throw refused(operator, why, inputs);
    }
  }

  // One element at a time.

  Value add(Value a, Value b) {
    return binary("Add", a, b, a.type());
  }

  Value sub(Value a, Value b) {
    return binary("Sub", a, b, a.type());
  }

  Value mul(Value a, Value b) {
    return binary("Mul", a, b, a.type());
  }

  Value mul(Value a, float factor) {
    return mul(a, scalar(factor));
  }

  Value add(Value a, float term) {
    return add(a, scalar(term));
  }

  Value div(Value a, Value b) {
    return binary("Div", a, b, a.type());
  }

  Value lessOrEqual(Value a, Value b) {
    return binary("LessOrEqual", a, b, ElementType.BOOL);
  }

  private Value binary(String operator, Value a, Value b, ElementType result) {
    require(a.type() == b.type(), operator, "their types differ", a, b);
    Shape shape = broadcast(operator, a, b);
    return node(operator, Map.of(), a, b).emit(result, shape);
  }

  private static Shape broadcast(String operator, Value a, Value b) {
    int rank = Math.max(a.shape().rank(), b.shape().rank());
    List<Dim> dims = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int inA = i - rank + a.shape().rank();
      int inB = i - rank + b.shape().rank();
      Dim one = inA < 0 ? Dim.ONE : a.shape().dim(inA);
      Dim other = inB < 0 ? Dim.ONE : b.shape().dim(inB);
      require(
          one.equals(other) || one.isOne() || other.isOne(),
          operator,
          "their shapes cannot be broadcast to each other",
          a,
          b);
      dims.add(one.isOne() ? other : one);
    }
    return new Shape(dims);
  }

  Value neg(Value x) {
    return unary("Neg", x);
  }

  Value exp(Value x) {
    return unary("Exp", x);
  }

  Value sqrt(Value x) {
    return unary("Sqrt", x);
  }

  Value sigmoid(Value x) {
    return unary("Sigmoid", x);
  }

  Value sin(Value x) {
    return unary("Sin", x);
  }

  Value cos(Value x) {
    return unary("Cos", x);
  }

  /** x times the normal distribution function of x, exactly. */
  Value gelu(Value x) {
    require(x.type() == ElementType.FLOAT, "Gelu", "it needs FLOAT", x);
    Value root = scalar((float) Math.sqrt(0.5));
    Node node = node(Lowering.DOMAIN, "Gelu", Map.of(), List.of(x, root, scalar(0.5f)));
    Value result = node.emit(x.type(), x.shape());
    node.emit(x.type(), x.shape());
    return result;
  }

  /** x * sigmoid(x). */
  Value silu(Value x) {
    return mul(x, sigmoid(x));
  }

  private Value unary(String operator, Value x) {
    require(x.type() == ElementType.FLOAT, operator, "it needs FLOAT", x);
    return node(operator, Map.of(), x).emit(x.type(), x.shape());
  }

  Value cast(Value x, ElementType type) {
    return x.type() == type
        ? x
        : node("Cast", Map.of("to", (long) type.code()), x).emit(type, x.shape());
  }

  // Products.

  /**
   * Matrix product of the last two axes, times a factor. The axes before them must be the same.
   *
   * @param transposeA whether the last two axes of {@code a} are swapped before
   */
  Value matMul(Value a, Value b, boolean transposeA, boolean transposeB, float factor) {
    int rank = a.shape().rank();
    String operator = "MatMul";
    require(rank >= 2 && b.shape().rank() == rank, operator, "they need the same rank", a, b);
    require(
        a.shape().leading(2).equals(b.shape().leading(2)), operator, "their batches differ", a, b);
    Dim rows = a.shape().dim(transposeA ? -1 : -2);
    Dim columns = b.shape().dim(transposeB ? -2 : -1);
    require(
        a.shape().dim(transposeA ? -2 : -1).equals(b.shape().dim(transposeB ? -1 : -2)),
        operator,
        "the summed dimensions differ",
        a,
        b);
    Shape shape = a.shape().with(-2, rows).with(-1, columns);
    if (!transposeA && !transposeB && factor == 1) {
      return node(operator, Map.of(), a, b).emit(a.type(), shape);
    }
    Map<String, Object> attributes =
        Map.of("transA", flag(transposeA), "transB", flag(transposeB), "alpha", factor);
    return node(OnnxWriter.MICROSOFT, "FusedMatMul", attributes, List.of(a, b))
        .emit(a.type(), shape);
  }

  Value matMul(Value a, Value b) {
    return matMul(a, b, false, false, 1);
  }

  /** Product of two matrices, plus a vector added to each row. */
  Value gemm(Value a, Value b, @Nullable Value bias, boolean transposeA, boolean transposeB) {
    require(a.shape().rank() == 2 && b.shape().rank() == 2, "Gemm", "it needs matrices", a, b);
    require(
        a.shape().dim(transposeA ? 0 : 1).equals(b.shape().dim(transposeB ? 1 : 0)),
        "Gemm",
        "the summed dimensions differ",
        a,
        b);
    Dim columns = b.shape().dim(transposeB ? 0 : 1);
    if (bias != null) {
      require(bias.shape().equals(Shape.of(columns)), "Gemm", "the bias does not fit", b, bias);
    }
    Map<String, Object> attributes = Map.of("transA", flag(transposeA), "transB", flag(transposeB));
    Node node =
        bias == null ? node("Gemm", attributes, a, b) : node("Gemm", attributes, a, b, bias);
    return node.emit(a.type(), Shape.of(a.shape().dim(transposeA ? 1 : 0), columns));
  }

  /**
   * A linear layer over the last axis.
   *
   * @param weight outputs x inputs
   */
  Value linear(Value x, Value weight, @Nullable Value bias) {
    Shape leading = x.shape().leading(1);
    Value flat = reshape(x, Shape.of(leading.elements(), x.shape().dim(-1)));
    return reshape(gemm(flat, weight, bias, false, true), leading.append(weight.shape().dim(0)));
  }

  private static long flag(boolean value) {
    return value ? 1 : 0;
  }

  // Over the last axis.

  Value softmax(Value x) {
    return node(Lowering.DOMAIN, "Softmax", Map.of(), List.of(x, integers(-1)))
        .emit(x.type(), x.shape());
  }

  /**
   * The same with some places shut: they are 0 and count for nothing.
   *
   * @param open 1 where a place is open, 0 where it is shut; in each row one is open
   */
  Value softmax(Value x, Value open) {
    require(broadcast("Softmax", x, open).equals(x.shape()), "Softmax", "no mask of it", x, open);
    Value bias = mul(sub(open, scalar(1)), 1e9f);
    // The power of this is the least normal number.
    Value least = scalar(-87);
    List<Value> all = List.of(x, integers(-1), bias, open, least);
    return node(Lowering.DOMAIN, "Softmax", Map.of(), new ArrayList<>(all))
        .emit(x.type(), x.shape());
  }

  Value logSoftmax(Value x) {
    return node("LogSoftmax", Map.of("axis", -1L), x).emit(x.type(), x.shape());
  }

  Value layerNorm(Value x, Value weight, Value bias, float epsilon) {
    Shape last = Shape.of(x.shape().dim(-1));
    require(
        weight.shape().equals(last) && bias.shape().equals(last),
        "LayerNorm",
        "weight and bias do not fit the last axis",
        x,
        weight,
        bias);
    List<Value> all = List.of(x, weight, bias, integers(-1), scalar(epsilon), scalar(1));
    Map<String, Object> attributes = Map.of("epsilon", epsilon);
    Node node = node(Lowering.DOMAIN, "LayerNorm", attributes, new ArrayList<>(all));
    Value result = node.emit(x.type(), x.shape());
    node.emit(x.type(), x.shape());
    node.emit(x.type(), x.shape().with(-1, Dim.ONE));
    return result;
  }

  /** x over its root mean square, times the weight. */
  Value rmsNorm(Value x, Value weight, float epsilon) {
    Value mean = mean(mul(x, x), true, -1);
    return mul(div(x, sqrt(add(mean, epsilon))), weight);
  }

  /** 1 where the last axis has the index, else 0. */
  Value oneHot(Value indices, Dim depth) {
    require(indices.type() == ElementType.INT64, "OneHot", "it needs INT64", indices);
    if (depth.fixed() && depth.size() <= IDENTITY_ROWS) {
      // Copying rows takes a fraction of the time of the operator for it.
      return gather(identity((int) depth.size()), indices);
    }
    Value values =
        cache.computeIfAbsent(
            "off, on", key -> initializer("constant_" + cache.size(), Shape.of(2), 0, 1));
    return node("OneHot", Map.of("axis", -1L), indices, size(depth), values)
        .emit(ElementType.FLOAT, indices.shape().append(depth));
  }

  private Value identity(int size) {
    return cache.computeIfAbsent(
        List.of("identity", size),
        key -> {
          float[] values = new float[size * size];
          for (int i = 0; i < size; i++) {
            values[i * (size + 1)] = 1;
          }
          return initializer("constant_" + cache.size(), Shape.of(size, size), values);
        });
  }

  // Sums.

  Value sum(Value x, boolean keep, int... axes) {
    return reduce("ReduceSum", x, keep, axes);
  }

  Value mean(Value x, boolean keep, int... axes) {
    return reduce("ReduceMean", x, keep, axes);
  }

  /** The sum of all elements, a scalar. */
  Value total(Value x) {
    int[] all = new int[x.shape().rank()];
    Arrays.setAll(all, i -> i);
    return all.length == 0 ? x : sum(x, false, all);
  }

  private Value reduce(String operator, Value x, boolean keep, int... axes) {
    Shape kept = x.shape();
    Shape rest = x.shape();
    int[] over = Arrays.stream(axes).map(x.shape()::index).distinct().sorted().toArray();
    for (int i = over.length - 1; i >= 0; i--) {
      kept = kept.with(over[i], Dim.ONE);
      rest = rest.without(over[i]);
    }
    Value axesInput = integers(Arrays.stream(over).asLongStream().toArray());
    Value result = node(operator, Map.of("keepdims", 1L), x, axesInput).emit(x.type(), kept);
    return keep ? result : reshape(result, rest);
  }

  // Where elements lie.

  /** The same elements in another shape. */
  Value reshape(Value x, Shape shape) {
    require(
        x.shape().elements().equals(shape.elements()), "Reshape", "not the size of " + shape, x);
    return x.shape().equals(shape)
        ? x
        : node("Reshape", Map.of(), x, target(x.shape(), shape)).emit(x.type(), shape);
  }

  /** A constant where the format's 0 (as before) and -1 (what is left) suffice. */
  private Value target(Shape from, Shape to) {
    long[] numbers = new long[to.rank()];
    int open = 0;
    for (int i = 0; i < numbers.length; i++) {
      Dim dim = to.dim(i);
      if (dim.fixed()) {
        numbers[i] = dim.size();
      } else if (i < from.rank() && from.dim(i).equals(dim)) {
        numbers[i] = 0;
      } else {
        numbers[i] = -1;
        open++;
      }
    }
    return open <= 1 ? integers(numbers) : sizes(to);
  }

  Value transpose(Value x, int... order) {
    Shape shape = x.shape();
    require(
        order.length == shape.rank() && Arrays.stream(order).distinct().count() == order.length,
        "Transpose",
        "not an order of its axes: " + Arrays.toString(order),
        x);
    List<Long> perm = Arrays.stream(order).asLongStream().boxed().toList();
    return node("Transpose", Map.of("perm", perm), x)
        .emit(x.type(), new Shape(Arrays.stream(order).mapToObj(shape::dim).toList()));
  }

  /** Repeats dimensions of 1. */
  Value expand(Value x, Shape shape) {
    Value wanted = new Value("", x.type(), shape, null);
    require(broadcast("Expand", x, wanted).equals(shape), "Expand", "not to be made " + shape, x);
    return node("Expand", Map.of(), x, sizes(shape)).emit(x.type(), shape);
  }

  /** Cuts an axis into parts of fixed sizes. */
  List<Value> split(Value x, int axis, long... sizes) {
    require(
        x.shape().dim(axis).equals(Dim.of(Arrays.stream(sizes).sum())),
        "Split",
        "the parts do not make up the axis",
        x);
    if (sizes.length == 1) {
      return List.of(x);
    }
    Node node = node("Split", Map.of("axis", (long) x.shape().index(axis)), x, integers(sizes));
    for (long size : sizes) {
      node.emit(x.type(), x.shape().with(axis, Dim.of(size)));
    }
    return node.outputs();
  }

  /**
   * Puts values one behind the other.
   *
   * @param result the dimension that results
   */
  Value concat(int axis, Dim result, List<Value> parts) {
    Value first = parts.get(0);
    int at = first.shape().index(axis);
    for (Value part : parts) {
      require(
          part.type() == first.type()
              && part.shape().with(at, Dim.ONE).equals(first.shape().with(at, Dim.ONE)),
          "Concat",
          "they differ on another axis",
          first,
          part);
    }
    return node("", "Concat", Map.of("axis", (long) at), new ArrayList<>(parts))
        .emit(first.type(), first.shape().with(at, result));
  }

  /** The last {@code count} of an axis. */
  Value tail(Value x, int axis, Dim count) {
    if (x.shape().dim(axis).equals(count)) {
      return x;
    }
    Value from = node("Neg", Map.of(), size(count)).emit(ElementType.INT64, Shape.of(1));
    return node(
            "Slice", Map.of(), x, from, integers(Long.MAX_VALUE), integers(x.shape().index(axis)))
        .emit(x.type(), x.shape().with(axis, count));
  }

  /** Zeros before an axis so that it has {@code size}. */
  Value padFront(Value x, int axis, Dim size) {
    return pad(x, axis, sub(size(size), size(x.shape().dim(axis))), integers(0), size);
  }

  /**
   * Zeros behind an axis.
   *
   * @param more how many, INT64 [1]
   * @param size the dimension that results
   */
  Value padBack(Value x, int axis, Value more, Dim size) {
    return pad(x, axis, integers(0), more, size);
  }

  private Value pad(Value x, int axis, Value before, Value after, Dim size) {
    int at = x.shape().index(axis);
    Dim rank = Dim.of(x.shape().rank());
    Value all = concat(0, rank, along(x.shape().rank(), at, before));
    Value behind = concat(0, rank, along(x.shape().rank(), at, after));
    Value pads = concat(0, rank.times(Dim.of(2)), List.of(all, behind));
    return node("Pad", Map.of(), x, pads).emit(x.type(), x.shape().with(axis, size));
  }

  /** Zeros but for one axis. */
  private List<Value> along(int rank, int axis, Value value) {
    List<Value> parts = new ArrayList<>();
    if (axis > 0) {
      parts.add(integers(new long[axis]));
    }
    parts.add(value);
    if (axis < rank - 1) {
      parts.add(integers(new long[rank - 1 - axis]));
    }
    return parts;
  }

  /** Rows of a table. */
  Value gather(Value table, Value indices) {
    require(indices.type() == ElementType.INT64, "Gather", "it needs INT64", indices);
    List<Dim> dims = new ArrayList<>(indices.shape().dims());
    dims.addAll(table.shape().dims().subList(1, table.shape().rank()));
    return node("Gather", Map.of("axis", 0L), table, indices).emit(table.type(), new Shape(dims));
  }

  /** Adds rows to a table of zeros, each where its index says. */
  Value scatterSum(Value rows, Value indices, Shape table) {
    Shape each = indices.shape().append(Dim.ONE);
    Value zeros = expand(scalar(0), table);
    return node("ScatterND", Map.of("reduction", "add"), zeros, reshape(indices, each), rows)
        .emit(rows.type(), table);
  }

  /** 0, 1, 2, ... below a size, INT64. */
  Value range(Dim count) {
    Value limit = reshape(size(count), Shape.SCALAR);
    return node("Range", Map.of(), integer(0), limit, integer(1))
        .emit(ElementType.INT64, Shape.of(count));
  }

  Value zeros(Shape shape) {
    return expand(scalar(0), shape);
  }
}
