package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.lm.Device;
import dev.rsi.onnx.GradientCheck.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GradientRulesTest {
  private static final double TOLERANCE = 0.002;
  private static final Dim ROWS = Dim.symbol("rows");
  private static final Dim LENGTH = Dim.symbol("length");

  /** A function to differentiate, with its parameters and the sizes of its result. */
  record Case(
      String name,
      List<Parameter> parameters,
      long[] result,
      BiFunction<GraphBuilder, List<Value>, Value> function) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Case of(
      String name,
      long[] result,
      BiFunction<GraphBuilder, List<Value>, Value> function,
      Parameter... parameters) {
    return new Case(name, List.of(parameters), result, function);
  }

  private static Parameter matrix(long seed) {
    return Parameter.random(seed, 0, 3, 4);
  }

  /** Rows known to a run alone. */
  private static Parameter batch(long seed, long... sizes) {
    Dim[] dims = Arrays.stream(sizes).mapToObj(Dim::of).toArray(Dim[]::new);
    dims[0] = ROWS;
    if (dims.length > 2) {
      dims[1] = LENGTH;
    }
    return Parameter.random(Shape.of(dims), seed, 0, sizes);
  }

  private static Parameter positive(long seed) {
    Parameter normal = Parameter.random(seed, 0, 3, 4);
    for (int i = 0; i < normal.values().length; i++) {
      normal.values()[i] = 0.7f + Math.abs(normal.values()[i]);
    }
    return normal;
  }

  static List<Case> cases() {
    long[] small = {3, 4};
    List<Case> cases = new ArrayList<>();
    cases.add(of("add", small, (g, p) -> g.add(p.get(0), p.get(1)), matrix(1), matrix(2)));
    cases.add(
        of(
            "add, broadcast",
            new long[] {2, 3, 4},
            (g, p) -> g.add(g.add(p.get(0), p.get(1)), p.get(2)),
            batch(1, 2, 3, 4),
            Parameter.random(2, 0, 4),
            Parameter.random(3, 0, 1, 1, 1)));
    cases.add(of("sub", small, (g, p) -> g.sub(p.get(0), p.get(1)), matrix(1), matrix(2)));
    cases.add(
        of(
            "mul, broadcast",
            small,
            (g, p) -> g.mul(p.get(0), p.get(1)),
            matrix(1),
            Parameter.random(2, 0, 3, 1)));
    cases.add(of("square", small, (g, p) -> g.mul(p.get(0), p.get(0)), matrix(1)));
    cases.add(
        of(
            "div, broadcast",
            small,
            (g, p) -> g.div(p.get(0), p.get(1)),
            matrix(1),
            Parameter.random(2, 5, 4)));
    cases.add(of("neg", small, (g, p) -> g.neg(p.get(0)), matrix(1)));
    cases.add(of("exp", small, (g, p) -> g.exp(p.get(0)), matrix(1)));
    cases.add(of("sqrt", small, (g, p) -> g.sqrt(p.get(0)), positive(1)));
    cases.add(of("gelu", small, (g, p) -> g.gelu(p.get(0)), matrix(1)));
    cases.add(of("sigmoid", small, (g, p) -> g.sigmoid(p.get(0)), matrix(1)));
    cases.add(of("silu", small, (g, p) -> g.silu(p.get(0)), matrix(1)));
    cases.add(of("sin", small, (g, p) -> g.sin(p.get(0)), matrix(1)));
    cases.add(of("cos", small, (g, p) -> g.cos(p.get(0)), matrix(1)));
    for (boolean a : new boolean[] {false, true}) {
      for (boolean b : new boolean[] {false, true}) {
        Parameter left = a ? Parameter.random(1, 0, 2, 5, 3) : Parameter.random(1, 0, 2, 3, 5);
        Parameter right = b ? Parameter.random(2, 0, 2, 4, 5) : Parameter.random(2, 0, 2, 5, 4);
        cases.add(
            of(
                "matMul, transposed " + a + " " + b,
                new long[] {2, 3, 4},
                (g, p) -> g.matMul(p.get(0), p.get(1), a, b, 0.7f),
                left,
                right));
        cases.add(
            of(
                "gemm, transposed " + a + " " + b,
                small,
                (g, p) -> g.gemm(p.get(0), p.get(1), p.get(2), a, b),
                a ? Parameter.random(1, 0, 5, 3) : Parameter.random(1, 0, 3, 5),
                b ? Parameter.random(2, 0, 4, 5) : Parameter.random(2, 0, 5, 4),
                Parameter.random(3, 0, 4)));
      }
    }
    cases.add(
        of(
            "plain matMul",
            new long[] {3, 2},
            (g, p) -> g.matMul(p.get(0), p.get(1)),
            matrix(1),
            Parameter.random(2, 0, 4, 2)));
    cases.add(
        of(
            "linear",
            new long[] {2, 3, 5},
            (g, p) -> g.linear(p.get(0), p.get(1), p.get(2)),
            batch(1, 2, 3, 4),
            Parameter.random(2, 0, 5, 4),
            Parameter.random(3, 0, 5)));
    cases.add(of("softmax", small, (g, p) -> g.softmax(p.get(0)), matrix(1)));
    cases.add(
        of(
            "softmax, some places shut",
            small,
            (g, p) ->
                g.softmax(
                    p.get(0),
                    g.initializer("open", Shape.of(3, 4), 1, 0, 0, 1, 0, 1, 0, 0, 1, 1, 1, 1)),
            matrix(1)));
    cases.add(of("logSoftmax", small, (g, p) -> g.logSoftmax(p.get(0)), matrix(1)));
    cases.add(
        of(
            "layerNorm",
            new long[] {2, 3, 8},
            (g, p) -> g.layerNorm(p.get(0), p.get(1), p.get(2), 1e-5f),
            batch(1, 2, 3, 8),
            Parameter.random(2, 1, 8),
            Parameter.random(3, 0, 8)));
    cases.add(
        of(
            "rmsNorm",
            new long[] {2, 3, 8},
            (g, p) -> g.rmsNorm(p.get(0), p.get(1), 1e-5f),
            batch(1, 2, 3, 8),
            Parameter.random(2, 1, 8)));
    cases.add(of("sum", new long[] {3}, (g, p) -> g.sum(p.get(0), false, 0, 2), batch(1, 2, 3, 4)));
    cases.add(
        of("mean", new long[] {2, 1, 4}, (g, p) -> g.mean(p.get(0), true, 1), batch(1, 2, 3, 4)));
    cases.add(of("total", new long[] {}, (g, p) -> g.total(p.get(0)), batch(1, 2, 3, 4)));
    cases.add(
        of(
            "reshape",
            new long[] {6, 4},
            (g, p) -> g.reshape(p.get(0), Shape.of(ROWS.times(LENGTH), Dim.of(4))),
            batch(1, 2, 3, 4)));
    cases.add(
        of(
            "transpose",
            new long[] {4, 2, 3},
            (g, p) -> g.transpose(p.get(0), 2, 0, 1),
            batch(1, 2, 3, 4)));
    cases.add(
        of(
            "expand",
            new long[] {3, 4},
            (g, p) -> g.expand(p.get(0), Shape.of(3, 4)),
            Parameter.random(1, 0, 4)));
    cases.add(
        of(
            "split, one part unused",
            new long[] {3, 1},
            (g, p) -> {
              List<Value> parts = g.split(p.get(0), 1, 1, 2, 1);
              return g.mul(parts.get(0), parts.get(2));
            },
            matrix(1)));
    cases.add(
        of(
            "concat",
            new long[] {3, 6},
            (g, p) -> g.concat(1, Dim.of(6), List.of(p.get(0), p.get(1))),
            matrix(1),
            Parameter.random(2, 0, 3, 2)));
    cases.add(
        of(
            "tail",
            new long[] {2, 2, 4},
            (g, p) -> g.tail(p.get(0), 1, Dim.of(2)),
            batch(1, 2, 3, 4)));
    cases.add(
        of(
            "gather, small table",
            new long[] {5, 3},
            (g, p) -> g.gather(p.get(0), g.integers(0, 2, 2, 1, 0)),
            Parameter.random(1, 0, 4, 3)));
    cases.add(
        of(
            "gather, large table",
            new long[] {5, 1},
            (g, p) -> g.gather(p.get(0), g.integers(0, 599, 599, 1, 0)),
            Parameter.random(1, 0, 600, 1)));
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void should_agree_with_finite_differences(Case each) {
    try (GradientCheck check =
        new GradientCheck(each.parameters(), each.result(), each.function())) {
      double worst = check.worstRelativeError();
      System.out.println("worst relative error, " + each.name() + ": " + worst);
      assertThat(worst).as(each.name()).isLessThan(TOLERANCE);
    }
  }

  @Test
  void should_check_every_operator_that_has_a_rule() {
    Set<String> checked = new TreeSet<>();
    for (Case each : cases()) {
      try (GradientCheck check =
          new GradientCheck(each.parameters(), each.result(), each.function())) {
        check.graph().nodes().forEach(node -> checked.add(node.operator()));
      }
    }
    assertThat(checked).containsAll(GradientRules.operators());
  }

  @Test
  void should_name_the_node_and_the_operator_without_a_rule() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", ElementType.FLOAT, Shape.of(3));
    Value odd = g.node("", "Round", Map.of(), List.of(x)).emit(ElementType.FLOAT, Shape.of(3));
    Value loss = g.total(odd);
    assertThatThrownBy(() -> Gradients.of(g, loss, List.of(x)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("operator (Round)")
        .hasMessageContaining("Node (Round_0)")
        .hasMessageContaining("Maybe freeze");
  }

  @Test
  void should_add_nothing_for_what_is_frozen() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", ElementType.FLOAT, Shape.of(3, 3));
    Value frozen = g.input("frozen", ElementType.FLOAT, Shape.of(3, 3));
    Value trained = g.input("trained", ElementType.FLOAT, Shape.of(3, 3));
    Value loss = g.total(g.matMul(g.sigmoid(g.matMul(x, frozen)), trained));
    int forward = g.nodes().size();
    List<Value> gradients = Gradients.of(g, loss, List.of(trained));
    assertThat(gradients).hasSize(1);
    assertThat(g.nodes().subList(forward, g.nodes().size()))
        .as("one product, and the gradient of the sum before it")
        .hasSizeLessThanOrEqualTo(4)
        .filteredOn(node -> node.operator().endsWith("MatMul"))
        .hasSize(1);
  }

  @Test
  void should_give_zeros_where_the_loss_does_not_depend() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", ElementType.FLOAT, Shape.of(2));
    Value other = g.input("other", ElementType.FLOAT, Shape.of(2));
    Value stopped = g.cast(g.lessOrEqual(other, g.scalar(0)), ElementType.FLOAT);
    g.output("gradient", Gradients.of(g, g.total(g.mul(x, stopped)), List.of(other)).get(0));
    try (GraphSession session = GraphSession.of(g.build(), Device.cpu());
        DirectTensor one = DirectTensor.of(new float[] {1, 2}, 2);
        DirectTensor gradient = DirectTensor.of(new float[] {7, 7}, 2)) {
      session.run(Map.of("x", one, "other", one), Map.of("gradient", gradient));
      assertThat(gradient.toFloats()).containsExactly(0, 0);
    }
  }

  @Test
  void should_refuse_a_loss_that_is_no_scalar() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", ElementType.FLOAT, Shape.of(2));
    assertThatThrownBy(() -> Gradients.of(g, x, List.of(x)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be a scalar");
  }
}
