package dev.rsi.djl;

import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.DecoderModel.TrainerState;
import dev.rsi.lm.Device;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Batches;
import dev.rsi.lm.spi.Example;
import dev.rsi.lm.spi.Sampler;
import java.util.ArrayList;
import java.util.List;

/** Small models and batches for tests. */
final class Models {
  static final CharVocabulary VOCABULARY = CharVocabulary.of("0123456789+=", '$');

  private Models() {}

  static DecoderConfig config(PositionScheme scheme, int layers) {
    return DecoderConfig.builder(VOCABULARY)
        .hiddenSize(16)
        .heads(2)
        .feedForwardSize(32)
        .layers(layers)
        .positions(scheme, 32)
        .build();
  }

  /** A model whose weights are large enough for its choices to be far apart. */
  static DecoderModel loud(PositionScheme scheme, int layers, long seed) {
    DecoderModel model = DecoderModel.random(config(scheme, layers), VOCABULARY, seed);
    SavedRandom random = new SavedRandom(seed + 1);
    float[] weights = model.weights().clone();
    for (int i = 0; i < weights.length; i++) {
      weights[i] += (float) (0.3 * random.nextGaussian());
    }
    return new DecoderModel(model.config(), VOCABULARY, weights, null);
  }

  static List<Example> examples(int count, long seed) {
    SavedRandom random = new SavedRandom(seed);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Addition task = Addition.draw(1 + random.nextInt(3), random);
      examples.add(Example.of(VOCABULARY, Addition.CODEC.writeTask(task), task.expected(), 1));
    }
    return examples;
  }

  static List<Batch> batches(DecoderConfig config, int rows, int shapes, long seed) {
    return Batches.of(examples(200, seed), config).draw(rows, shapes, new SavedRandom(seed));
  }

  static ScriptTrainStep script(DecoderModel model) {
    return new ScriptTrainStep(
        DjlRuntime.open(Device.cpu()), model.config(), model.weights(), fresh(model));
  }

  static NdArrayTrainStep ndArray(DecoderModel model) {
    return new NdArrayTrainStep(
        DjlRuntime.open(Device.cpu()), model.config(), model.weights(), fresh(model));
  }

  static Sampler scriptSampler(DecoderModel model) {
    return new ScriptSampler(DjlRuntime.open(Device.cpu()), model.config(), model.weights());
  }

  static Sampler ndArraySampler(DecoderModel model) {
    return new NdArraySampler(DjlRuntime.open(Device.cpu()), model.config(), model.weights());
  }

  static TrainerState fresh(DecoderModel model) {
    return TrainerState.fresh(model.config().parameterCount(), 1);
  }
}
