package dev.rsi.onnx;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.testkit.ScoringContract;
import java.nio.file.Path;
import java.util.List;

class HeadScoringContractTest extends ScoringContract<String, String> {

  @Override
  protected Generator<String, String> generator() {
    return HeadTrainer.of(MiniLm.shared(), Codec.text()).generator().withTemperature(1);
  }

  @Override
  protected void writeVersion(Path directory) {
    Heads.loud(MiniLm.intents(), 2).write(directory);
  }

  @Override
  protected List<String> tasks() {
    return List.of("Where is my parcel?", "I want my money back");
  }

  @Override
  protected List<String> candidates() {
    return MiniLm.intents();
  }

  @Override
  protected double tolerance() {
    return 0;
  }
}
