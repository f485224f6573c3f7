package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Recipe;
import dev.rsi.api.RsiException;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.Parameter;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PopulationTrainerTest {
  private static final Recipe SHORT =
      Recipe.defaults()
          .with(PopulationTrainer.STEPS, 30)
          .with(PopulationTrainer.PAIRS, 16)
          .with(PopulationTrainer.ROWS, 2)
          .with(PopulationTrainer.LEARNING_RATE, 0.02);
  private final DecoderConfig config = Models.config(PositionScheme.COUPLED, 1, 8);
  @TempDir Path temp;

  private TrainedArtifact train(DecoderModel base, Recipe recipe) throws Exception {
    Path directory = Files.createTempDirectory(temp, "base");
    ModelDirectory.write(directory, base);
    return PopulationTrainer.<Sum, Long>of(ToyTasks.codec(), Device.cpu())
        .train(
            new TrainingRequest<>(
                new ModelVersion("a".repeat(64), directory),
                List.of(Lesson.given(Sum.of(1, 2), 3L, 1), Lesson.given(Sum.of(2, 5), 7L, 1)),
                recipe,
                3,
                Files.createTempDirectory(temp, "work")),
            TrainingContext.standalone());
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 0", "2, 0", "1, 1"})
  void should_move_only_what_the_rank_moves(int rank, int fitness) throws Exception {
    DecoderModel base = DecoderModel.random(config, Models.VOCABULARY, 1);
    TrainedArtifact artifact =
        train(
            base,
            SHORT
                .with(PopulationTrainer.RANK, rank)
                .with(PopulationTrainer.FITNESS, fitness)
                .with(PopulationTrainer.SIGMA, 0.1));
    DecoderModel trained = ModelDirectory.read(artifact.directory());
    assertThat(trained.trainerState()).isNull();
    assertThat(artifact.metrics()).containsKey("fitness").containsEntry("lost-pairs", 0.0);
    for (Parameter parameter : config.parameters()) {
      int end = parameter.offset() + parameter.size();
      boolean same =
          Arrays.equals(
              base.weights(), parameter.offset(), end, trained.weights(), parameter.offset(), end);
      assertThat(same)
          .as(parameter.name())
          .isEqualTo(rank > 0 && !PopulationGraphs.matrices(config).contains(parameter));
    }
  }

  @Test
  void should_raise_the_probability_of_the_answers() throws Exception {
    DecoderModel base = DecoderModel.random(config, Models.VOCABULARY, 1);
    double short1 = train(base, SHORT.with(PopulationTrainer.STEPS, 1)).metrics().get("fitness");
    assertThat(train(base, SHORT.with(PopulationTrainer.STEPS, 150)).metrics().get("fitness"))
        .isGreaterThan(short1 + 1);
  }

  @Test
  void should_give_up_when_no_fitness_is_finite() {
    float[] weights = DecoderModel.random(config, Models.VOCABULARY, 1).weights();
    Arrays.fill(weights, Float.MAX_VALUE);
    DecoderModel broken = new DecoderModel(config, Models.VOCABULARY, weights, null);
    for (int rank : new int[] {0, 1}) {
      assertThatThrownBy(() -> train(broken, SHORT.with(PopulationTrainer.RANK, rank)))
          .isInstanceOf(RsiException.class)
          .hasMessageContaining("10 steps in a row");
    }
  }
}
