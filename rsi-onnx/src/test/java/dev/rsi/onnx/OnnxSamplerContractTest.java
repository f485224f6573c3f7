package dev.rsi.onnx;

import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.Device;
import dev.rsi.lm.spi.Sampler;
import dev.rsi.testkit.lm.SamplerContract;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

class OnnxSamplerContractTest {

  @Nested
  class Own extends SamplerContract {
    @Override
    protected Sampler open(DecoderModel model) {
      return new OnnxSampler(Device.cpu(), model.config(), model.weights());
    }
  }

  @Nested
  class Exported extends SamplerContract {
    @TempDir Path temp;

    @Override
    protected Sampler open(DecoderModel model) throws Exception {
      Path directory = Files.createTempDirectory(temp, "exported");
      Exports.own(directory, model);
      return ExportedDecoder.open(
          directory.resolve(Exports.MODEL), model.vocabulary().size(), Device.cpu());
    }
  }
}
