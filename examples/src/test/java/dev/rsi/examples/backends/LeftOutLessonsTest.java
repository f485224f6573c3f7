package dev.rsi.examples.backends;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rsi.api.Attempt;
import dev.rsi.api.Codec;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Recipe;
import dev.rsi.api.RsiException;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.api.Verdict;
import dev.rsi.djl.DjlTrainer;
import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderTraining;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.Objective;
import dev.rsi.onnx.OnnxTrainer;
import dev.rsi.onnx.PopulationTrainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A lesson that a model cannot be taught ends no training: it is left out, counted and named, and
 * what is trained is what would be without it, bit for bit.
 */
class LeftOutLessonsTest {
  private static final CharVocabulary VOCABULARY = CharVocabulary.of("0123456789+=", '$');
  private static final String LONG = "1".repeat(60);

  @TempDir Path temp;

  /** What is asked and answered, and what of the reason is named. */
  private record Bad(String task, String answer, String named) {}

  private static final List<Bad> BAD =
      List.of(
          new Bad(LONG + "+1=", "2", "does not fit the model's positions"),
          new Bad("1+2=", LONG, "does not fit the model's positions"),
          new Bad("1×2=", "2", "Character (×) is not in the vocabulary"),
          new Bad("2+2=", "4 \u200b", "Character ( ) is not in the vocabulary"),
          new Bad("😀=", "1", "Character (U+D83D) is not in the vocabulary"),
          new Bad("1+3=", "4$4", "goes on after the character that ends"),
          new Bad("", "7", "at least one token of prompt"));

  private static Stream<Arguments> kinds() {
    Map<String, Objective> objectives =
        Map.of(
            "supervised", Objective.supervised(), "grpo", Objective.grpo(), "dpo", Objective.dpo());
    List<Arguments> all = new ArrayList<>();
    for (PositionScheme scheme : PositionScheme.values()) {
      objectives.forEach(
          (name, objective) -> {
            all.add(
                Arguments.of(
                    "DJL " + name,
                    scheme,
                    DjlTrainer.of(Codec.text(), Device.cpu()).objective(objective)));
            all.add(
                Arguments.of(
                    "ONNX " + name,
                    scheme,
                    OnnxTrainer.of(Codec.text(), Device.cpu()).objective(objective)));
          });
      all.add(Arguments.of("population", scheme, PopulationTrainer.of(Codec.text(), Device.cpu())));
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("kinds")
  void should_train_on_the_others_and_name_what_is_left_out(
      String name, PositionScheme scheme, Trainer<String, String> trainer) throws Exception {
    ModelVersion base = base(scheme);
    Work with = train(trainer, base, true, BAD);
    Work without = train(trainer, base, true, List.of());
    assertThat(without.artifact.metrics()).containsEntry(TrainedArtifact.LEFT_OUT, 0.0);
    assertThat(without.artifact.provenance()).doesNotContainKey(TrainedArtifact.LEFT_OUT);
    // Of a contrast each has an attempt that passed and one that failed.
    int each = trainer.contrasts() ? 2 : 1;
    assertThat(with.artifact.metrics())
        .containsEntry(TrainedArtifact.LEFT_OUT, (double) each * BAD.size());
    assertThat(with.artifact.provenance().get(TrainedArtifact.LEFT_OUT))
        .startsWith(each * BAD.size() + " of ")
        .contains(BAD.get(0).named, "(" + LONG + "+1=) with (2)")
        .endsWith(" more.");
    assertThat(Files.readAllBytes(with.directory.resolve("model.safetensors")))
        .isEqualTo(Files.readAllBytes(without.directory.resolve("model.safetensors")));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("kinds")
  void should_say_what_is_the_matter_where_nothing_is_left(
      String name, PositionScheme scheme, Trainer<String, String> trainer) throws Exception {
    ModelVersion base = base(scheme);
    for (Bad bad : BAD) {
      assertThatExceptionOfType(RsiException.class)
          .as(bad.task)
          .isThrownBy(() -> train(trainer, base, false, List.of(bad)))
          .withMessageContainingAll(bad.named, "left out");
    }
  }

  private record Work(Path directory, TrainedArtifact artifact) {}

  private Work train(
      Trainer<String, String> trainer, ModelVersion base, boolean sound, List<Bad> bad)
      throws Exception {
    List<Attempt<String, String>> attempts = new ArrayList<>();
    for (Bad each : bad.subList(0, bad.size() / 2)) {
      add(attempts, each.task, each.answer);
    }
    for (int i = 0; sound && i < 20; i++) {
      add(attempts, i + "+" + i + "=", String.valueOf(2 * i));
    }
    for (Bad each : bad.subList(bad.size() / 2, bad.size())) {
      add(attempts, each.task, each.answer);
    }
    List<Lesson<String, String>> lessons =
        attempts.stream().filter(Attempt::passed).map(attempt -> new Lesson<>(attempt, 1)).toList();
    Recipe recipe = Recipe.defaults();
    for (var knob : trainer.knobs()) {
      if (knob.name().equals("steps")) {
        recipe = recipe.with(knob, 3);
      } else if (knob.name().equals("batch-size")) {
        recipe = recipe.with(DecoderTraining.BATCH_SIZE, 8);
      }
    }
    Path work = Files.createTempDirectory(temp, "work");
    return new Work(
        work,
        trainer.train(
            new TrainingRequest<>(base, lessons, attempts, recipe, 3, work),
            TrainingContext.standalone()));
  }

  /** One that passed, and one of the same make that failed. */
  private static void add(List<Attempt<String, String>> attempts, String task, String answer) {
    attempts.add(attempt(task, answer).ruled(Verdict.pass()));
    attempts.add(attempt(task, answer + answer).ruled(Verdict.fail("no")));
  }

  private static Attempt<String, String> attempt(String task, String answer) {
    return Attempt.of(task, Output.of(answer, 1), 1, 1, 1);
  }

  private ModelVersion base(PositionScheme scheme) throws Exception {
    DecoderConfig config =
        DecoderConfig.builder(VOCABULARY)
            .hiddenSize(16)
            .heads(2)
            .feedForwardSize(32)
            .layers(1)
            .positions(scheme, 32)
            .build();
    Path directory = Files.createTempDirectory(temp, "base");
    ModelDirectory.write(directory, DecoderModel.random(config, VOCABULARY, 1));
    return new ModelVersion("0".repeat(64), directory);
  }
}
