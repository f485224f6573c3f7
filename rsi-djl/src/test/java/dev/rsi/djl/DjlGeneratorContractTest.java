package dev.rsi.djl;

import dev.rsi.api.Generator;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.Device;
import dev.rsi.lm.ModelDirectory;
import dev.rsi.lm.SamplingParameters;
import dev.rsi.testkit.GeneratorContract;
import java.nio.file.Path;
import java.util.List;

class DjlGeneratorContractTest extends GeneratorContract<Addition, String> {

  @Override
  protected Generator<Addition, String> generator() {
    return DjlGenerator.of(Addition.CODEC, Device.cpu())
        .withSampling(new SamplingParameters(0.8, 12));
  }

  @Override
  protected void writeVersion(Path directory) {
    ModelDirectory.write(directory, Models.loud(PositionScheme.COUPLED, 1, 5));
  }

  @Override
  protected List<Addition> tasks() {
    return List.of(
        new Addition("1", "2"),
        new Addition("12", "34"),
        new Addition("99", "99"),
        new Addition("123", "456"));
  }

  @Override
  protected Addition failingTask() {
    return new Addition("1?", "22");
  }
}
