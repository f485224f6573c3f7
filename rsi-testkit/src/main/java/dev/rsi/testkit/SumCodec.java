package dev.rsi.testkit;

import dev.rsi.api.Codec;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@code "12+30="} and {@code "42"}. */
enum SumCodec implements Codec<Sum, Long> {
  INSTANCE;

  private static final Pattern TASK = Pattern.compile("[0-9]{1,3}(\\+[0-9]{1,3})++=");
  private static final Pattern ANSWER = Pattern.compile("-?[0-9]{1,19}");

  @Override
  public String writeTask(Sum task) {
    return task.terms().stream().map(String::valueOf).collect(Collectors.joining("+", "", "="));
  }

  @Override
  public Sum readTask(String text) {
    if (!TASK.matcher(text).matches()) {
      throw notA("sum like 12+30=", text);
    }
    String[] terms = text.substring(0, text.length() - 1).split("\\+", -1);
    return Sum.of(Arrays.stream(terms).map(Integer::valueOf).toArray(Integer[]::new));
  }

  @Override
  public String writeCandidate(Long candidate) {
    return candidate.toString();
  }

  @Override
  public Long readCandidate(String text) {
    // Long.parseLong alone would take "+42" and digits of other scripts.
    if (!ANSWER.matcher(text).matches()) {
      throw notA("whole number", text);
    }
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      throw notA("whole number of 64 bits", text);
    }
  }

  private static IllegalArgumentException notA(String what, String text) {
    return new IllegalArgumentException("text (" + Checks.shortened(text) + ") is not a " + what);
  }
}
