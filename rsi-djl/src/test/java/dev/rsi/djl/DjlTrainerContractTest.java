package dev.rsi.djl;

import dev.rsi.api.Generator;
import dev.rsi.api.Lesson;
import dev.rsi.api.Recipe;
import dev.rsi.api.Trainer;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderTraining;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.testkit.TrainerContract;
import java.nio.file.Path;
import java.util.List;

class DjlTrainerContractTest extends TrainerContract<Addition, String> {

  @Override
  protected Trainer<Addition, String> trainer() {
    return DjlTrainer.of(Addition.CODEC, Device.cpu());
  }

  @Override
  protected Generator<Addition, String> generator() {
    return DjlGenerator.of(Addition.CODEC, Device.cpu());
  }

  @Override
  protected void writeBase(Path directory) {
    ModelDirectory.write(
        directory,
        DecoderModel.random(Models.config(PositionScheme.COUPLED, 1), Models.VOCABULARY, 1));
  }

  @Override
  protected List<Lesson<Addition, String>> lessons() {
    return List.of(
        Lesson.given(new Addition("1", "2"), "30", 1),
        Lesson.given(new Addition("12", "34"), "460", 2));
  }

  @Override
  protected Recipe recipe() {
    return Recipe.defaults()
        .with(DecoderTraining.STEPS, 60)
        .with(DecoderTraining.BATCH_SIZE, 8)
        .with(DecoderTraining.LEARNING_RATE, 0.02);
  }
}
