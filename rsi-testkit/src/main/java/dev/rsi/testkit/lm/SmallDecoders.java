package dev.rsi.testkit.lm;

import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.SavedRandom;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Batches;
import dev.rsi.lm.spi.Example;
import dev.rsi.lm.spi.Positions;
import dev.rsi.lm.spi.Sampler;
import java.util.ArrayList;
import java.util.List;

/** Decoders of a few thousand numbers over the characters of sums, with batches and prompts. */
public final class SmallDecoders {
  /** The characters of whole sums; {@code $} ends an answer. */
  public static final CharVocabulary VOCABULARY = CharVocabulary.of("0123456789+-=", '$');

  private SmallDecoders() {}

  /** Two heads of 8 and 32 positions. */
  public static DecoderConfig config(PositionScheme scheme, int layers) {
    return DecoderConfig.builder(VOCABULARY)
        .hiddenSize(16)
        .heads(2)
        .feedForwardSize(32)
        .layers(layers)
        .positions(scheme, 32)
        .build();
  }

  /** A model whose weights are large enough for its choices to be far apart. */
  public static DecoderModel loud(PositionScheme scheme, int layers, long seed) {
    DecoderModel model = DecoderModel.random(config(scheme, layers), VOCABULARY, seed);
    SavedRandom random = new SavedRandom(seed + 1);
    float[] weights = model.weights().clone();
    for (int i = 0; i < weights.length; i++) {
      weights[i] += (float) (0.3 * random.nextGaussian());
    }
    return new DecoderModel(model.config(), VOCABULARY, weights, null);
  }

  /** Sums of two numbers of one to three digits, with their answers. */
  public static List<Example> examples(int count, long seed) {
    SavedRandom random = new SavedRandom(seed);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int below = i % 3 == 0 ? 10 : i % 3 == 1 ? 100 : 1000;
      int a = random.nextInt(below);
      int b = random.nextInt(below);
      examples.add(Example.of(VOCABULARY, a + "+" + b + "=", String.valueOf(a + b), 1));
    }
    return examples;
  }

  /** Batches of such sums, drawn for one step. */
  public static List<Batch> batches(DecoderConfig config, int rows, int shapes, long seed) {
    return Batches.of(examples(200, seed), config).draw(rows, shapes, new SavedRandom(seed));
  }

  /** Sums of two numbers of three digits, to be answered. */
  public static Sampler.Prompts prompts(DecoderConfig config, int rows, int newTokens) {
    SavedRandom random = new SavedRandom(11);
    int length = 8;
    long[] ids = new long[rows * length];
    long[] given = new long[rows * length];
    long[] added = new long[rows * newTokens];
    double[] uniform = new double[rows * newTokens];
    Positions positions = Positions.of(config);
    for (int row = 0; row < rows; row++) {
      String text = (100 + random.nextInt(900)) + "+" + (100 + random.nextInt(900)) + "=";
      int[] tokens = VOCABULARY.encode(text);
      int offset = random.nextInt(positions.offsets(tokens, length, newTokens));
      positions.fill(tokens, length, length, offset, given, row * length);
      for (int i = 0; i < length; i++) {
        ids[row * length + i] = tokens[i];
      }
      for (int i = 0; i < newTokens; i++) {
        added[row * newTokens + i] = positions.added(length, offset, i + 1);
        uniform[row * newTokens + i] = random.nextDouble();
      }
    }
    return new Sampler.Prompts(rows, length, newTokens, ids, given, added, uniform);
  }
}
