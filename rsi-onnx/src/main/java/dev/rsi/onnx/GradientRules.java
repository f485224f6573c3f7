package dev.rsi.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One rule per operator: from the gradients of a node's outputs to those of its inputs. */
final class GradientRules {
  /** Below this many rows a table's gradient is a product with ones and zeros: faster. */
  private static final long ONE_HOT_ROWS = 512;

  private static final float ONE_OVER_ROOT_TWO_PI = (float) (1 / Math.sqrt(2 * Math.PI));

  /** Through these no gradient flows: their result is constant, whole numbers or truth values. */
  private static final Set<String> STOPS =
      Set.of("Shape", "LessOrEqual", "OneHot", "Range", "Cast");

  private static final Map<String, Rule> RULES =
      Map.ofEntries(
          Map.entry("Add", (g, n, d, needed) -> inputs(d, d)),
          Map.entry("Sub", (g, n, d, needed) -> inputs(d, needed[1] ? g.neg(d) : null)),
          Map.entry("Mul", GradientRules::mul),
          Map.entry("Div", GradientRules::div),
          Map.entry("Neg", (g, n, d, needed) -> inputs(g.neg(d))),
          Map.entry("Exp", (g, n, d, needed) -> inputs(g.mul(d, n.output(0)))),
          Map.entry("Sqrt", (g, n, d, needed) -> inputs(g.div(g.mul(d, 0.5f), n.output(0)))),
          Map.entry("Gelu", GradientRules::gelu),
          Map.entry("Sigmoid", GradientRules::sigmoid),
          Map.entry("Sin", (g, n, d, needed) -> inputs(g.mul(d, g.cos(n.input(0))))),
          Map.entry("Cos", (g, n, d, needed) -> inputs(g.neg(g.mul(d, g.sin(n.input(0)))))),
          Map.entry("MatMul", GradientRules::matMul),
          Map.entry("FusedMatMul", GradientRules::matMul),
          Map.entry("Gemm", GradientRules::gemm),
          Map.entry("LayerNorm", GradientRules::layerNorm),
          Map.entry("Softmax", GradientRules::softmax),
          Map.entry("LogSoftmax", GradientRules::logSoftmax),
          Map.entry("ReduceSum", GradientRules::sum),
          Map.entry("ReduceMean", GradientRules::mean),
          Map.entry("Reshape", (g, n, d, needed) -> inputs(g.reshape(d, n.input(0).shape()), null)),
          Map.entry("Transpose", GradientRules::transpose),
          Map.entry("Expand", (g, n, d, needed) -> inputs(d, null)),
          Map.entry("Concat", GradientRules::concat),
          Map.entry("Slice", GradientRules::slice),
          Map.entry("Gather", GradientRules::gather));

  /** A rule for a node whose first output alone is read outside its own gradient. */
  private interface Rule {
    @Nullable Value[] apply(GraphBuilder g, Node node, Value gradient, boolean[] needed);
  }

  private GradientRules() {}

  /** Every operator that can be differentiated, sorted. */
  static Set<String> operators() {
    Set<String> all = new TreeSet<>(RULES.keySet());
    all.add("Split");
    return all;
  }

  static boolean stops(Node node) {
    return STOPS.contains(node.operator());
  }

  /**
   * The gradients of a node's inputs.
   *
   * @param incoming of its outputs; null where nothing reads one
   * @param needed which inputs' gradients are wanted
   * @return null where not needed or constant; a gradient may still have the shape that a broadcast
   *     gave it
   */
  static @Nullable Value[] apply(
      GraphBuilder g, Node node, List<@Nullable Value> incoming, boolean[] needed) {
    if (node.operator().equals("Split")) {
      return split(g, node, incoming);
    }
    Value gradient = incoming.get(0);
    Rule rule = RULES.get(node.operator());
    if (rule == null || gradient == null) {
      throw new IllegalArgumentException(
          node
              + " has no gradient rule, but lies between a trained weight and the loss.\nMaybe"
              + " freeze the weights before it. Operators with a rule: "
              + operators());
    }
    return rule.apply(g, node, gradient, needed);
  }

  /** Sums over the axes that a broadcast has repeated. */
  static Value fit(GraphBuilder g, Value gradient, Shape shape) {
    if (gradient.shape().equals(shape)) {
      return gradient;
    }
    int more = gradient.shape().rank() - shape.rank();
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < gradient.shape().rank(); i++) {
      boolean repeated =
          i >= more && shape.dim(i - more).isOne() && !gradient.shape().dim(i).isOne();
      if (i < more || repeated) {
        axes.add(i);
      }
    }
    int[] over = axes.stream().mapToInt(Integer::intValue).toArray();
    Value summed = over.length == 0 ? gradient : g.sum(gradient, true, over);
    return g.reshape(summed, shape);
  }

  private static @Nullable Value[] inputs(@Nullable Value... gradients) {
    return gradients;
  }

  /** The first input's; the others are constants. */
  private static @Nullable Value[] of(Node n, Value first) {
    @Nullable Value[] gradients = new @Nullable Value[n.inputs().size()];
    gradients[0] = first;
    return gradients;
  }

  private static @Nullable Value[] mul(GraphBuilder g, Node n, Value d, boolean[] needed) {
    return inputs(needed[0] ? g.mul(d, n.input(1)) : null, needed[1] ? g.mul(d, n.input(0)) : null);
  }

  private static @Nullable Value[] div(GraphBuilder g, Node n, Value d, boolean[] needed) {
    Value over = g.div(d, n.input(1));
    return inputs(over, needed[1] ? g.neg(g.mul(over, n.output(0))) : null);
  }

  /** Phi(x) + x phi(x). */
  private static @Nullable Value[] gelu(GraphBuilder g, Node n, Value d, boolean[] needed) {
    Value x = n.input(0);
    Value density = g.exp(g.mul(g.mul(x, x), -0.5f));
    Value slope = g.add(n.output(1), g.mul(g.mul(x, ONE_OVER_ROOT_TWO_PI), density));
    return of(n, g.mul(d, slope));
  }

  private static @Nullable Value[] sigmoid(GraphBuilder g, Node n, Value d, boolean[] needed) {
    Value y = n.output(0);
    return inputs(g.mul(d, g.mul(y, g.sub(g.scalar(1), y))));
  }

  private static @Nullable Value[] matMul(GraphBuilder g, Node n, Value d, boolean[] needed) {
    Value a = n.input(0);
    Value b = n.input(1);
    boolean transA = n.integer("transA") == 1;
    boolean transB = n.integer("transB") == 1;
    float alpha = n.real("alpha", 1);
    Value forA = null;
    if (needed[0]) {
      forA = transA ? g.matMul(b, d, transB, true, alpha) : g.matMul(d, b, false, !transB, alpha);
    }
    Value forB = null;
    if (needed[1]) {
      forB = transB ? g.matMul(d, a, true, transA, alpha) : g.matMul(a, d, !transA, false, alpha);
    }
    return inputs(forA, forB);
  }

  private static @Nullable Value[] gemm(GraphBuilder g, Node n, Value d, boolean[] needed) {
    Value a = n.input(0);
    Value b = n.input(1);
    boolean transA = n.integer("transA") == 1;
    boolean transB = n.integer("transB") == 1;
    @Nullable Value[] gradients = new @Nullable Value[needed.length];
    if (needed[0]) {
      gradients[0] = transA ? g.gemm(b, d, null, transB, true) : g.gemm(d, b, null, false, !transB);
    }
    if (needed[1]) {
      gradients[1] = transB ? g.gemm(d, a, null, true, transA) : g.gemm(a, d, null, !transA, false);
    }
    if (needed.length > 2 && needed[2]) {
      gradients[2] = g.sum(d, false, 0);
    }
    return gradients;
  }

  private static @Nullable Value[] softmax(GraphBuilder g, Node n, Value d, boolean[] needed) {
    Value y = n.output(0);
    Value mixed = g.sum(g.mul(d, y), true, -1);
    return of(n, g.mul(y, g.sub(d, mixed)));
  }

  private static @Nullable Value[] logSoftmax(GraphBuilder g, Node n, Value d, boolean[] needed) {
    Value total = g.sum(d, true, -1);
    return inputs(g.sub(d, g.mul(g.exp(n.output(0)), total)));
  }

  private static @Nullable Value[] layerNorm(GraphBuilder g, Node n, Value d, boolean[] needed) {
    Value x = n.input(0);
    Value normal = n.output(1);
    Shape rows = Shape.of(x.shape().leading(1).elements(), x.shape().dim(-1));
    @Nullable Value[] gradients = new @Nullable Value[needed.length];
    if (needed[0]) {
      Value scaled = g.mul(d, n.input(1));
      Value centred = g.sub(scaled, g.mean(scaled, true, -1));
      Value along = g.mul(normal, g.mean(g.mul(scaled, normal), true, -1));
      gradients[0] = g.mul(n.output(2), g.sub(centred, along));
    }
    if (needed[1]) {
      gradients[1] = g.sum(g.reshape(g.mul(d, normal), rows), false, 0);
    }
    if (needed[2]) {
      gradients[2] = g.sum(g.reshape(d, rows), false, 0);
    }
    return gradients;
  }

  private static @Nullable Value[] sum(GraphBuilder g, Node n, Value d, boolean[] needed) {
    return inputs(g.expand(d, n.input(0).shape()), null);
  }

  private static @Nullable Value[] mean(GraphBuilder g, Node n, Value d, boolean[] needed) {
    Shape shape = n.input(0).shape();
    Dim count = Dim.ONE;
    for (int i = 0; i < shape.rank(); i++) {
      count = n.output(0).shape().dim(i).isOne() ? count.times(shape.dim(i)) : count;
    }
    Value number = g.cast(g.reshape(g.size(count), Shape.SCALAR), ElementType.FLOAT);
    return inputs(g.expand(g.div(d, number), shape), null);
  }

  private static @Nullable Value[] transpose(GraphBuilder g, Node n, Value d, boolean[] needed) {
    List<Long> order = n.integers("perm");
    int[] back = new int[order.size()];
    for (int i = 0; i < back.length; i++) {
      back[order.get(i).intValue()] = i;
    }
    return inputs(g.transpose(d, back));
  }

  private static @Nullable Value[] split(GraphBuilder g, Node n, List<@Nullable Value> incoming) {
    List<Value> parts = new ArrayList<>();
    for (int i = 0; i < incoming.size(); i++) {
      Value part = incoming.get(i);
      parts.add(part == null ? g.zeros(n.output(i).shape()) : part);
    }
    int axis = (int) n.integer("axis");
    return inputs(g.concat(axis, n.input(0).shape().dim(axis), parts), null);
  }

  private static @Nullable Value[] concat(GraphBuilder g, Node n, Value d, boolean[] needed) {
    int axis = (int) n.integer("axis");
    long[] sizes = new long[n.inputs().size()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = n.input(i).shape().dim(axis).size();
    }
    return g.split(d, axis, sizes).toArray(Value[]::new);
  }

  private static @Nullable Value[] slice(GraphBuilder g, Node n, Value d, boolean[] needed) {
    Shape whole = n.input(0).shape();
    int axis = 0;
    while (whole.dim(axis).equals(d.shape().dim(axis))) {
      axis++;
    }
    return inputs(g.padFront(d, axis, whole.dim(axis)), null, null, null);
  }

  private static @Nullable Value[] gather(GraphBuilder g, Node n, Value d, boolean[] needed) {
    Value table = n.input(0);
    Value indices = n.input(1);
    Dim rows = table.shape().dim(0);
    if (!rows.fixed() || rows.size() > ONE_HOT_ROWS || table.shape().rank() != 2) {
      return inputs(g.scatterSum(d, indices, table.shape()), null);
    }
    Dim count = indices.shape().elements();
    Value chosen = g.reshape(g.oneHot(indices, rows), Shape.of(count, rows));
    Value flat = g.reshape(d, Shape.of(count, table.shape().dim(1)));
    return inputs(g.gemm(chosen, flat, null, true, false), null);
  }
}
