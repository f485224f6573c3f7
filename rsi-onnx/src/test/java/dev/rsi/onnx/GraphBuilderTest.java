package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.lm.Device;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class GraphBuilderTest {
  private static final Dim ROWS = Dim.symbol("rows");
  private final GraphBuilder g = new GraphBuilder();
  private final Value x = g.input("x", ElementType.FLOAT, Shape.of(ROWS, Dim.of(3)));
  private final Value square = g.input("square", ElementType.FLOAT, Shape.of(4, 4));
  private final Value ids = g.input("ids", ElementType.INT64, Shape.of(ROWS));

  @Test
  void should_refuse_shapes_and_types_that_do_not_fit_and_name_them() {
    refuses("Add", () -> g.add(x, square));
    refuses("Mul", () -> g.mul(x, ids));
    refuses("MatMul", () -> g.matMul(x, square));
    refuses("MatMul", () -> g.matMul(x, ids));
    refuses("Gemm", () -> g.gemm(x, square, null, false, false));
    refuses("Gemm", () -> g.gemm(square, square, x, false, false));
    refuses("Exp", () -> g.exp(ids));
    refuses("LayerNorm", () -> g.layerNorm(x, square, square, 1e-5f));
    refuses("Reshape", () -> g.reshape(x, Shape.of(3, 4)));
    refuses("Transpose", () -> g.transpose(x, 0, 0));
    refuses("Expand", () -> g.expand(square, Shape.of(4, 3)));
    refuses("Split", () -> g.split(x, 1, 1, 1));
    refuses("Concat", () -> g.concat(1, Dim.of(7), List.of(x, square)));
    refuses("Gather", () -> g.gather(square, x));
    refuses("OneHot", () -> g.oneHot(x, Dim.of(3)));
  }

  private static void refuses(String operator, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Operator (" + operator + ") cannot take [")
        .hasMessageMatching("(?s).*(FLOAT|INT64)\\[.*\\]: .+");
  }

  @Test
  void should_refuse_other_misuse() {
    assertThatThrownBy(() -> g.input("x", ElementType.FLOAT, Shape.SCALAR))
        .hasMessageContaining("Name (x) is used twice");
    assertThatThrownBy(() -> g.initializer("w", Shape.of(2), 1, 2, 3))
        .hasMessageContaining("Initializer (w) has 12 bytes")
        .hasMessageContaining("takes 8");
    assertThatThrownBy(() -> g.size(Dim.symbol("nowhere")))
        .hasMessageContaining("Dimension (nowhere) is no dimension of an input");
    assertThatThrownBy(g::build).hasMessageContaining("no output");
    assertThatThrownBy(() -> x.shape().dim(2)).hasMessageContaining("no axis (2)");
    assertThatThrownBy(ROWS::size).hasMessageContaining("known to a run only");
  }

  @Test
  void should_keep_one_of_equal_constants() {
    assertThat(g.scalar(2)).isSameAs(g.scalar(2)).isNotSameAs(g.scalar(3));
    assertThat(g.integers(1, 2)).isSameAs(g.integers(1, 2));
    assertThat(g.size(ROWS)).isSameAs(g.size(ROWS));
  }

  @Test
  void should_know_dimensions_as_products() {
    Dim product = ROWS.times(Dim.of(4)).times(Dim.symbol("length"));
    assertThat(product).isEqualTo(Dim.symbol("length").times(ROWS).times(Dim.of(4)));
    assertThat(product).hasToString("4*length*rows");
    assertThat(product.fixed()).isFalse();
    assertThat(Dim.of(2).times(Dim.of(3))).isEqualTo(Dim.of(6));
  }

  @Test
  void should_compute_sizes_that_only_a_run_knows() {
    Dim length = Dim.symbol("length");
    Value three = g.input("three", ElementType.FLOAT, Shape.of(ROWS, length, Dim.of(2)));
    Value flat = g.reshape(three, Shape.of(ROWS.times(length).times(Dim.of(2))));
    Shape turned = Shape.of(length, ROWS.times(Dim.of(2)));
    g.output("turned", g.reshape(flat, turned));
    g.output("steps", g.range(length));
    g.output("padded", g.padFront(g.tail(three, 1, Dim.of(1)), 1, length));
    g.output("scattered", g.scatterSum(g.sum(three, false, 1), ids, Shape.of(3, 2)));
    float[] numbers = new float[12];
    for (int i = 0; i < 12; i++) {
      numbers[i] = i;
    }
    try (GraphSession session = GraphSession.of(g.build(), Device.cpu());
        DirectTensor turnedOut = DirectTensor.allocate(ElementType.FLOAT, 3, 4);
        DirectTensor steps = DirectTensor.allocate(ElementType.INT64, 3);
        DirectTensor padded = DirectTensor.allocate(ElementType.FLOAT, 2, 3, 2);
        DirectTensor scattered = DirectTensor.allocate(ElementType.FLOAT, 3, 2)) {
      session.run(
          Map.of(
              "x", DirectTensor.of(new float[6], 2, 3),
              "square", DirectTensor.of(new float[16], 4, 4),
              "ids", DirectTensor.of(new long[] {2, 2}, 2),
              "three", DirectTensor.of(numbers, 2, 3, 2)),
          Map.of("turned", turnedOut, "steps", steps, "padded", padded, "scattered", scattered));
      assertThat(turnedOut.toFloats()).isEqualTo(numbers);
      assertThat(steps.longs().get(2)).isEqualTo(2);
      assertThat(padded.toFloats()).containsExactly(0, 0, 0, 0, 4, 5, 0, 0, 0, 0, 10, 11);
      assertThat(scattered.toFloats()).containsExactly(0, 0, 0, 0, 6 + 24, 9 + 27);
    }
  }
}
