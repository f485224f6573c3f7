package dev.rsi.lm;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A decoder in memory: its shape, its vocabulary, its weights, and the state of its training if it
 * shall be trained on. Field term: weights and config of a decoder-only transformer.
 *
 * <p>Immutable by convention: nobody writes to the arrays.
 */
public final class DecoderModel {
  private final DecoderConfig config;
  private final CharVocabulary vocabulary;
  private final float[] weights;
  private final @Nullable TrainerState trainerState;

  /**
   * @param config its shape
   * @param vocabulary as many tokens as the shape says
   * @param weights all parameters in the order of {@link DecoderConfig#parameters}
   * @param trainerState state of its training, or null if that shall begin anew
   */
  public DecoderModel(
      DecoderConfig config,
      CharVocabulary vocabulary,
      float[] weights,
      @Nullable TrainerState trainerState) {
    this.config = Objects.requireNonNull(config, "config");
    this.vocabulary = Objects.requireNonNull(vocabulary, "vocabulary");
    this.weights = Objects.requireNonNull(weights, "weights");
    this.trainerState = trainerState;
    same("tokens of the vocabulary", vocabulary.size(), config.vocabularySize());
    same("weights", weights.length, config.parameterCount());
    if (trainerState != null) {
      same("moments", trainerState.firstMoment().length, config.parameterCount());
    }
  }

  private static void same(String what, int found, int expected) {
    if (found != expected) {
      throw new IllegalArgumentException(
          "The configuration asks for " + expected + " " + what + ", but there are " + found + ".");
    }
  }

  /**
   * An untrained model: embeddings normal with standard deviation 0.1, matrices normal with 1 /
   * sqrt(3 x inputs) (the deviation of PyTorch's linear layers), norms 1, biases 0. Smaller
   * embeddings or matrices were measured to learn addition later and to reach less far beyond the
   * lengths they were shown. The same seed gives the same weights everywhere.
   */
  public static DecoderModel random(DecoderConfig config, CharVocabulary vocabulary, long seed) {
    SavedRandom random = new SavedRandom(seed);
    float[] weights = new float[config.parameterCount()];
    for (Parameter parameter : config.parameters()) {
      boolean matrix = parameter.shape().size() > 1;
      boolean embedding =
          parameter.name().equals("embed.weight") || parameter.name().equals("positions.weight");
      double deviation = embedding || !matrix ? 0.1 : 1 / Math.sqrt(3.0 * parameter.shape().get(1));
      float constant = parameter.name().endsWith("norm.weight") ? 1 : 0;
      for (int i = 0; i < parameter.size(); i++) {
        weights[parameter.offset() + i] =
            matrix ? (float) (deviation * random.nextGaussian()) : constant;
      }
    }
    return new DecoderModel(config, vocabulary, weights, null);
  }

  /** Its shape. */
  public DecoderConfig config() {
    return config;
  }

  /** Its vocabulary. */
  public CharVocabulary vocabulary() {
    return vocabulary;
  }

  /** All parameters in the order of {@link DecoderConfig#parameters}; not to be written to. */
  public float[] weights() {
    return weights;
  }

  /** State of its training, or null if there is none to go on from. */
  public @Nullable TrainerState trainerState() {
    return trainerState;
  }

  /**
   * What a training needs, besides the weights, to go on exactly where it stopped.
   *
   * <p>Immutable by convention: nobody writes to the arrays.
   */
  public static final class TrainerState {
    private final float[] firstMoment;
    private final float[] secondMoment;
    private final long step;
    private final long randomState;

    /**
     * @param firstMoment AdamW's running mean of the gradient, one per parameter
     * @param secondMoment AdamW's running mean of its square, one per parameter
     * @param step how many steps the moments hold, >= 0
     * @param randomState of the {@link SavedRandom} that draws batches
     */
    public TrainerState(float[] firstMoment, float[] secondMoment, long step, long randomState) {
      if (firstMoment.length != secondMoment.length) {
        throw new IllegalArgumentException(
            "The moments differ in length ("
                + firstMoment.length
                + " and "
                + secondMoment.length
                + ").");
      }
      if (step < 0) {
        throw new IllegalArgumentException("step (" + step + ") must be >= 0.");
      }
      this.firstMoment = firstMoment;
      this.secondMoment = secondMoment;
      this.step = step;
      this.randomState = randomState;
    }

    /** The state before the first step. */
    public static TrainerState fresh(int parameterCount, long seed) {
      return new TrainerState(new float[parameterCount], new float[parameterCount], 0, seed);
    }

    /** AdamW's running mean of the gradient; not to be written to. */
    public float[] firstMoment() {
      return firstMoment;
    }

    /** AdamW's running mean of the squared gradient; not to be written to. */
    public float[] secondMoment() {
      return secondMoment;
    }

    /** How many steps the moments hold. */
    public long step() {
      return step;
    }

    /** State of the random generator that draws batches. */
    public long randomState() {
      return randomState;
    }
  }
}
