package dev.rsi.core.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Bounds what comes from outside before it is kept: words of exceptions, reasons, critiques,
 * provenance and metrics may be of any size, and a record that keeps them whole cannot be read
 * again. Tasks and candidates are never cut, as they are what was done.
 *
 * <p>What is within its bounds stays as it is; so does what was cut before.
 */
public final class Cut {
  /** The most characters of a text: several stack traces' first lines, or a page. */
  public static final int MOST = 4096;

  /** The most entries of a map. */
  public static final int MOST_NAMES = 256;

  /** The most characters of a name. */
  public static final int MOST_NAME = 256;

  /** The most characters of a text that a message shows. */
  private static final int MOST_SHOWN = 400;

  private static final String LEFT_OUT = "(left out)";

  private Cut() {}

  /** A text of {@link #MOST} characters at most, which says how long it was if it was longer. */
  public static String text(String text) {
    return to(text, MOST);
  }

  /** The same with room for a message around it. */
  public static String shown(String text) {
    return to(text, MOST_SHOWN);
  }

  private static String to(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    String end = "... (cut: it had " + text.length() + " characters)";
    int length = most - end.length();
    if (Character.isHighSurrogate(text.charAt(length - 1))) {
      length--;
    }
    return text.substring(0, length) + end;
  }

  /** Texts by name; of too many the last give way to how many they were. */
  public static Map<String, String> texts(Map<String, String> texts) {
    return map(texts, text -> text(String.valueOf(text)), count -> count + " more");
  }

  /** Numbers by name; of too many the last give way to how many they were. */
  public static Map<String, Double> numbers(Map<String, Double> numbers) {
    return map(numbers, number -> number, count -> (double) count);
  }

  private static <V> Map<String, V> map(
      Map<String, V> all, Function<V, V> bounded, IntFunction<V> more) {
    int kept = all.size() <= MOST_NAMES ? all.size() : MOST_NAMES - 1;
    Map<String, V> some = new LinkedHashMap<>();
    for (Map.Entry<String, V> entry : all.entrySet()) {
      if (some.size() < kept) {
        some.put(whole(to(entry.getKey(), MOST_NAME)), bounded.apply(entry.getValue()));
      }
    }
    if (kept < all.size()) {
      some.put(LEFT_OUT, more.apply(all.size() - kept));
    }
    return some;
  }

  /** A name without halves of surrogate pairs, which no reader of JSON takes in names. */
  private static String whole(String name) {
    StringBuilder whole = new StringBuilder(name.length());
    name.codePoints()
        .forEach(
            c -> whole.appendCodePoint(Character.getType(c) == Character.SURROGATE ? 0xFFFD : c));
    return whole.toString();
  }
}
