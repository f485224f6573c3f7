package dev.rsi.examples.addition;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The options of the quickstart, each a {@code -Dname=value} of Maven's. One that is not known is
 * refused: it would be left out without a word.
 *
 * @param values those that were given, by name
 */
public record Options(Map<String, String> values) {
  /** What each may be, by example. */
  private static final Map<String, Map<String, List<String>>> KNOWN = new LinkedHashMap<>();

  private static final String EXAMPLE = "example";
  private static final String ADDITION = "addition";
  private static final String SEED = "seed";

  static {
    Map<String, List<String>> addition = new LinkedHashMap<>();
    addition.put("backend", List.of("djl", "onnx"));
    addition.put("verifier", List.of("vote"));
    addition.put("control", List.of("unverified"));
    addition.put("gate", List.of("off"));
    addition.put(SEED, List.of());
    KNOWN.put(ADDITION, addition);
    KNOWN.put("router", Map.of(SEED, List.of()));
  }

  /** A property that Maven is given; one with a dot in its name, or of its own, is no option. */
  private static final Pattern GIVEN =
      Pattern.compile(
          "(?:^|[\\s\"'])(?:-D\\s*|--define[\\s=]+)[\"']?([^\\s=.\"']+)(?=[\\s=\"']|$)");

  private static final Pattern MAVENS = Pattern.compile("skip[A-Z]\\w*|test|debug|style|encoding");

  /** Those of this process, as Maven started it. */
  public static Options ofProcess() {
    Map<String, String> values = new LinkedHashMap<>();
    for (String name : names()) {
      values.put(name, System.getProperty(name, ""));
    }
    // Set by Maven's own script; where there is none, names cannot be checked, values can.
    return of(values, System.getenv().getOrDefault("MAVEN_CMD_LINE_ARGS", ""));
  }

  /**
   * Options that are known.
   *
   * @param values by name; a blank one counts as not given
   * @param commandLine what Maven was started with
   * @throws IllegalArgumentException if one is not known, with the list of all that are
   */
  static Options of(Map<String, String> values, String commandLine) {
    Map<String, String> given = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          String plain = value.strip().toLowerCase(Locale.ROOT);
          if (!plain.isEmpty()) {
            given.put(name, plain);
          }
        });
    Matcher named = GIVEN.matcher(commandLine);
    while (named.find()) {
      String name = named.group(1);
      if (!names().contains(name) && !MAVENS.matcher(name).matches()) {
        throw unknown("-D" + name);
      }
    }
    String example = given.getOrDefault(EXAMPLE, ADDITION);
    Map<String, List<String>> known = KNOWN.get(example);
    if (known == null) {
      throw unknown("-Dexample=" + example);
    }
    given.forEach((name, value) -> check(example, known, name, value));
    return new Options(given);
  }

  private static void check(
      String example, Map<String, List<String>> known, String name, String value) {
    String option = "-D" + name + "=" + value;
    if (name.equals(EXAMPLE)) {
      return;
    }
    if (!known.containsKey(name)) {
      throw unknown(option + " of example (" + example + ")");
    }
    if (name.equals(SEED)) {
      try {
        Long.parseLong(value);
      } catch (NumberFormatException e) {
        throw unknown(option + ", which is no whole number,");
      }
    } else if (!known.get(name).contains(value)) {
      throw unknown(option);
    }
  }

  /** All names of options. */
  static List<String> names() {
    List<String> names = new ArrayList<>(List.of(EXAMPLE));
    KNOWN.values().forEach(known -> names.addAll(known.keySet()));
    return names.stream().distinct().toList();
  }

  /** What was given; empty if nothing. */
  public String value(String name) {
    return values.getOrDefault(name, "");
  }

  private static IllegalArgumentException unknown(String option) {
    StringBuilder list = new StringBuilder();
    KNOWN.forEach(
        (example, known) -> {
          list.append("\n  ");
          list.append(example.equals(ADDITION) ? "no example, or " : "");
          list.append("-Dexample=").append(example).append(':');
          known.forEach(
              (name, values) ->
                  list.append(" -D")
                      .append(name)
                      .append('=')
                      .append(values.isEmpty() ? "N" : String.join("|", values)));
        });
    return new IllegalArgumentException(
        "Option " + option + " is not known to the quickstart. There are:" + list);
  }
}
