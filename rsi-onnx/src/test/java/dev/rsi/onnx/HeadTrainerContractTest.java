package dev.rsi.onnx;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.Lesson;
import dev.rsi.api.Trainer;
import dev.rsi.testkit.TrainerContract;
import java.nio.file.Path;
import java.util.List;

class HeadTrainerContractTest extends TrainerContract<String, String> {

  @Override
  protected Trainer<String, String> trainer() {
    return HeadTrainer.of(MiniLm.shared(), Codec.text());
  }

  @Override
  protected Generator<String, String> generator() {
    return HeadTrainer.of(MiniLm.shared(), Codec.text()).generator();
  }

  @Override
  protected void writeBase(Path directory) {
    HeadTrainer.of(MiniLm.shared(), Codec.text()).writeClassifier(directory, MiniLm.intents());
  }

  @Override
  protected List<Lesson<String, String>> lessons() {
    return List.of(
        Lesson.given("I want my money back", "refund", 1),
        Lesson.given("I forgot my password", "account", 1),
        Lesson.given("Where is my parcel?", "delivery", 2));
  }
}
