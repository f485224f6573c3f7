package dev.rsi.testkit.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.Parameter;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.spi.AdamW;
import dev.rsi.lm.spi.Adapters;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every {@link TrainStep} must do. Extend it, open a step of a model, and all its tests run.
 * Gradients are held against finite differences of {@link ReferenceDecoder} and against TRL's in
 * double precision, for losses of every family.
 */
public abstract class TrainStepContract {
  private static final AdamW ADAM_W = new AdamW(0.9, 0.98, 1e-8, 0.01, 1);

  @TempDir Path temporary;

  /** For subclasses. */
  protected TrainStepContract() {}

  /**
   * A step that begins with a model's weights and these moments. The suite closes it.
   *
   * @param adapters what is trained; null for all weights
   * @throws Exception to fail the test
   */
  protected abstract TrainStep open(
      DecoderModel model, @Nullable Adapters adapters, TrainerState start) throws Exception;

  /** By how much a log-probability may differ from TRL's, over TRL's: 1e-6. */
  protected double tolerance() {
    return 1e-6;
  }

  private TrainStep open(DecoderModel model) throws Exception {
    TrainerState state = model.trainerState();
    return open(model, null, state == null ? fresh(model.config().parameterCount()) : state);
  }

  private TrainStep open(DecoderModel model, Adapters adapters) throws Exception {
    return open(model, adapters, fresh(adapters.parameterCount()));
  }

  private static TrainerState fresh(int parameters) {
    return TrainerState.fresh(parameters, 9);
  }

  private static DecoderModel with(DecoderModel model, float[] weights) {
    return new DecoderModel(model.config(), model.vocabulary(), weights, null);
  }

  // Gradients.

  @Test
  void should_agree_with_finite_differences_of_the_reference() throws Exception {
    for (PositionScheme scheme : PositionScheme.values()) {
      DecoderModel model = SmallDecoders.loud(scheme, 2, 5);
      List<Batch> batches = SmallDecoders.batches(model.config(), 6, 2, 7);
      double[] weights = ReferenceDecoder.doubles(model.weights());
      SavedRandom random = new SavedRandom(3);
      try (TrainStep step = open(model)) {
        float[] gradient = step.gradient(batches);
        for (int k = 0; k < 60; k++) {
          int i = random.nextInt(weights.length);
          double kept = weights[i];
          weights[i] = kept + 1e-4;
          double above = new ReferenceDecoder(model.config(), weights).loss(batches);
          weights[i] = kept - 1e-4;
          double below = new ReferenceDecoder(model.config(), weights).loss(batches);
          weights[i] = kept;
          assertThat((double) gradient[i])
              .as("gradient by weight %d, %s", i, scheme)
              .isCloseTo((above - below) / 2e-4, within(2e-4));
        }
      }
    }
  }

  @Test
  void should_agree_with_finite_differences_by_adapters() throws Exception {
    for (PositionScheme scheme : PositionScheme.values()) {
      DecoderModel model = SmallDecoders.loud(scheme, 2, 5);
      Adapters adapters = new Adapters(model.config(), 3, 6, 1);
      List<Batch> batches = SmallDecoders.batches(model.config(), 6, 2, 7);
      try (TrainStep step = open(model, adapters)) {
        // Away from the start, where one half of every gradient is 0.
        for (int t = 1; t <= 5; t++) {
          step.step(batches, ADAM_W, 0.05, t);
        }
        float[] found = step.gradient(batches);
        double[] at = ReferenceDecoder.doubles(step.weights());
        SavedRandom random = new SavedRandom(3);
        double difference = 0;
        double norm = 0;
        for (int k = 0; k < 80; k++) {
          int i = random.nextInt(at.length);
          double kept = at[i];
          at[i] = kept + 1e-4;
          double above = merged(model, adapters, at).loss(batches);
          at[i] = kept - 1e-4;
          double below = merged(model, adapters, at).loss(batches);
          at[i] = kept;
          double expected = (above - below) / 2e-4;
          difference += (found[i] - expected) * (found[i] - expected);
          norm += expected * expected;
        }
        assertThat(Math.sqrt(difference / norm))
            .as("relative error of the gradient by adapters, %s", scheme)
            .isLessThan(0.002);
      }
    }
  }

  /** In double precision. */
  private static ReferenceDecoder merged(DecoderModel model, Adapters adapters, double[] trained) {
    double[] weights = ReferenceDecoder.doubles(model.weights());
    List<Parameter> table = adapters.parameters();
    for (Parameter matrix : model.config().parameters()) {
      for (int p = 0; p < table.size(); p += 2) {
        if (table.get(p).name().equals(Adapters.down(matrix.name()))) {
          int rank = table.get(p).shape().get(0);
          int inputs = matrix.shape().get(1);
          for (int k = 0; k < matrix.size(); k++) {
            for (int r = 0; r < rank; r++) {
              weights[matrix.offset() + k] +=
                  adapters.scale()
                      * trained[table.get(p + 1).offset() + k / inputs * rank + r]
                      * trained[table.get(p).offset() + r * inputs + k % inputs];
            }
          }
        }
      }
    }
    return new ReferenceDecoder(model.config(), weights);
  }

  @Test
  void should_give_the_gradient_of_trl_by_every_weight() throws Exception {
    TrlVectors vectors = TrlVectors.read();
    for (TrlVectors.Gradient expected : vectors.gradients()) {
      try (TrainStep step = open(vectors.model())) {
        float[] found = step.gradient(vectors.batches(expected.byToken()));
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < found.length; i++) {
          double of = expected.byWeight()[i];
          difference += (found[i] - of) * (found[i] - of);
          norm += of * of;
        }
        assertThat(Math.sqrt(difference / norm))
            .as("relative error of the gradient of %s", expected.loss())
            .isLessThan(1e-5);
      }
    }
  }

  /** Trap: what a graph reads after its buffer is gone gives a wrong gradient. */
  @Test
  void should_give_the_same_gradient_bit_by_bit_whatever_ran_before() throws Exception {
    DecoderModel model = SmallDecoders.loud(PositionScheme.COUPLED, 1, 5);
    List<Batch> batches = SmallDecoders.batches(model.config(), 32, 2, 7);
    List<Batch> others = SmallDecoders.batches(model.config(), 3, 1, 8);
    try (TrainStep step = open(model)) {
      float[] first = step.gradient(batches);
      for (int i = 0; i < 100; i++) {
        if (i % 10 == 0) {
          step.gradient(others);
          System.gc();
        }
        assertThat(step.gradient(batches)).as("gradient %d", i).isEqualTo(first);
      }
    }
  }

  // Log-probabilities.

  @Test
  void should_give_every_token_the_log_probability_of_trl() throws Exception {
    TrlVectors vectors = TrlVectors.read();
    try (TrainStep step = open(vectors.model())) {
      List<float[]> found = step.logProbabilities(vectors.batches(null));
      for (int i = 0; i < found.size(); i++) {
        double[] expected = vectors.logProbabilities(i);
        assertThat(found.get(i)).hasSize(expected.length);
        for (int t = 0; t < expected.length; t++) {
          assertThat((double) found.get(i)[t])
              .as("answer %d, token %d", i, t)
              .isCloseTo(expected[t], within(tolerance() * Math.abs(expected[t])));
        }
      }
    }
  }

  @Test
  void should_score_with_adapters_as_the_model_that_they_are_merged_into() throws Exception {
    for (PositionScheme scheme : PositionScheme.values()) {
      DecoderModel model = SmallDecoders.loud(scheme, 2, 5);
      Adapters adapters = new Adapters(model.config(), 4, 8, 1);
      List<Batch> batches = SmallDecoders.batches(model.config(), 8, 2, 7);
      try (TrainStep step = open(model, adapters)) {
        assertScores(step, model, batches);
        for (int t = 1; t <= 10; t++) {
          assertThat(step.step(batches, ADAM_W, 0.02, t).applied()).isTrue();
        }
        float[] merged = adapters.merged(model.weights(), step.weights());
        assertThat(merged).as("weights after 10 steps").isNotEqualTo(model.weights());
        assertScores(step, with(model, merged), batches);
        assertThat(step.firstMoment()).hasSize(adapters.parameterCount());
        assertThat(step.secondMoment()).hasSize(adapters.parameterCount());
      }
    }
  }

  private void assertScores(TrainStep found, DecoderModel model, List<Batch> batches)
      throws Exception {
    try (TrainStep whole = open(model)) {
      List<float[]> expected = whole.logProbabilities(batches);
      List<float[]> scores = found.logProbabilities(batches);
      for (int b = 0; b < batches.size(); b++) {
        assertThat(scores.get(b)).containsExactly(expected.get(b), within(1e-4f));
      }
    }
  }

  // Steps.

  /** Against the formula in double precision, on the gradients that the step finds. */
  @Test
  void should_apply_adam_w_as_pytorch_defines_it() throws Exception {
    DecoderModel model = SmallDecoders.loud(PositionScheme.COUPLED, 1, 5);
    int n = model.weights().length;
    double[] p = ReferenceDecoder.doubles(model.weights());
    double[] m = new double[n];
    double[] v = new double[n];
    try (TrainStep step = open(model)) {
      for (int t = 1; t <= 5; t++) {
        List<Batch> batches = SmallDecoders.batches(model.config(), 16, 2, t);
        float[] g = step.gradient(batches);
        double squares = 0;
        for (float value : g) {
          squares += (double) value * value;
        }
        double learningRate = 0.01 * t;
        TrainStep.Result result = step.step(batches, ADAM_W, learningRate, t);
        assertThat(result.applied()).isTrue();
        assertThat(result.gradientNorm() / Math.sqrt(squares)).isBetween(0.99999, 1.00001);
        double clip = Math.min(1, 1 / (Math.sqrt(squares) + 1e-6));
        for (int i = 0; i < n; i++) {
          double c = g[i] * clip;
          m[i] = 0.9 * m[i] + 0.1 * c;
          v[i] = 0.98 * v[i] + 0.02 * c * c;
          double root = Math.sqrt(v[i]) / Math.sqrt(1 - Math.pow(0.98, t)) + 1e-8;
          p[i] -= learningRate * 0.01 * p[i];
          p[i] -= learningRate / (1 - Math.pow(0.9, t)) * m[i] / root;
        }
        assertThat(largestDifference(step.firstMoment(), m)).isLessThan(1e-6);
        assertThat(largestDifference(step.secondMoment(), v)).isLessThan(1e-6);
        assertThat(largestDifference(step.weights(), p)).isLessThan(1e-5);
      }
    }
  }

  private static double largestDifference(float[] found, double[] expected) {
    double largest = 0;
    for (int i = 0; i < found.length; i++) {
      largest = Math.max(largest, Math.abs(found[i] - expected[i]));
    }
    return largest;
  }

  @Test
  void should_tell_the_loss_of_the_weights_that_it_began_with() throws Exception {
    for (PositionScheme scheme : PositionScheme.values()) {
      DecoderModel model = SmallDecoders.loud(scheme, 2, 5);
      List<Batch> batches = SmallDecoders.batches(model.config(), 12, 3, 7);
      try (TrainStep step = open(model)) {
        assertThat(step.step(batches, ADAM_W, 1e-3, 1).loss())
            .as("loss, %s", scheme)
            .isCloseTo(ReferenceDecoder.of(model).loss(batches), within(1e-4));
      }
    }
  }

  @Test
  void should_change_nothing_when_the_gradient_is_not_finite() throws Exception {
    DecoderModel sound = SmallDecoders.loud(PositionScheme.COUPLED, 1, 5);
    float[] weights = sound.weights().clone();
    weights[sound.config().parameters().get(4).offset()] = Float.NaN;
    try (TrainStep step = open(with(sound, weights))) {
      List<Batch> batches = SmallDecoders.batches(sound.config(), 8, 1, 1);
      assertThat(step.step(batches, ADAM_W, 0.01, 1).applied()).isFalse();
      assertThat(step.weights()).isEqualTo(weights);
      assertThat(step.firstMoment()).containsOnly(0);
      assertThat(step.secondMoment()).containsOnly(0);
    }
  }

  @Test
  void should_hold_no_more_native_memory_after_many_steps() throws Exception {
    DecoderModel model = SmallDecoders.loud(PositionScheme.COUPLED, 1, 5);
    try (TrainStep step = open(model)) {
      List<Batch> batches = SmallDecoders.batches(model.config(), 4, 2, 1);
      step.step(batches, ADAM_W, 1e-3, 1);
      int held = step.held();
      for (int t = 2; t <= 300; t++) {
        step.step(batches, ADAM_W, 1e-3, t);
      }
      assertThat(step.held()).as("held after 300 steps").isEqualTo(held);
    }
  }

  @Test
  void should_learn_a_batch_by_heart() throws Exception {
    DecoderConfig config = SmallDecoders.config(PositionScheme.COUPLED, 1);
    DecoderModel model = DecoderModel.random(config, SmallDecoders.VOCABULARY, 1);
    List<Batch> batches = SmallDecoders.batches(config, 4, 1, 1);
    try (TrainStep step = open(model)) {
      double first = step.step(batches, ADAM_W, 0.01, 1).loss();
      double last = first;
      for (int t = 2; t <= 200; t++) {
        last = step.step(batches, ADAM_W, 0.01, t).loss();
      }
      assertThat(first).as("loss of a model that knows nothing").isGreaterThan(2);
      assertThat(last).as("loss after 200 steps on one batch").isLessThan(0.1);
    }
  }

  // Whole trainings.

  @Test
  void should_reach_the_same_bits_when_stopped_saved_and_gone_on() throws Exception {
    DecoderConfig config = SmallDecoders.config(PositionScheme.COUPLED, 1);
    DecoderModel start = DecoderModel.random(config, SmallDecoders.VOCABULARY, 1);
    Path whole = Files.createDirectory(temporary.resolve("whole"));
    Path half = Files.createDirectory(temporary.resolve("half"));
    Path resumed = Files.createDirectory(temporary.resolve("resumed"));
    ModelDirectory.write(whole, trained(start, 0, 60));
    ModelDirectory.write(half, trained(start, 0, 30));
    ModelDirectory.write(resumed, trained(ModelDirectory.read(half), 30, 60));
    try (var files = Files.list(whole)) {
      for (Path file : files.toList()) {
        assertThat(resumed.resolve(file.getFileName().toString())).hasSameBinaryContentAs(file);
      }
    }
  }

  @Test
  void should_give_up_when_no_gradient_is_finite() {
    DecoderModel sound = SmallDecoders.loud(PositionScheme.COUPLED, 1, 5);
    float[] weights = sound.weights().clone();
    Arrays.fill(weights, Float.MAX_VALUE);
    assertThatThrownBy(() -> trained(with(sound, weights), 0, 60))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("10 steps in a row");
  }

  private DecoderModel trained(DecoderModel model, int from, int to) throws Exception {
    TrainerState state =
        Objects.requireNonNullElseGet(
            model.trainerState(), () -> fresh(model.config().parameterCount()));
    Batches batches = Batches.of(SmallDecoders.examples(100, 3), model.config());
    Schedule schedule = new Schedule(4e-3, 10, 60, 0.4);
    try (TrainingRun run = new TrainingRun(model, state, open(model))) {
      run.run(batches, 16, 2, ADAM_W, schedule, from, to, RunContext.standalone());
      return run.model();
    }
  }
}
