package dev.rsi.onnx;

import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Batches;
import dev.rsi.lm.spi.Example;
import dev.rsi.testkit.Sum;
import dev.rsi.testkit.ToyTasks;
import java.util.ArrayList;
import java.util.List;

/** Small models and batches for tests, of the testkit's sums. */
final class Models {
  static final CharVocabulary VOCABULARY = CharVocabulary.of("0123456789+-=", '$');

  private Models() {}

  static DecoderConfig config(PositionScheme scheme, int layers, int headSize) {
    return DecoderConfig.builder(VOCABULARY)
        .hiddenSize(2 * headSize)
        .heads(2)
        .feedForwardSize(24)
        .layers(layers)
        .positions(scheme, 32)
        .build();
  }

  /** A model whose weights are large enough for its choices to be far apart. */
  static DecoderModel loud(DecoderConfig config, long seed) {
    DecoderModel model = DecoderModel.random(config, VOCABULARY, seed);
    SavedRandom random = new SavedRandom(seed + 1);
    float[] weights = model.weights().clone();
    for (int i = 0; i < weights.length; i++) {
      weights[i] += (float) (0.3 * random.nextGaussian());
    }
    return new DecoderModel(config, VOCABULARY, weights, null);
  }

  static List<Sum> sums(int count, long seed) {
    SavedRandom random = new SavedRandom(seed);
    List<Sum> sums = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sums.add(ToyTasks.ofLevels(2).draw(1 + i % 2, random));
    }
    return sums;
  }

  static Example example(Sum sum) {
    String answer = String.valueOf(sum.expected());
    return Example.of(VOCABULARY, ToyTasks.codec().writeTask(sum), answer, 1);
  }

  static List<Batch> batches(DecoderConfig config, int rows, int shapes, long seed) {
    List<Example> examples = sums(60, seed).stream().map(Models::example).toList();
    return Batches.of(examples, config).draw(rows, shapes, new SavedRandom(seed));
  }
}
