package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.rsi.api.Codec;
import dev.rsi.api.CorruptModelException;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.SamplingParameters;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class ExportedDecoderTest {
  private static final RunContext CONTEXT = RunContext.standalone();
  @TempDir Path temp;

  private static OnnxGenerator<String, String> generator(double temperature) {
    return OnnxGenerator.of(Codec.text(), Device.cpu())
        .withSampling(new SamplingParameters(temperature, 10).keepingCutOff());
  }

  private static ModelVersion version(Path directory) {
    return new ModelVersion("a".repeat(64), directory);
  }

  private static Generator.Session<String, String> open(Path directory, double temperature) {
    return generator(temperature).open(version(directory));
  }

  private Path directory(String name) throws Exception {
    return Files.createDirectory(temp.resolve(name));
  }

  private static List<Request<String>> requests() {
    List<Request<String>> requests = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      requests.add(new Request<>(i * i + "+" + 7 * i + "=", i));
    }
    return requests;
  }

  private static List<String> answers(Path directory) {
    try (Generator.Session<String, String> session = open(directory, 0.8)) {
      return session.generate(requests(), CONTEXT).stream().map(Output::candidate).toList();
    }
  }

  private static List<Double> scores(Path directory) {
    List<String> tasks = requests().stream().map(Request::task).toList();
    try (Generator.Session<String, String> session = open(directory, 0.8)) {
      return ((ScoringSession<String, String>) session).score(tasks, tasks, CONTEXT);
    }
  }

  private static void assertSame(Path exported, Path trained) {
    assertThat(answers(exported)).isEqualTo(answers(trained)).doesNotContainNull();
    List<Double> expected = scores(trained);
    List<Double> found = scores(exported);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i)).isCloseTo(expected.get(i), within(1e-4));
    }
  }

  @ParameterizedTest
  @CsvSource({"COUPLED, 1, 8", "COUPLED, 2, 5", "ROPE, 2, 6", "NOPE, 1, 16"})
  void should_answer_as_the_model_it_was_exported_from(
      PositionScheme scheme, int layers, int headSize) throws Exception {
    DecoderModel model = Models.loud(Models.config(scheme, layers, headSize), 5);
    Path trained = directory("trained");
    ModelDirectory.write(trained, model);
    Path exported = directory("exported");
    Exports.own(exported, model);
    assertSame(exported, trained);
    Path inside = Files.createDirectory(exported.resolve("onnx"));
    Files.move(exported.resolve("model.onnx"), inside.resolve("model.onnx"));
    assertThat(answers(exported)).isEqualTo(answers(trained));
  }

  /** What PyTorch and transformers gave for the models that Optimum exported. */
  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "llama"})
  void should_answer_as_pytorch_does(String name) throws Exception {
    Path directory = directory(name);
    Exports.optimum(name, directory);
    JsonNode expected;
    try (InputStream in = Exports.resource(name, "expected.json")) {
      expected = new ObjectMapper().readTree(in.readAllBytes());
    }
    assertThat(expected).hasSize(5);
    try (Generator.Session<String, String> session = open(directory, 0)) {
      ScoringSession<String, String> scoring = (ScoringSession<String, String>) session;
      for (JsonNode each : expected) {
        String prompt = each.get("prompt").stringValue();
        StringBuilder answer = new StringBuilder();
        each.get("tokens").forEach(id -> answer.append("0123456789+-=$".charAt(id.intValue())));
        boolean ended = answer.charAt(answer.length() - 1) == '$';
        String text = ended ? answer.substring(0, answer.length() - 1) : answer.toString();
        assertThat(session.generate(List.of(new Request<>(prompt, 1)), CONTEXT).get(0).candidate())
            .as(prompt)
            .isEqualTo(text);
        if (ended) {
          assertThat(scoring.score(List.of(prompt), List.of(text), CONTEXT).get(0))
              .isCloseTo(each.get("score").doubleValue(), within(1e-4));
        }
        // The end right after the prompt is as likely as its logit says.
        double sum = 0;
        for (JsonNode logit : each.get("logits")) {
          sum += Math.exp(logit.doubleValue());
        }
        assertThat(scoring.score(List.of(prompt), List.of(""), CONTEXT).get(0))
            .isCloseTo(each.get("logits").get(13).doubleValue() - Math.log(sum), within(1e-4));
      }
    }
  }

  @Test
  void should_run_a_model_with_a_mask_and_without_position_ids() throws Exception {
    DecoderModel model = Models.loud(Models.config(PositionScheme.NOPE, 2, 8), 5);
    Path trained = directory("trained");
    ModelDirectory.write(trained, model);
    Path exported = directory("exported");
    Exports.own(exported, model);
    Exports.change(
        exported,
        proto -> {
          ValueInfoProto.Builder input = input(proto, "position_ids").setName("attention_mask");
          input
              .getTypeBuilder()
              .getTensorTypeBuilder()
              .getShapeBuilder()
              .getDimBuilder(1)
              .setDimParam("past + length");
        });
    assertSame(exported, trained);
  }

  @Test
  void should_keep_a_cache_of_half_precision_as_the_model_does() throws Exception {
    DecoderModel model = Models.loud(Models.config(PositionScheme.COUPLED, 1, 8), 5);
    Path exported = directory("exported");
    Exports.own(exported, model);
    List<String> whole = answers(exported);
    Exports.change(
        exported,
        proto -> {
          for (String part : List.of("0.key", "0.value")) {
            halve(proto.getGraphBuilder(), "past_key_values." + part, "present." + part);
          }
        });
    List<String> half = answers(exported);
    int same = 0;
    for (int i = 0; i < whole.size(); i++) {
      same += whole.get(i).equals(half.get(i)) ? 1 : 0;
    }
    assertThat(same).as("answers of 60 that rounding leaves alone").isGreaterThan(50);
  }

  /** Makes an input and an output half precision, and casts inside. */
  private static void halve(GraphProto.Builder graph, String past, String present) {
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        if (node.getInput(i).equals(past)) {
          node.setInput(i, past + " whole");
        }
        if (node.getInput(i).equals(present)) {
          node.setInput(i, present + " whole");
        }
      }
      for (int i = 0; i < node.getOutputCount(); i++) {
        if (node.getOutput(i).equals(present)) {
          node.setOutput(i, present + " whole");
        }
      }
    }
    graph.addNode(0, cast(past, past + " whole", TensorProto.DataType.FLOAT));
    graph.addNode(cast(present + " whole", present, TensorProto.DataType.FLOAT16));
    List<ValueInfoProto.Builder> ends = new ArrayList<>(graph.getInputBuilderList());
    ends.addAll(graph.getOutputBuilderList());
    for (ValueInfoProto.Builder end : ends) {
      if (end.getName().equals(past) || end.getName().equals(present)) {
        end.getTypeBuilder().getTensorTypeBuilder().setElemType(TensorProto.DataType.FLOAT16_VALUE);
      }
    }
  }

  private static NodeProto cast(String from, String to, TensorProto.DataType type) {
    return NodeProto.newBuilder()
        .setOpType("Cast")
        .setName("cast " + to)
        .addInput(from)
        .addOutput(to)
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("to")
                .setType(AttributeProto.AttributeType.INT)
                .setI(type.getNumber()))
        .build();
  }

  private static ValueInfoProto.Builder input(ModelProto.Builder model, String name) {
    return model.getGraphBuilder().getInputBuilderList().stream()
        .filter(each -> each.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  // What is missing or not known.

  private void refuses(Consumer<ModelProto.Builder> change, String field, String... parts)
      throws Exception {
    Path directory = Files.createTempDirectory(temp, "refused");
    Exports.own(directory, Models.loud(Models.config(PositionScheme.NOPE, 1, 8), 5));
    Exports.change(directory, change);
    assertThatThrownBy(() -> open(directory, 0))
        .isInstanceOfSatisfying(
            CorruptModelException.class,
            e -> {
              assertThat(e.file()).isEqualTo(directory.resolve("model.onnx"));
              assertThat(e.field()).isEqualTo(field);
            })
        .hasMessageContainingAll(parts);
  }

  @Test
  void should_name_an_input_or_output_that_is_missing_or_not_known() throws Exception {
    refuses(
        model -> input(model, "position_ids").setName("use_cache_branch"),
        "use_cache_branch",
        "attention_mask",
        "maybe export it without merging decoders");
    refuses(
        model -> model.getGraphBuilder().getOutputBuilder(1).setName("other"), "(model)", "other");
    refuses(
        model -> model.getGraphBuilder().removeOutput(1),
        "present.0.key",
        "only [logits, present.0.value]");
    refuses(
        model -> model.getGraphBuilder().removeOutput(0), "logits", "a language model to have it");
    refuses(
        model ->
            input(model, "past_key_values.0.key")
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .getShapeBuilder()
                .getDimBuilder(1)
                .setDimParam("heads"),
        "past_key_values.0.key",
        "known heads and head size",
        "maybe export it with fixed numbers of heads");
  }

  @Test
  void should_refuse_a_model_without_a_cache() throws Exception {
    Path directory = directory("without");
    Exports.own(directory, Models.loud(Models.config(PositionScheme.NOPE, 1, 8), 5));
    GraphBuilder g = new GraphBuilder();
    Value ids =
        g.input("input_ids", ElementType.INT64, Shape.of(DecoderGraph.ROWS, DecoderGraph.LENGTH));
    g.output("logits", g.oneHot(ids, Dim.of(14)));
    Files.write(directory.resolve("model.onnx"), g.build());
    assertThatThrownBy(() -> open(directory, 0))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContainingAll("past_key_values.0.key", "maybe export it for the task");
  }

  @Test
  void should_refuse_a_vocabulary_of_another_size() throws Exception {
    Path directory = directory("other");
    Exports.own(directory, Models.loud(Models.config(PositionScheme.NOPE, 1, 8), 5));
    Path tokenizer = directory.resolve("tokenizer.json");
    String text = Files.readString(tokenizer, StandardCharsets.UTF_8);
    Files.writeString(tokenizer, text.replace("\"0\" : 0,", "\"0\" : 0, \"#\" : 14,"));
    assertThatThrownBy(() -> open(directory, 0))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContainingAll("(logits)", "15", "maybe put the tokenizer.json");
  }

  @Test
  void should_refuse_a_tokenizer_of_another_kind_or_a_length_not_told() throws Exception {
    Path directory = directory("other");
    Exports.optimum("llama", directory);
    Path tokenizer = directory.resolve("tokenizer.json");
    String sound = Files.readString(tokenizer, StandardCharsets.UTF_8);
    Files.writeString(tokenizer, sound.replace("WordLevel", "BPE"));
    assertThatThrownBy(() -> open(directory, 0))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContainingAll("model.type", "WordLevel", "BPE");
    Files.writeString(tokenizer, sound);
    Path config = directory.resolve("config.json");
    String text = Files.readString(config, StandardCharsets.UTF_8);
    Files.writeString(config, text.replace("max_position_embeddings", "something_else"));
    assertThatThrownBy(() -> open(directory, 0))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("max_position_embeddings");
  }

  @Test
  void should_fail_the_task_that_is_longer_than_the_model_reads() throws Exception {
    Path directory = directory("llama");
    Exports.optimum("llama", directory);
    try (Generator.Session<String, String> session = open(directory, 0)) {
      List<Output<String>> outputs =
          session.generate(
              List.of(new Request<>("1".repeat(39) + "=", 1), new Request<>("1=", 1)), CONTEXT);
      assertThat(outputs.get(0).failure()).contains("does not fit the model's positions (48");
      assertThat(outputs.get(1).candidate()).isNotNull();
    }
  }

  @Test
  void should_name_external_data_that_is_missing() throws Exception {
    DecoderModel model = Models.loud(Models.config(PositionScheme.NOPE, 1, 8), 5);
    Path trained = directory("trained");
    ModelDirectory.write(trained, model);
    Path exported = directory("exported");
    Exports.own(exported, model);
    Exports.externalise(exported, "weights.bin");
    assertSame(exported, trained);
    Files.delete(exported.resolve("weights.bin"));
    assertThatThrownBy(() -> open(exported, 0))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("weights.bin");
  }

  @Test
  void should_hold_no_more_after_many_answers() throws Exception {
    Path directory = directory("gpt2");
    Exports.optimum("gpt2", directory);
    try (ExportedDecoder decoder =
        ExportedDecoder.open(directory.resolve("model.onnx"), 14, Device.cpu())) {
      int held = decoder.held();
      dev.rsi.lm.spi.Sampler.Prompts prompts =
          new dev.rsi.lm.spi.Sampler.Prompts(
              1,
              2,
              4,
              new long[] {1, 12},
              new long[] {0, 1},
              new long[] {2, 3, 4, 5},
              new double[4]);
      long[] first = decoder.sample(prompts, 0, -1);
      for (int i = 0; i < 50; i++) {
        assertThat(decoder.sample(prompts, 0, -1)).isEqualTo(first);
        assertThat(decoder.held()).isEqualTo(held);
      }
    }
  }
}
