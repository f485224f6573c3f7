package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.Device;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.spi.AdamW;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Sampler;
import dev.rsi.testkit.lm.SmallDecoders;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading prompts, adding tokens, scoring and training are graphs of their own that must agree. */
class DecoderGraphsTest {

  @ParameterizedTest
  @CsvSource({
    "COUPLED, 1, 8, 0",
    "COUPLED, 2, 5, 1",
    "NOPE, 2, 16, 0",
    "NOPE, 1, 3, 1.5",
    "ROPE, 2, 8, 0.9",
    "ROPE, 1, 6, 1",
    "ROPE, 2, 10, 0.7"
  })
  void should_draw_what_the_whole_text_says(
      PositionScheme scheme, int layers, int headSize, double temperature) {
    DecoderModel model = Models.loud(Models.config(scheme, layers, headSize), 5);
    Sampler.Prompts prompts = SmallDecoders.prompts(model.config(), 9, 6);
    try (OnnxSampler sampler = new OnnxSampler(Device.cpu(), model.config(), model.weights());
        GraphSession whole = GraphSession.of(logits(model), Device.cpu())) {
      // No token is -1: every row goes on to its end.
      long[] tokens = sampler.sample(prompts, temperature, -1);
      assertThat(sampler.sample(prompts, temperature, -1)).isEqualTo(tokens);
      for (int row = 0; row < prompts.rows(); row++) {
        float[] logits = logitsOf(whole, prompts, tokens, row, model.config());
        for (int i = 0; i < prompts.newTokens(); i++) {
          int vocabulary = model.config().vocabularySize();
          int at = row * prompts.newTokens() + i;
          int expected =
              Sampler.choose(
                  logits, i * vocabulary, vocabulary, temperature, prompts.uniform()[at]);
          assertThat(tokens[at]).as("row %d, token %d", row, i).isEqualTo(expected);
        }
      }
      assertThat(Arrays.stream(tokens).distinct().count()).isGreaterThan(3);
    }
  }

  /** With 500 kB of keys and values a row, 40 rows are continued in three parts. */
  @Test
  void should_continue_rows_alike_in_parts_and_alone() {
    DecoderConfig config =
        DecoderConfig.builder(Models.VOCABULARY)
            .hiddenSize(8)
            .heads(8)
            .feedForwardSize(8)
            .layers(4)
            .positions(PositionScheme.NOPE, 512)
            .build();
    DecoderModel model = Models.loud(config, 5);
    int rows = 40;
    int length = 250;
    int fresh = 6;
    SavedRandom random = new SavedRandom(3);
    long[] ids = random.longs((long) rows * length, 0, 14).toArray();
    double[] uniform = random.doubles((long) rows * fresh).toArray();
    try (OnnxSampler sampler = new OnnxSampler(Device.cpu(), config, model.weights())) {
      long[] together =
          sampler.sample(
              new Sampler.Prompts(
                  rows,
                  length,
                  fresh,
                  ids,
                  new long[rows * length],
                  new long[rows * fresh],
                  uniform),
              1,
              -1);
      for (int row = 0; row < rows; row++) {
        long[] alone =
            sampler.sample(
                new Sampler.Prompts(
                    1,
                    length,
                    fresh,
                    Arrays.copyOfRange(ids, row * length, (row + 1) * length),
                    new long[length],
                    new long[fresh],
                    Arrays.copyOfRange(uniform, row * fresh, (row + 1) * fresh)),
                1,
                -1);
        assertThat(Arrays.copyOfRange(together, row * fresh, (row + 1) * fresh))
            .as("row %d", row)
            .isEqualTo(alone);
      }
      assertThat(Arrays.stream(together).distinct().count()).isGreaterThan(5);
    }
  }

  @ParameterizedTest
  @CsvSource({"COUPLED, 1, 8", "COUPLED, 2, 5", "NOPE, 2, 8", "ROPE, 2, 6"})
  void should_train_on_the_loss_that_scoring_finds(
      PositionScheme scheme, int layers, int headSize) {
    DecoderModel model = Models.loud(Models.config(scheme, layers, headSize), 5);
    List<Batch> batches = Models.batches(model.config(), 40, 3, 7);
    try (OnnxSampler sampler = new OnnxSampler(Device.cpu(), model.config(), model.weights());
        OnnxTrainStep step =
            new OnnxTrainStep(
                Device.cpu(),
                model.config(),
                model.weights(),
                TrainerState.fresh(model.config().parameterCount(), 1))) {
      double total = 0;
      int targets = 0;
      for (Batch batch : batches) {
        for (double score : sampler.score(batch)) {
          total -= score;
        }
        targets += batch.targets().length;
      }
      AdamW still = new AdamW(0.9, 0.98, 1e-8, 0, 1);
      assertThat(step.step(batches, still, 1e-9, 1).loss())
          .isCloseTo(total / targets, within(1e-4));
    }
  }

  @ParameterizedTest
  @CsvSource({"COUPLED, 1, 3", "ROPE, 2, 4"})
  void should_agree_with_finite_differences_over_the_whole_model(
      PositionScheme scheme, int layers, int headSize) {
    DecoderConfig config = Models.config(scheme, layers, headSize);
    // Loud, so that a step of the differences is small beside what a norm divides by.
    DecoderModel model = Models.loud(config, 3);
    Batch batch = Models.batches(config, 3, 1, 7).get(0);
    List<GradientCheck.Parameter> parameters = new ArrayList<>();
    List<String> names = new ArrayList<>();
    config
        .parameters()
        .forEach(
            parameter -> {
              names.add(parameter.name());
              long[] sizes = parameter.shape().stream().mapToLong(Integer::longValue).toArray();
              int from = parameter.offset();
              parameters.add(
                  new GradientCheck.Parameter(
                      Shape.of(sizes),
                      sizes,
                      Arrays.copyOfRange(model.weights(), from, from + parameter.size())));
            });
    long[] result = {batch.rows(), batch.answerLength()};
    Map<String, DirectTensor> given =
        Map.of(
            "ids", DirectTensor.of(batch.inputs(), batch.rows(), batch.length()),
            "positions", DirectTensor.of(batch.positions(), batch.rows(), batch.length()),
            "targets", DirectTensor.of(batch.targets(), result));
    Dim[] answer = {DecoderGraph.ROWS, TrainGraphs.ANSWER};
    try (GradientCheck check =
        new GradientCheck(
            parameters,
            given,
            result,
            (g, values) -> {
              Map<String, Value> byName = new HashMap<>();
              for (int i = 0; i < names.size(); i++) {
                byName.put(names.get(i), values.get(i));
              }
              Shape all = Shape.of(DecoderGraph.ROWS, DecoderGraph.LENGTH);
              Value ids = g.input("ids", ElementType.INT64, all);
              Value positions = g.input("positions", ElementType.INT64, all);
              Value targets = g.input("targets", ElementType.INT64, Shape.of(answer));
              Value logits =
                  new DecoderGraph(g, config, byName::get, ids, positions, headSize)
                      .logits(TrainGraphs.ANSWER);
              return DecoderGraph.logProbabilities(g, logits, targets);
            })) {
      double worst = check.worstRelativeError();
      System.out.println("worst relative error per tensor, whole model: " + worst);
      assertThat(worst).isLessThan(0.002);
    }
  }

  /** The logits of every position from the last of the prompt on. */
  private static byte[] logits(DecoderModel model) {
    GraphBuilder g = new GraphBuilder();
    Shape all = Shape.of(DecoderGraph.ROWS, DecoderGraph.LENGTH);
    Value ids = g.input("ids", ElementType.INT64, all);
    Value positions = g.input("positions", ElementType.INT64, all);
    g.input("asked", ElementType.INT64, Shape.of(TrainGraphs.ANSWER));
    ServedWeights weights = new ServedWeights(g, model.config(), model.weights());
    int headSize = ServedWeights.headSize(model.config());
    DecoderGraph decoder =
        new DecoderGraph(g, model.config(), weights::get, ids, positions, headSize);
    g.output("logits", decoder.logits(TrainGraphs.ANSWER));
    return g.build();
  }

  private static float[] logitsOf(
      GraphSession whole, Sampler.Prompts prompts, long[] tokens, int row, DecoderConfig config) {
    int length = prompts.length();
    int fresh = prompts.newTokens();
    long[] ids =
        Arrays.copyOf(
            Arrays.copyOfRange(prompts.ids(), row * length, (row + 1) * length),
            length + fresh - 1);
    long[] positions =
        Arrays.copyOf(
            Arrays.copyOfRange(prompts.positions(), row * length, (row + 1) * length),
            length + fresh - 1);
    System.arraycopy(tokens, row * fresh, ids, length, fresh - 1);
    System.arraycopy(prompts.added(), row * fresh, positions, length, fresh - 1);
    try (DirectTensor logits =
        DirectTensor.allocate(ElementType.FLOAT, 1, fresh, config.vocabularySize())) {
      whole.run(
          Map.of(
              "ids", DirectTensor.of(ids, 1, ids.length),
              "positions", DirectTensor.of(positions, 1, ids.length),
              "asked", DirectTensor.of(new long[fresh], fresh)),
          Map.of("logits", logits));
      return logits.toFloats();
    }
  }
}
