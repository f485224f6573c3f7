package dev.rsi.onnx;

import dev.rsi.api.Generator;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.SamplingParameters;
import dev.rsi.testkit.ScoringContract;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;

class OnnxScoringContractTest {

  @Nested
  class Coupled extends OfDecoder {
    Coupled() {
      super(PositionScheme.COUPLED);
    }
  }

  @Nested
  class Rotary extends OfDecoder {
    Rotary() {
      super(PositionScheme.ROPE);
    }
  }

  abstract static class OfDecoder extends ScoringContract<Sum, Long> {
    private final PositionScheme scheme;

    OfDecoder(PositionScheme scheme) {
      this.scheme = scheme;
    }

    @Override
    protected Generator<Sum, Long> generator() {
      return OnnxGenerator.of(ToyTasks.codec(), Device.cpu())
          .withSampling(new SamplingParameters(1, 12));
    }

    @Override
    protected void writeVersion(Path directory) {
      ModelDirectory.write(directory, Models.loud(Models.config(scheme, 2, 8), 5));
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
