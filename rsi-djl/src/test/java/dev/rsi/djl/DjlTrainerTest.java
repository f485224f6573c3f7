package dev.rsi.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.CancelledException;
import dev.rsi.api.CorruptModelException;
import dev.rsi.api.Lesson;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Recipe;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderTraining;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.SavedRandom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DjlTrainerTest {
  private static final Recipe QUICK =
      Recipe.defaults().with(DecoderTraining.STEPS, 20).with(DecoderTraining.BATCH_SIZE, 16);

  @TempDir Path temp;
  private ModelVersion base;
  private final DjlTrainer<Addition, String> trainer = DjlTrainer.of(Addition.CODEC, Device.cpu());

  @BeforeEach
  void writeBase() throws Exception {
    Path directory = Files.createDirectory(temp.resolve("base"));
    ModelDirectory.write(
        directory,
        DecoderModel.random(Models.config(PositionScheme.COUPLED, 1), Models.VOCABULARY, 1));
    base = new ModelVersion("0".repeat(64), directory);
  }

  @Test
  void should_make_the_same_files_from_the_same_request() throws Exception {
    TrainedArtifact one = train(base, QUICK, 7, "one");
    TrainedArtifact other = train(base, QUICK, 7, "other");
    TrainedArtifact third = train(base, QUICK, 8, "third");
    try (var files = Files.list(one.directory())) {
      for (Path file : files.toList()) {
        assertThat(other.directory().resolve(file.getFileName().toString()))
            .hasSameBinaryContentAs(file);
      }
    }
    assertThat(Files.readAllBytes(third.directory().resolve("model.safetensors")))
        .isNotEqualTo(Files.readAllBytes(one.directory().resolve("model.safetensors")));
    assertThat(one.steps()).isEqualTo(20);
    assertThat(one.metrics().get("loss")).isBetween(0.1, 3.0);
    assertThat(one.provenance()).containsKeys("backend", "device");
  }

  @Test
  void should_go_on_from_the_moments_of_the_base_unless_told_to_reset() throws Exception {
    Path first = train(base, QUICK, 7, "first").directory();
    ModelVersion second = new ModelVersion("1".repeat(64), first);
    Path kept = train(second, QUICK, 7, "kept").directory();
    Path reset =
        train(second, QUICK.with(DecoderTraining.RESET_OPTIMIZER, 1), 7, "reset").directory();
    assertThat(Objects.requireNonNull(ModelDirectory.read(kept).trainerState()).step())
        .isEqualTo(40);
    assertThat(Objects.requireNonNull(ModelDirectory.read(reset).trainerState()).step())
        .isEqualTo(20);
  }

  @Test
  void should_stop_when_cancelled_and_leave_nothing() throws Exception {
    RunContext cancelled =
        new RunContext() {
          private long done;

          @Override
          public boolean cancelled() {
            return done >= 3;
          }

          @Override
          public void progress(long steps, long total) {
            done = steps;
          }
        };
    Path work = Files.createDirectory(temp.resolve("work"));
    TrainingRequest<Addition, String> request =
        new TrainingRequest<>(base, lessons(), QUICK, 1, work);
    assertThatThrownBy(() -> trainer.train(request, TrainingContext.of(cancelled)))
        .isInstanceOf(CancelledException.class);
    assertThat(work).isEmptyDirectory();
  }

  @Test
  void should_refuse_a_damaged_base_naming_file_and_field() throws Exception {
    Path model = base.directory().resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(model);
    Files.write(model, java.util.Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(() -> train(base, QUICK, 1, "never"))
        .isInstanceOf(CorruptModelException.class)
        .hasMessageContaining("model.safetensors")
        .hasMessageContaining("head.weight.data_offsets")
        .hasMessageContaining("expected");
  }

  @Test
  void should_refuse_lessons_that_are_all_outside_the_vocabulary() throws Exception {
    Path work = Files.createDirectory(temp.resolve("work"));
    TrainingRequest<Addition, String> request =
        new TrainingRequest<>(
            base, List.of(Lesson.given(new Addition("1x", "2"), "3", 1)), QUICK, 1, work);
    assertThatThrownBy(() -> trainer.train(request, TrainingContext.standalone()))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("Character (x) is not in the vocabulary");
  }

  private TrainedArtifact train(ModelVersion from, Recipe recipe, long seed, String name)
      throws Exception {
    Path work = Files.createDirectory(temp.resolve(name));
    return trainer.train(
        new TrainingRequest<>(from, lessons(), recipe, seed, work), TrainingContext.standalone());
  }

  private static List<Lesson<Addition, String>> lessons() {
    SavedRandom random = new SavedRandom(4);
    List<Lesson<Addition, String>> lessons = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Addition task = Addition.draw(1 + i % 2, random);
      lessons.add(Lesson.given(task, task.expected(), 1 + i % 2));
    }
    return lessons;
  }
}
