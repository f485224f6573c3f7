package dev.rsi.djl;

import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.spi.Sampler;
import dev.rsi.testkit.lm.SamplerContract;
import org.junit.jupiter.api.Nested;

class DjlSamplerContractTest {

  @Nested
  class AsAScript extends SamplerContract {
    @Override
    protected Sampler open(DecoderModel model) {
      return Models.scriptSampler(model);
    }
  }

  @Nested
  class InPublicOperations extends SamplerContract {
    @Override
    protected Sampler open(DecoderModel model) {
      return Models.ndArraySampler(model);
    }
  }
}
