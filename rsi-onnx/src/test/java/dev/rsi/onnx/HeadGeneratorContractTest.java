package dev.rsi.onnx;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.testkit.GeneratorContract;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

class HeadGeneratorContractTest extends GeneratorContract<String, String> {
  /** What this codec refuses to write. */
  private static final String REFUSED = "refused";

  private static final Codec<String, String> CODEC =
      new Codec<>() {
        @Override
        public String writeTask(String task) {
          if (task.equals(REFUSED)) {
            throw new IllegalArgumentException("(" + task + ") cannot be written.");
          }
          return task;
        }

        @Override
        public String readTask(String text) {
          return text;
        }

        @Override
        public String writeCandidate(String candidate) {
          return candidate;
        }

        @Override
        public String readCandidate(String text) {
          return text;
        }
      };

  @Override
  protected Generator<String, String> generator() {
    return HeadTrainer.of(MiniLm.shared(), CODEC).generator().withTemperature(1);
  }

  @Override
  protected void writeVersion(Path directory) {
    Heads.loud(MiniLm.intents(), 1).write(directory);
  }

  @Override
  protected List<String> tasks() {
    return List.of("Where is my parcel?", "I want my money back", "I forgot my password", "");
  }

  @Override
  protected @Nullable String failingTask() {
    return REFUSED;
  }
}
