package dev.rsi.lm.spi;

import dev.rsi.lm.CharVocabulary;
import dev.rsi.lm.DecoderConfig;
import java.util.Arrays;

/**
 * One text to learn from: a prompt, which is given, and an answer with its end token, which is
 * learnt.
 *
 * <p>Immutable and thread-safe.
 */
public final class Example {
  private final int[] tokens;
  private final int promptLength;
  private final double weight;

  /**
   * @param prompt at least one token
   * @param answer at least one token; usually ends with the end token
   * @param weight how often it is met relative to others; positive and finite
   */
  public Example(int[] prompt, int[] answer, double weight) {
    if (prompt.length == 0 || answer.length == 0) {
      throw new IllegalArgumentException(
          "An example needs at least one token of prompt ("
              + prompt.length
              + ") and of answer ("
              + answer.length
              + ").");
    }
    if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("weight (" + weight + ") must be positive and finite.");
    }
    tokens = Arrays.copyOf(prompt, Math.addExact(prompt.length, answer.length));
    System.arraycopy(answer, 0, tokens, prompt.length, answer.length);
    promptLength = prompt.length;
    this.weight = weight;
  }

  /** An example from texts, with the end token added to the answer. */
  public static Example of(CharVocabulary vocabulary, String prompt, String answer, double weight) {
    int[] tokens = vocabulary.encode(answer);
    int[] ended = Arrays.copyOf(tokens, tokens.length + 1);
    ended[tokens.length] = vocabulary.end();
    return new Example(vocabulary.encode(prompt), ended, weight);
  }

  /**
   * The same of an answer that the model could write.
   *
   * @throws IllegalArgumentException if it could not
   */
  static Example written(CharVocabulary vocabulary, String prompt, String answer, double weight) {
    Example example = of(vocabulary, prompt, answer, weight);
    for (int i = example.promptLength; i < example.tokens.length - 1; i++) {
      if (example.tokens[i] == vocabulary.end()) {
        throw new IllegalArgumentException(
            "The answer goes on after the character that ends every answer of the model.");
      }
    }
    return example;
  }

  /** How many tokens prompt and answer have together. */
  public int length() {
    return tokens.length;
  }

  /** How many tokens the prompt has. */
  public int promptLength() {
    return promptLength;
  }

  /** How often it is met relative to others. */
  public double weight() {
    return weight;
  }

  /** Refuses tokens that the model does not have. */
  void requireFits(DecoderConfig config) {
    for (int token : tokens) {
      if (token < 0 || token >= config.vocabularySize()) {
        throw new IllegalArgumentException(
            "Token (" + token + ") is not in [0, " + (config.vocabularySize() - 1) + "].");
      }
    }
  }

  /** The same for examples of equal lengths, and for these alone. */
  long shape() {
    return (long) tokens.length << 32 | promptLength;
  }

  int[] tokens() {
    return tokens;
  }
}
