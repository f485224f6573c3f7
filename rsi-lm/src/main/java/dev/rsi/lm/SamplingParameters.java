package dev.rsi.lm;

/**
 * How a model's next token is chosen.
 *
 * @param temperature 0 takes the likeliest token; above 0 draws from the distribution with the
 *     logits divided by it; in [0, 100]
 * @param maxNewTokens where an answer is cut off, the end token included; in [1, 65536]
 */
public record SamplingParameters(double temperature, int maxNewTokens) {
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

  /** The likeliest token each time: temperature 0. */
  public static SamplingParameters greedy(int maxNewTokens) {
    return new SamplingParameters(0, maxNewTokens);
  }
}
