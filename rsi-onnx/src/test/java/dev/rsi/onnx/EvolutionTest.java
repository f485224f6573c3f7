package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.RsiException;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.spi.Batch;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EvolutionTest {
  private static final Batch BATCH =
      Models.batches(Models.config(PositionScheme.NOPE, 1, 4), 1, 1, 1).get(0);

  /** Two pairs along the axes of a plane, whose fitness is given. */
  private static final class Plane implements Population {
    double sigma;
    double[] fitness = new double[4];

    @Override
    public double[] fitness(float[] weights, Batch batch, double size, long seed) {
      sigma = size;
      return fitness;
    }

    @Override
    public float[] combine(double[] factors) {
      return new float[] {(float) (sigma * factors[0]), (float) (sigma * factors[1])};
    }

    @Override
    public void close() {}
  }

  private final Plane plane = new Plane();
  private final Evolution evolution = new Evolution(plane, 0.1, new float[] {1, 2});

  @Test
  void should_climb_towards_the_better_member_by_adam() {
    plane.fitness = new double[] {-1, -3, -2, -2};
    evolution.step(BATCH, 0.01, 1);
    // Adam's first step is the learning rate, whatever the gradient's size.
    assertThat(evolution.weights()[0]).isCloseTo(1.01f, within(1e-6f));
    assertThat(evolution.weights()[1]).isCloseTo(1.99f, within(1e-6f));
    assertThat(evolution.fitness()).isCloseTo(-2, within(1e-12));
    evolution.step(BATCH, 0.01, 1);
    assertThat(evolution.weights()[0]).isCloseTo(1.02f, within(1e-5f));
    assertThat(evolution.steps()).isEqualTo(2);
  }

  @Test
  void should_leave_out_pairs_without_a_finite_fitness() {
    for (double broken : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
      Evolution other = new Evolution(plane, 0.1, new float[] {1, 2});
      plane.fitness = new double[] {-1, broken, -2, -2};
      other.step(BATCH, 0.01, 1);
      assertThat(other.weights()[0]).isCloseTo(1.01f, within(1e-6f));
      assertThat(other.weights()[1]).isEqualTo(2);
      assertThat(other.lostPairs()).isEqualTo(1);
      assertThat(other.fitness()).isCloseTo(-1.5, within(1e-12));
    }
  }

  @Test
  void should_give_up_when_no_member_has_a_finite_fitness() {
    Arrays.fill(plane.fitness, Double.NaN);
    for (int i = 1; i < 10; i++) {
      evolution.step(BATCH, 0.01, i);
      assertThat(evolution.weights()).containsExactly(1, 2);
    }
    assertThat(evolution.steps()).isZero();
    assertThatThrownBy(() -> evolution.step(BATCH, 0.01, 10))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("10 steps in a row")
        .hasMessageContaining("Maybe lower sigma (0.1)");
  }
}
