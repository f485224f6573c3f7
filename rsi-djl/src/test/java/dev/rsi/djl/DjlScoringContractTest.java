package dev.rsi.djl;

import dev.rsi.api.Generator;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.SamplingParameters;
import dev.rsi.testkit.ScoringContract;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;

class DjlScoringContractTest {

  @Nested
  class Coupled extends OfDecoder {
    Coupled() {
      super(PositionScheme.COUPLED);
    }
  }

  @Nested
  class WithoutPositions extends OfDecoder {
    WithoutPositions() {
      super(PositionScheme.NOPE);
    }
  }

  @Nested
  class Rotary extends OfDecoder {
    Rotary() {
      super(PositionScheme.ROPE);
    }
  }

  abstract static class OfDecoder extends ScoringContract<Addition, String> {
    private final PositionScheme scheme;

    OfDecoder(PositionScheme scheme) {
      this.scheme = scheme;
    }

    @Override
    protected Generator<Addition, String> generator() {
      return DjlGenerator.of(Addition.CODEC, Device.cpu())
          .withSampling(new SamplingParameters(1, 12));
    }

    @Override
    protected void writeVersion(Path directory) {
      ModelDirectory.write(directory, Models.loud(scheme, 2, 5));
    }

    @Override
    protected List<Addition> tasks() {
      return List.of(new Addition("1", "2"), new Addition("12", "34"), new Addition("99", "99"));
    }

    @Override
    protected List<String> candidates() {
      return List.of("", "3", "30", "=", "5+", "12345", "99999999999");
    }

    @Override
    protected String missingCandidate() {
      return "3?";
    }
  }
}
