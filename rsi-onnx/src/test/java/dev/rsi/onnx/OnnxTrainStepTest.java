package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.spi.AdamW;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Batches;
import dev.rsi.lm.spi.Schedule;
import dev.rsi.lm.spi.TrainStep;
import dev.rsi.lm.spi.TrainingRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxTrainStepTest {
  private static final AdamW ADAM_W = new AdamW(0.9, 0.98, 1e-8, 0.01, 1);
  private final DecoderConfig config = Models.config(PositionScheme.COUPLED, 1, 8);
  private final DecoderModel model = Models.loud(config, 5);
  @TempDir Path temp;

  private static OnnxTrainStep step(DecoderModel model) {
    TrainerState state =
        Objects.requireNonNullElseGet(
            model.trainerState(), () -> TrainerState.fresh(model.config().parameterCount(), 1));
    return new OnnxTrainStep(Device.cpu(), model.config(), model.weights(), state);
  }

  /** The step against the formula in double precision, on the gradients that it found. */
  @Test
  void should_apply_adam_w_to_every_parameter() {
    int n = config.parameterCount();
    double[] p = new double[n];
    double[] m = new double[n];
    double[] v = new double[n];
    Arrays.setAll(p, i -> model.weights()[i]);
    try (OnnxTrainStep step = step(model)) {
      for (int t = 1; t <= 3; t++) {
        List<Batch> batches = Models.batches(config, 16, 2, t);
        float[] g = step.gradient(batches);
        TrainStep.Result result = step.step(batches, ADAM_W, 0.01 * t, t);
        double squares = 0;
        for (float value : g) {
          squares += (double) value * value;
        }
        assertThat(result.applied()).isTrue();
        assertThat(result.gradientNorm() / Math.sqrt(squares)).isBetween(0.99999, 1.00001);
        double clip = Math.min(1, 1 / (Math.sqrt(squares) + 1e-6));
        for (int i = 0; i < n; i++) {
          m[i] += 0.1 * (g[i] * clip - m[i]);
          v[i] = 0.98 * v[i] + 0.02 * g[i] * clip * g[i] * clip;
          double root = Math.sqrt(v[i] / (1 - Math.pow(0.98, t))) + 1e-8;
          p[i] -= 0.01 * t * (0.01 * p[i] + m[i] / (1 - Math.pow(0.9, t)) / root);
        }
      }
      assertThat(largestDifference(step.firstMoment(), m)).isLessThan(1e-6);
      assertThat(largestDifference(step.secondMoment(), v)).isLessThan(1e-6);
      assertThat(largestDifference(step.weights(), p)).isLessThan(1e-5);
    }
  }

  @Test
  void should_change_nothing_when_the_gradient_is_not_finite() {
    float[] weights = model.weights().clone();
    weights[config.parameters().get(4).offset()] = Float.NaN;
    try (OnnxTrainStep step = step(new DecoderModel(config, Models.VOCABULARY, weights, null))) {
      assertThat(step.step(Models.batches(config, 8, 1, 1), ADAM_W, 0.01, 1).applied()).isFalse();
      assertThat(step.weights()).isEqualTo(weights);
      assertThat(step.firstMoment()).containsOnly(0);
      assertThat(step.secondMoment()).containsOnly(0);
    }
  }

  @Test
  void should_hold_no_more_native_memory_after_many_steps() {
    try (OnnxTrainStep step = step(model)) {
      List<Batch> batches = Models.batches(config, 4, 2, 1);
      step.step(batches, ADAM_W, 1e-3, 1);
      int held = step.held();
      for (int t = 2; t <= 200; t++) {
        step.step(batches, ADAM_W, 1e-3, t);
      }
      assertThat(step.held()).isEqualTo(held);
    }
  }

  @Test
  void should_give_the_same_gradient_bit_by_bit_whatever_ran_before() {
    List<Batch> batches = Models.batches(config, 64, 2, 7);
    try (OnnxTrainStep step = step(model)) {
      float[] first = step.gradient(batches);
      step.gradient(Models.batches(config, 3, 1, 8));
      System.gc();
      assertThat(step.gradient(batches)).isEqualTo(first);
    }
  }

  @Test
  void should_learn_a_batch_by_heart() {
    DecoderModel blank = DecoderModel.random(config, Models.VOCABULARY, 1);
    List<Batch> batches = Models.batches(config, 4, 1, 1);
    try (OnnxTrainStep step = step(blank)) {
      double first = step.step(batches, ADAM_W, 0.01, 1).loss();
      double last = first;
      for (int t = 2; t <= 200; t++) {
        last = step.step(batches, ADAM_W, 0.01, t).loss();
      }
      assertThat(first).isGreaterThan(2);
      assertThat(last).isLessThan(0.1);
    }
  }

  @Test
  void should_reach_the_same_bits_when_stopped_saved_and_gone_on() throws Exception {
    DecoderModel start = DecoderModel.random(config, Models.VOCABULARY, 1);
    Path whole = Files.createDirectory(temp.resolve("whole"));
    Path half = Files.createDirectory(temp.resolve("half"));
    Path resumed = Files.createDirectory(temp.resolve("resumed"));
    ModelDirectory.write(whole, run(start, 0, 40));
    ModelDirectory.write(half, run(start, 0, 20));
    ModelDirectory.write(resumed, run(ModelDirectory.read(half), 20, 40));
    try (var files = Files.list(whole)) {
      for (Path file : files.toList()) {
        assertThat(resumed.resolve(file.getFileName().toString())).hasSameBinaryContentAs(file);
      }
    }
  }

  @Test
  void should_give_up_when_no_gradient_is_finite() {
    float[] weights = model.weights().clone();
    Arrays.fill(weights, Float.MAX_VALUE);
    DecoderModel broken = new DecoderModel(config, Models.VOCABULARY, weights, null);
    assertThatThrownBy(() -> run(broken, 0, 40))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("10 steps in a row");
  }

  private static DecoderModel run(DecoderModel model, int from, int to) {
    TrainerState state =
        Objects.requireNonNullElseGet(
            model.trainerState(), () -> TrainerState.fresh(model.config().parameterCount(), 9));
    Batches batches =
        Batches.of(Models.sums(60, 3).stream().map(Models::example).toList(), model.config());
    try (TrainingRun run = new TrainingRun(model, state, step(model))) {
      Schedule schedule = new Schedule(4e-3, 10, 40, 0.4);
      run.run(batches, 16, 2, ADAM_W, schedule, from, to, RunContext.standalone());
      return run.model();
    }
  }

  private static double largestDifference(float[] found, double[] expected) {
    double largest = 0;
    for (int i = 0; i < found.length; i++) {
      largest = Math.max(largest, Math.abs(found[i] - expected[i]));
    }
    return largest;
  }
}
