package dev.rsi.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a gate found on one signal. Field term: test result.
 *
 * @param signal what was looked at, for example {@code "addition of 5 digits against ANCHOR"}
 * @param verdict the finding in a word or two, for example {@code "safe"}
 * @param numbers the counts and bounds behind it, by name, in reading order, none of them null; a
 *     third party can recompute the verdict from them
 */
public record GateFinding(String signal, String verdict, Map<String, Double> numbers) {
  public GateFinding {
    Objects.requireNonNull(signal, "signal");
    Objects.requireNonNull(verdict, "verdict");
    numbers.forEach(
        (name, number) -> {
          Objects.requireNonNull(name, "name of a number");
          Objects.requireNonNull(number, name);
        });
    numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
  }
}
