package dev.rsi.examples.addition;

import dev.rsi.api.Codec;

/** Writes an addition as {@code a+b=}, which is also the model's prompt, and a sum as it is. */
public enum AdditionCodec implements Codec<Addition, String> {
  /** The one codec. */
  INSTANCE;

  /** Every character that stands in a prompt or an answer. */
  public static final String ALPHABET = "0123456789+=";

  @Override
  public String writeTask(Addition task) {
    return task.a() + "+" + task.b() + "=";
  }

  @Override
  public Addition readTask(String text) {
    int plus = text.indexOf('+');
    if (plus < 0 || !text.endsWith("=")) {
      throw new IllegalArgumentException("(" + text + ") is not an addition like (12+34=).");
    }
    return new Addition(text.substring(0, plus), text.substring(plus + 1, text.length() - 1));
  }

  @Override
  public String writeCandidate(String candidate) {
    return candidate;
  }

  @Override
  public String readCandidate(String text) {
    return text;
  }
}
