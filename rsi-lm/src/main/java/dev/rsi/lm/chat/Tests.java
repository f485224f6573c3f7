package dev.rsi.lm.chat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What {@code is} asks. */
final class Tests {
  /** Asks a value. */
  interface Test {
    boolean holds(Run run, Object value, Arguments arguments);
  }

  private static final List<String> WITHOUT_ARGUMENTS =
      List.of(
          "defined",
          "undefined",
          "none",
          "string",
          "mapping",
          "sequence",
          "iterable",
          "number",
          "integer",
          "float",
          "boolean",
          "true",
          "false",
          "callable",
          "lower",
          "upper",
          "odd",
          "even");

  private static final Map<String, Test> ALL = Map.copyOf(all());

  private Tests() {}

  static Test named(String name, int line) {
    Test test = ALL.get(name);
    if (test == null) {
      throw new Fault(
              "the test (" + name + ") is not known; known: " + known(ALL.keySet()),
              "the template is of a newer make",
              false)
          .at(line, "is " + name);
    }
    return test;
  }

  static String known(Set<String> names) {
    return String.join(", ", names.stream().sorted().toList());
  }

  private static Map<String, Test> all() {
    Map<String, Test> all = new TreeMap<>();
    all.put("defined", (run, value, a) -> !(value instanceof Undefined));
    all.put("undefined", (run, value, a) -> value instanceof Undefined);
    all.put("none", (run, value, a) -> value == None.NONE);
    all.put("string", (run, value, a) -> value instanceof String);
    all.put("mapping", (run, value, a) -> value instanceof Map<?, ?>);
    all.put("sequence", (run, value, a) -> hasElements(value) && !Elements.isLazy(value));
    all.put("iterable", (run, value, a) -> hasElements(value));
    all.put("number", (run, value, a) -> value instanceof Number || value instanceof Boolean);
    all.put("integer", (run, value, a) -> value instanceof Long);
    all.put("float", (run, value, a) -> value instanceof Double);
    all.put("boolean", (run, value, a) -> value instanceof Boolean);
    all.put("true", (run, value, a) -> value.equals(true));
    all.put("false", (run, value, a) -> value.equals(false));
    all.put("callable", (run, value, a) -> value instanceof Callable);
    all.put("lower", (run, value, a) -> isCase(run, value, false));
    all.put("upper", (run, value, a) -> isCase(run, value, true));
    all.put("odd", (run, value, a) -> Math.floorMod(Values.whole(value), 2L) == 1);
    all.put("even", (run, value, a) -> Math.floorMod(Values.whole(value), 2L) == 0);
    all.put("divisibleby", Tests::isDivisible);
    all.put("in", (run, value, a) -> Values.contains(run, a.need(0, "seq"), value));
    all.put("sameas", (run, value, a) -> value.equals(a.need(0, "other")));
    for (String name : List.of("equalto", "eq", "==")) {
      all.put(name, (run, value, a) -> Values.equal(run, value, a.need(0, "other")));
    }
    for (String name : List.of("ne", "!=")) {
      all.put(name, (run, value, a) -> !Values.equal(run, value, a.need(0, "other")));
    }
    for (String name : List.of("lessthan", "lt", "<")) {
      all.put(name, (run, value, a) -> Values.compare(run, value, a.need(0, "other")) < 0);
    }
    for (String name : List.of("greaterthan", "gt", ">")) {
      all.put(name, (run, value, a) -> Values.compare(run, value, a.need(0, "other")) > 0);
    }
    for (String name : List.of("le", "<=")) {
      all.put(name, (run, value, a) -> Values.compare(run, value, a.need(0, "other")) <= 0);
    }
    for (String name : List.of("ge", ">=")) {
      all.put(name, (run, value, a) -> Values.compare(run, value, a.need(0, "other")) >= 0);
    }
    for (String name : WITHOUT_ARGUMENTS) {
      all.computeIfPresent(
          name,
          (own, test) ->
              (run, value, a) -> {
                a.only(0);
                return test.holds(run, value, a);
              });
    }
    return all;
  }

  private static boolean isDivisible(Run run, Object value, Arguments arguments) {
    long by = Values.whole(arguments.need(0, "num"));
    if (by == 0) {
      throw new Fault("a division by zero");
    }
    return Values.whole(value) % by == 0;
  }

  private static boolean hasElements(Object value) {
    return value instanceof List<?>
        || value instanceof Map<?, ?>
        || value instanceof String
        || value instanceof Undefined;
  }

  private static boolean isCase(Run run, Object value, boolean upper) {
    String text = Values.text(run, value);
    run.work(text.length());
    boolean cased =
        text.codePoints().anyMatch(c -> Character.toUpperCase(c) != Character.toLowerCase(c));
    return cased && text.equals(upper ? Texts.upper(text) : Texts.lower(text));
  }
}
