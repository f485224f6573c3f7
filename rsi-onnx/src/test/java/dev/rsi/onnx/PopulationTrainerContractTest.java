package dev.rsi.onnx;

import dev.rsi.api.Generator;
import dev.rsi.api.Lesson;
import dev.rsi.api.Recipe;
import dev.rsi.api.Trainer;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import dev.rsi.testkit.TrainerContract;
import java.nio.file.Path;
import java.util.List;

class PopulationTrainerContractTest extends TrainerContract<Sum, Long> {

  @Override
  protected Trainer<Sum, Long> trainer() {
    return PopulationTrainer.of(ToyTasks.codec(), Device.cpu());
  }

  @Override
  protected Generator<Sum, Long> generator() {
    return OnnxGenerator.of(ToyTasks.codec(), Device.cpu());
  }

  @Override
  protected void writeBase(Path directory) {
    ModelDirectory.write(
        directory,
        DecoderModel.random(Models.config(PositionScheme.NOPE, 1, 8), Models.VOCABULARY, 1));
  }

  @Override
  protected List<Lesson<Sum, Long>> lessons() {
    return List.of(Lesson.given(Sum.of(1, 2), 3L, 1), Lesson.given(Sum.of(12, 34), 46L, 2));
  }

  @Override
  protected Recipe recipe() {
    return Recipe.defaults()
        .with(PopulationTrainer.STEPS, 150)
        .with(PopulationTrainer.PAIRS, 32)
        .with(PopulationTrainer.ROWS, 1)
        .with(PopulationTrainer.LEARNING_RATE, 0.03);
  }
}
