package dev.rsi.onnx;

import dev.rsi.api.Generator;
import dev.rsi.api.Lesson;
import dev.rsi.api.Recipe;
import dev.rsi.api.Trainer;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderTraining;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import dev.rsi.testkit.TrainerContract;
import java.nio.file.Path;
import java.util.List;

class OnnxTrainerContractTest extends TrainerContract<Sum, Long> {

  @Override
  protected Trainer<Sum, Long> trainer() {
    return OnnxTrainer.of(ToyTasks.codec(), Device.cpu());
  }

  @Override
  protected Generator<Sum, Long> generator() {
    return OnnxGenerator.of(ToyTasks.codec(), Device.cpu());
  }

  @Override
  protected void writeBase(Path directory) {
    ModelDirectory.write(
        directory,
        DecoderModel.random(Models.config(PositionScheme.COUPLED, 1, 8), Models.VOCABULARY, 1));
  }

  @Override
  protected List<Lesson<Sum, Long>> lessons() {
    return List.of(Lesson.given(Sum.of(1, 2), 3L, 1), Lesson.given(Sum.of(12, 34), 46L, 2));
  }

  @Override
  protected Recipe recipe() {
    return Recipe.defaults()
        .with(DecoderTraining.STEPS, 60)
        .with(DecoderTraining.BATCH_SIZE, 8)
        .with(DecoderTraining.LEARNING_RATE, 0.02);
  }
}
