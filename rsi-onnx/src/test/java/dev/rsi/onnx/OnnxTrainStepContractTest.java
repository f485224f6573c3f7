package dev.rsi.onnx;

import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.Device;
import dev.rsi.lm.spi.Adapters;
import dev.rsi.lm.spi.TrainStep;
import dev.rsi.testkit.lm.TrainStepContract;
import org.jspecify.annotations.Nullable;

class OnnxTrainStepContractTest extends TrainStepContract {

  @Override
  protected TrainStep open(DecoderModel model, @Nullable Adapters adapters, TrainerState start) {
    return adapters == null
        ? new OnnxTrainStep(Device.cpu(), model.config(), model.weights(), start)
        : new OnnxTrainStep(Device.cpu(), model, adapters, start);
  }

  /** The runtime's quick norm costs the last two bits: 2.4e-6 was the worst. */
  @Override
  protected double tolerance() {
    return 5e-6;
  }
}
