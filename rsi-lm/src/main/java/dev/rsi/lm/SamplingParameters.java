package dev.rsi.lm;

/**
 * How a model's next token is chosen. Field term: decoding parameters.
 *
 * @param temperature 0 takes the likeliest token; above 0 draws from the distribution with the
 *     logits divided by it; in [0, 100]
 * @param maxNewTokens where an answer is cut off, the end token included; in [1, 65536]
 * @param keepCutOff whether an answer that was cut off there counts as an answer; otherwise it is
 *     malformed, since nobody can tell what it would have become
 */
public record SamplingParameters(double temperature, int maxNewTokens, boolean keepCutOff) {
  public SamplingParameters {
    if (!(temperature >= 0 && temperature <= 100)) {
      throw new IllegalArgumentException(
          "temperature (" + temperature + ") must be in [0, 100]; 0 takes the likeliest token.");
    }
    if (maxNewTokens < 1 || maxNewTokens > 65536) {
      throw new IllegalArgumentException(
          "maxNewTokens (" + maxNewTokens + ") must be in [1, 65536].");
    }
  }

  /** Parameters under which an answer that was cut off is malformed. */
  public SamplingParameters(double temperature, int maxNewTokens) {
    this(temperature, maxNewTokens, false);
  }

  /** The likeliest token each time: temperature 0. */
  public static SamplingParameters greedy(int maxNewTokens) {
    return new SamplingParameters(0, maxNewTokens);
  }

  /** The same, but an answer that was cut off counts as an answer. */
  public SamplingParameters keepingCutOff() {
    return new SamplingParameters(temperature, maxNewTokens, true);
  }
}
