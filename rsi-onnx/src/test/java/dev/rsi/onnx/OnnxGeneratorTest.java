package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.rsi.api.CorruptModelException;
import dev.rsi.api.Cost;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.SamplingParameters;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OnnxGeneratorTest {
  private static final RunContext CONTEXT = RunContext.standalone();
  @TempDir Path temp;
  private final OnnxGenerator<Sum, Long> generator =
      OnnxGenerator.of(ToyTasks.codec(), Device.cpu()).withSampling(new SamplingParameters(1, 12));

  private ModelVersion version(DecoderModel model) throws Exception {
    Path directory = Files.createTempDirectory(temp, "version");
    ModelDirectory.write(directory, model);
    return new ModelVersion("a".repeat(64), directory);
  }

  @Test
  void should_turn_a_task_that_does_not_fit_into_a_failed_output() throws Exception {
    ModelVersion version = version(Models.loud(Models.config(PositionScheme.NOPE, 1, 8), 5));
    List<Request<Sum>> requests =
        List.of(
            new Request<>(Sum.of(1, 2), 1),
            new Request<>(Sum.of(111, 222, 333, 444, 555, 666, 777, 888), 1));
    try (Generator.Session<Sum, Long> session = generator.open(version)) {
      List<Output<Long>> outputs = session.generate(requests, CONTEXT);
      assertThat(outputs.get(1).failure()).contains("does not fit the model's positions");
      assertThat(outputs.get(0)).isNotEqualTo(outputs.get(1));
      List<Double> scores =
          ((ScoringSession<Sum, Long>) session)
              .score(
                  List.of(requests.get(0).task(), requests.get(1).task()),
                  List.of(3L, 3996L),
                  CONTEXT);
      assertThat(scores.get(0)).isNegative().isFinite();
      assertThat(scores.get(1)).isNaN();
    }
  }

  @Test
  void should_count_what_it_reads_and_give_the_model_no_longer_prompt() throws Exception {
    // GIVEN prompts of one character a token
    ModelVersion version = version(Models.loud(Models.config(PositionScheme.NOPE, 1, 8), 5));
    OnnxGenerator<Sum, Long> bounded = generator.withLongestPrompt(5);
    Request<Sum> fits = new Request<>(Sum.of(1, 2), 1);
    Request<Sum> longer = new Request<>(Sum.of(111, 222), 1);
    // WHEN
    try (Generator.Session<Sum, Long> session = bounded.open(version)) {
      List<Output<Long>> outputs = session.generate(List.of(fits, longer), CONTEXT);
      // THEN
      int prompt = ToyTasks.codec().writeTask(fits.task()).length();
      assertThat(outputs.get(0).cost().tokensIn()).isEqualTo(prompt);
      assertThat(outputs.get(0).cost().tokens()).isLessThanOrEqualTo(bounded.maxTokens());
      assertThat(outputs.get(1).failure()).contains("the longest prompt may have (5)");
      assertThat(outputs.get(1).cost()).isEqualTo(Cost.NONE);
    }
    assertThat(bounded.maxTokens()).isEqualTo(5 + 12);
    assertThat(bounded.describe()).contains("prompts of 5 tokens");
    assertThat(generator.maxTokens()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void should_refuse_a_foreign_checkpoint() throws Exception {
    ModelVersion version = version(Models.loud(Models.config(PositionScheme.COUPLED, 1, 8), 5));
    Files.writeString(version.directory().resolve("config.json"), "{\"model_type\": \"llama\"}");
    assertThatThrownBy(() -> generator.open(version))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("expected \"rsi-decoder\"");
  }

  @ParameterizedTest
  @CsvSource({"COUPLED, 2, 8", "ROPE, 1, 6", "NOPE, 1, 16"})
  void should_export_a_file_that_runs_by_itself(PositionScheme scheme, int layers, int headSize)
      throws Exception {
    DecoderConfig config = Models.config(scheme, layers, headSize);
    DecoderModel model = Models.loud(config, 5);
    Path file = temp.resolve("model.onnx");
    OnnxGenerator.export(version(model), file, Map.of("parent", "b".repeat(64)));

    ModelProto proto = ModelProto.parseFrom(Files.readAllBytes(file));
    Map<String, String> metadata = new HashMap<>();
    proto.getMetadataPropsList().forEach(each -> metadata.put(each.getKey(), each.getValue()));
    assertThat(metadata)
        .containsEntry("rsi.version", "a".repeat(64))
        .containsEntry("parent", "b".repeat(64))
        .containsEntry("rsi.vocabulary", "0123456789+-=$")
        .containsEntry("rsi.end", "13")
        .containsEntry("rsi.positions", scheme.name());

    try (GraphSession session = GraphSession.of(Files.readAllBytes(file), Device.cpu())) {
      assertThat(session.inputNames())
          .contains(
              "input_ids", "position_ids", "past_key_values.0.key", "past_key_values.0.value");
      assertThat(session.outputNames()).contains("logits", "present.0.key", "present.0.value");
      long[] ids = {1, 2, 10, 3, 4, 12, 4};
      long[] positions = {0, 1, 2, 3, 4, 5, 6};
      Run whole = run(session, config, ids, positions, null);
      Run head = run(session, config, Arrays.copyOf(ids, 4), Arrays.copyOf(positions, 4), null);
      Run tail =
          run(
              session,
              config,
              Arrays.copyOfRange(ids, 4, 7),
              Arrays.copyOfRange(positions, 4, 7),
              head);
      int from = whole.logits.length - tail.logits.length;
      for (int i = 0; i < tail.logits.length; i++) {
        assertThat(tail.logits[i]).isCloseTo(whole.logits[from + i], within(1e-4f));
      }
    }
  }

  @Test
  void should_refuse_metadata_and_files_that_cannot_be() throws Exception {
    ModelVersion version = version(Models.loud(Models.config(PositionScheme.COUPLED, 1, 8), 5));
    assertThatThrownBy(
            () -> OnnxGenerator.export(version, temp.resolve("x"), Map.of("rsi.version", "mine")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Metadata (rsi.version)");
    assertThatThrownBy(() -> OnnxGenerator.export(version, temp, Map.of()))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("Cannot write");
  }

  private static final class Run {
    final float[] logits;
    final Map<String, DirectTensor> present = new HashMap<>();
    final long length;

    Run(float[] logits, long length) {
      this.logits = logits;
      this.length = length;
    }
  }

  private static Run run(
      GraphSession session, DecoderConfig config, long[] ids, long[] positions, Run before) {
    long past = before == null ? 0 : before.length;
    long total = past + ids.length;
    long size = ServedWeights.headSize(config);
    Map<String, DirectTensor> inputs = new HashMap<>();
    Map<String, DirectTensor> outputs = new HashMap<>();
    inputs.put("input_ids", DirectTensor.of(ids, 1, ids.length));
    inputs.put("position_ids", DirectTensor.of(positions, 1, ids.length));
    DirectTensor logits =
        DirectTensor.allocate(ElementType.FLOAT, 1, ids.length, config.vocabularySize());
    outputs.put("logits", logits);
    for (int i = 0; i < config.layers(); i++) {
      for (String part : List.of(i + ".key", i + ".value")) {
        DirectTensor earlier =
            before == null
                ? DirectTensor.allocate(ElementType.FLOAT, 1, config.heads(), 0, size)
                : before.present.get("present." + part);
        inputs.put("past_key_values." + part, earlier);
        outputs.put(
            "present." + part,
            DirectTensor.allocate(ElementType.FLOAT, 1, config.heads(), total, size));
      }
    }
    session.run(inputs, outputs);
    Run run = new Run(logits.toFloats(), total);
    run.present.putAll(outputs);
    return run;
  }
}
