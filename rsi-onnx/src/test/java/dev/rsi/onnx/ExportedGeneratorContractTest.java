package dev.rsi.onnx;

import dev.rsi.api.Generator;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.Device;
import dev.rsi.lm.SamplingParameters;
import dev.rsi.testkit.GeneratorContract;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;

class ExportedGeneratorContractTest {

  @Nested
  class Own extends OfExport {
    @Override
    protected void writeVersion(Path directory) {
      Exports.own(directory, Models.loud(Models.config(PositionScheme.COUPLED, 1, 8), 5));
    }
  }

  @Nested
  class WithExternalData extends OfExport {
    @Override
    protected void writeVersion(Path directory) throws IOException {
      Exports.own(directory, Models.loud(Models.config(PositionScheme.ROPE, 1, 8), 5));
      Exports.externalise(directory, "model.onnx_data");
    }
  }

  @Nested
  class Gpt2 extends OfExport {
    @Override
    protected void writeVersion(Path directory) {
      Exports.optimum("gpt2", directory);
    }
  }

  @Nested
  class Llama extends OfExport {
    @Override
    protected void writeVersion(Path directory) {
      Exports.optimum("llama", directory);
    }
  }

  abstract static class OfExport extends GeneratorContract<Sum, Long> {

    @Override
    protected Generator<Sum, Long> generator() {
      return OnnxGenerator.of(ToyTasks.codec(), Device.cpu())
          .withSampling(new SamplingParameters(0.8, 12));
    }

    @Override
    protected List<Sum> tasks() {
      return List.of(Sum.of(1, 2), Sum.of(12, 34), Sum.of(99, 99), Sum.of(123, 456, 7));
    }
  }
}
