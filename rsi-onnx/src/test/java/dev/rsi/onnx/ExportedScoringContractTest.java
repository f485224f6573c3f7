package dev.rsi.onnx;

import dev.rsi.api.Generator;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.Device;
import dev.rsi.lm.SamplingParameters;
import dev.rsi.testkit.ScoringContract;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;

class ExportedScoringContractTest {

  @Nested
  class Own extends OfExport {
    @Override
    protected void writeVersion(Path directory) {
      Exports.own(directory, Models.loud(Models.config(PositionScheme.COUPLED, 1, 8), 5));
    }
  }

  @Nested
  class Llama extends OfExport {
    @Override
    protected void writeVersion(Path directory) {
      Exports.optimum("llama", directory);
    }
  }

  abstract static class OfExport extends ScoringContract<Sum, Long> {

    @Override
    protected Generator<Sum, Long> generator() {
      return OnnxGenerator.of(ToyTasks.codec(), Device.cpu())
          .withSampling(new SamplingParameters(1, 12));
    }

    @Override
    protected List<Sum> tasks() {
      return List.of(Sum.of(1, 2), Sum.of(12, 34), Sum.of(99, 99));
    }

    @Override
    protected List<Long> candidates() {
      return List.of(3L, 30L, 12345L, 99999999999L);
    }
  }
}
