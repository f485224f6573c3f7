package dev.rsi.djl;

import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.Device;
import dev.rsi.lm.spi.Adapters;
import dev.rsi.lm.spi.TrainStep;
import dev.rsi.testkit.lm.TrainStepContract;
import org.jspecify.annotations.Nullable;

class DjlTrainStepContractTest extends TrainStepContract {

  @Override
  protected TrainStep open(DecoderModel model, @Nullable Adapters adapters, TrainerState start) {
    return adapters == null
        ? new ScriptTrainStep(DjlRuntime.open(Device.cpu()), model.config(), model.weights(), start)
        : new ScriptTrainStep(DjlRuntime.open(Device.cpu()), model, adapters, start);
  }
}
