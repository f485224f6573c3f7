package dev.rsi.lm.chat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What {@code |} calls. */
final class Filters {
  /** Makes one value of another. */
  interface Filter {
    Object of(Run run, Object value, Arguments arguments);
  }

  private static final List<String> WITHOUT_ARGUMENTS =
      List.of(
          "length",
          "count",
          "string",
          "safe",
          "upper",
          "lower",
          "capitalize",
          "title",
          "escape",
          "e",
          "wordcount",
          "abs",
          "list",
          "first",
          "last",
          "reverse",
          "items");

  private static final Map<String, Filter> ALL = Map.copyOf(all());

  private Filters() {}

  static Filter named(String name, int line) {
    Filter filter = ALL.get(name);
    if (filter == null) {
      throw new Fault(
              "the filter (" + name + ") is not known; known: " + Tests.known(ALL.keySet()),
              "the template is of a newer make",
              false)
          .at(line, "| " + name);
    }
    return filter;
  }

  private static Map<String, Filter> all() {
    Map<String, Filter> all = new TreeMap<>();
    all.put("tojson", PythonJson::write);
    all.put("trim", Filters::trim);
    all.put("length", (run, value, a) -> length(value));
    all.put("count", (run, value, a) -> length(value));
    all.put("default", Filters::otherwise);
    all.put("d", Filters::otherwise);
    all.put("string", (run, value, a) -> Values.text(run, value));
    all.put("safe", (run, value, a) -> value);
    all.put("upper", (run, value, a) -> Texts.upper(text(run, value)));
    all.put("lower", (run, value, a) -> Texts.lower(text(run, value)));
    all.put("capitalize", (run, value, a) -> Texts.capitalized(text(run, value)));
    all.put("title", (run, value, a) -> Texts.titledWords(text(run, value)));
    all.put("replace", (run, value, a) -> Methods.replaced(run, text(run, value), a));
    all.put("escape", (run, value, a) -> escaped(text(run, value)));
    all.put("e", (run, value, a) -> escaped(text(run, value)));
    all.put("indent", Filters::indent);
    all.put("wordcount", (run, value, a) -> Texts.countWords(text(run, value)));
    all.put("int", Filters::whole);
    all.put("float", Filters::real);
    all.put("abs", Filters::magnitude);
    all.put("round", Filters::rounded);
    all.put("list", (run, value, a) -> new ArrayList<>(Values.elements(run, value)));
    all.put("first", (run, value, a) -> end(run, value, true));
    all.put("last", (run, value, a) -> end(run, value, false));
    all.put("join", Filters::join);
    all.put("reverse", Filters::reverse);
    all.put("unique", Filters::unique);
    all.put("sort", Filters::sort);
    all.put("min", (run, value, a) -> extreme(run, value, -1));
    all.put("max", (run, value, a) -> extreme(run, value, 1));
    all.put("sum", Filters::sum);
    all.put("items", Filters::items);
    all.put("dictsort", Filters::dictsort);
    all.put("map", Filters::map);
    all.put("select", (run, value, a) -> chosen(run, value, a, false, true));
    all.put("reject", (run, value, a) -> chosen(run, value, a, false, false));
    all.put("selectattr", (run, value, a) -> chosen(run, value, a, true, true));
    all.put("rejectattr", (run, value, a) -> chosen(run, value, a, true, false));
    all.put("attr", (run, value, a) -> attribute(run, value, a.need(0, "name")));
    for (String name : WITHOUT_ARGUMENTS) {
      all.computeIfPresent(
          name,
          (own, filter) ->
              (run, value, a) -> {
                a.only(0);
                return filter.of(run, value, a);
              });
    }
    return all;
  }

  private static String text(Run run, Object value) {
    String text = Values.text(run, value);
    run.work((long) Run.OBJECT + text.length());
    return text;
  }

  private static Object trim(Run run, Object value, Arguments a) {
    Object set = a.or(0, "chars", None.NONE);
    return Texts.strip(text(run, value), set == None.NONE ? "" : Values.string(set), true, true);
  }

  private static Object length(Object value) {
    if (value instanceof String text) {
      return (long) text.codePointCount(0, text.length());
    } else if (value instanceof Map<?, ?> map) {
      return (long) map.size();
    } else if (value instanceof List<?> list && !Elements.isLazy(list)) {
      return (long) list.size();
    } else if (value instanceof Undefined) {
      return 0L;
    }
    throw new Fault(Values.kind(value) + " has no length; (| list) makes a list of elements");
  }

  private static Object otherwise(Run run, Object value, Arguments a) {
    a.only(2, "default_value", "boolean");
    boolean falseToo = Values.isTrue(a.or(1, "boolean", false));
    return value instanceof Undefined || (falseToo && !Values.isTrue(value))
        ? a.or(0, "default_value", "")
        : value;
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("'", "&#39;")
        .replace("\"", "&#34;");
  }

  private static Object indent(Run run, Object value, Arguments a) {
    a.only(3, "width", "first", "blank");
    Object width = a.or(0, "width", 4L);
    if (width instanceof Long number) {
      run.work(Math.max(0, number));
    }
    String blanks =
        width instanceof String text ? text : " ".repeat((int) Math.max(0, Values.whole(width)));
    boolean first = Values.isTrue(a.or(1, "first", false));
    boolean blank = Values.isTrue(a.or(2, "blank", false));
    List<Object> lines = Texts.split(text(run, value), "\n", -1);
    StringBuilder indented = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      String line = (String) lines.get(i);
      boolean empty = line.isEmpty() && !blank;
      boolean moved = i == 0 ? first : !empty;
      run.work((long) line.length() + blanks.length());
      indented.append(i == 0 ? "" : "\n").append(moved ? blanks : "").append(line);
    }
    return indented.toString();
  }

  private static Object whole(Run run, Object value, Arguments a) {
    a.only(1, "default");
    Object otherwise = a.or(0, "default", 0L);
    if (value instanceof Double number) {
      return Math.abs(number) < 9e18 ? (Object) (long) (double) number : otherwise;
    } else if (value instanceof Long || value instanceof Boolean) {
      return Values.whole(value);
    } else if (value instanceof String) {
      Object number = real(run, value, Arguments.of(otherwise));
      String digits = text(run, value).strip().replace("_", "");
      try {
        return Long.valueOf(digits);
      } catch (NumberFormatException e) {
        if (number instanceof Double d && Double.isFinite(d) && Math.abs(d) >= 9e18) {
          throw new Fault("(" + Values.shown(digits) + ") is beyond the numbers that are known");
        }
        return number instanceof Double d ? (Object) (long) (double) d : otherwise;
      }
    }
    return otherwise;
  }

  private static Object real(Run run, Object value, Arguments a) {
    Object otherwise = a.or(0, "default", 0.0);
    if (value instanceof Number number) {
      return number.doubleValue();
    } else if (value instanceof Boolean truth) {
      return truth ? 1.0 : 0.0;
    }
    String text = value instanceof String string ? string.strip() : "";
    boolean digits = !text.isEmpty() && "+-.0123456789".indexOf(text.charAt(0)) >= 0;
    boolean suffix = !text.isEmpty() && "dDfF".indexOf(text.charAt(text.length() - 1)) >= 0;
    if (!digits || suffix || text.length() > 400) {
      return otherwise;
    }
    try {
      return Double.valueOf(text);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static Object magnitude(Run run, Object value, Arguments a) {
    if (value instanceof Double number) {
      return Math.abs(number);
    }
    long whole = Values.whole(value);
    return whole < 0 ? Arithmetic.negated(whole) : whole;
  }

  private static Object rounded(Run run, Object value, Arguments a) {
    a.only(2, "precision", "method");
    long digits = Values.whole(a.or(0, "precision", 0L));
    String method = Values.string(a.or(1, "method", "common"));
    if (Math.abs(digits) > 15) {
      throw new Fault("a precision of at most (15) digits is known");
    }
    if (!(value instanceof Number || value instanceof Boolean)) {
      throw new Fault("a number is needed, not " + Values.kind(value));
    }
    double number = (Double) real(run, value, Arguments.NONE);
    double by = Math.pow(10, (double) digits);
    return switch (method) {
      case "common" ->
          Double.isFinite(number)
              ? new java.math.BigDecimal(number)
                  .setScale((int) digits, java.math.RoundingMode.HALF_EVEN)
                  .doubleValue()
              : number;
      case "ceil" -> Math.ceil(number * by) / by;
      case "floor" -> Math.floor(number * by) / by;
      default -> throw new Fault("the method (" + method + ") is none of common, ceil, floor");
    };
  }

  private static Object end(Run run, Object value, boolean first) {
    if (!first && Elements.isLazy(value)) {
      throw new Fault("a generator has no last element; (| list) makes a list of elements");
    }
    List<Object> all = Values.elements(run, value);
    return all.isEmpty()
        ? new Undefined("there is no element")
        : all.get(first ? 0 : all.size() - 1);
  }

  private static Object join(Run run, Object value, Arguments a) {
    a.only(2, "d", "attribute");
    Object attribute = a.or(1, "attribute", None.NONE);
    Object parts = value;
    if (attribute != None.NONE) {
      List<Object> each = new ArrayList<>();
      Values.elements(run, value).forEach(item -> each.add(attribute(run, item, attribute)));
      parts = each;
    }
    return Methods.joined(run, Values.text(run, a.or(0, "d", "")), parts);
  }

  private static Object reverse(Run run, Object value, Arguments a) {
    List<Object> all = new ArrayList<>(Values.elements(run, value));
    Collections.reverse(all);
    if (value instanceof String) {
      StringBuilder text = new StringBuilder();
      all.forEach(text::append);
      return text.toString();
    }
    return Elements.lazy(all);
  }

  private static Object unique(Run run, Object value, Arguments a) {
    a.only(0);
    List<Object> unique = new ArrayList<>();
    List<Object> seen = new ArrayList<>();
    for (Object each : Values.elements(run, value)) {
      Object key = each instanceof String text ? Texts.lower(text) : each;
      if (!Values.contains(run, seen, key)) {
        seen.add(key);
        unique.add(each);
      }
    }
    return Elements.lazy(unique);
  }

  /** Strings are ordered without regard to case unless asked for. */
  private static Comparator<Object> order(Run run, boolean cased) {
    return (x, y) -> {
      Object a = !cased && x instanceof String text ? Texts.lower(text) : x;
      Object b = !cased && y instanceof String text ? Texts.lower(text) : y;
      return Values.compare(run, a, b);
    };
  }

  private static Object sort(Run run, Object value, Arguments a) {
    a.only(3, "reverse", "case_sensitive", "attribute");
    Object attribute = a.or(2, "attribute", None.NONE);
    Comparator<Object> order = order(run, Values.isTrue(a.or(1, "case_sensitive", false)));
    if (attribute != None.NONE) {
      order = Comparator.comparing(item -> attribute(run, item, attribute), order);
    }
    List<Object> sorted = new ArrayList<>(Values.elements(run, value));
    sorted.sort(Values.isTrue(a.or(0, "reverse", false)) ? order.reversed() : order);
    return sorted;
  }

  private static Object extreme(Run run, Object value, int sign) {
    Comparator<Object> order = order(run, false);
    Object best = null;
    for (Object each : Values.elements(run, value)) {
      if (best == null || order.compare(each, best) * sign > 0) {
        best = each;
      }
    }
    return best == null ? new Undefined("there is no element") : best;
  }

  private static Object sum(Run run, Object value, Arguments a) {
    a.only(2, "attribute", "start");
    Object attribute = a.or(0, "attribute", None.NONE);
    Object sum = a.or(1, "start", 0L);
    for (Object each : Values.elements(run, value)) {
      Object part = attribute == None.NONE ? each : attribute(run, each, attribute);
      sum = Arithmetic.apply(run, "+", sum, part);
    }
    return sum;
  }

  private static Object items(Run run, Object value, Arguments a) {
    if (value instanceof Undefined) {
      return Elements.lazy(List.of());
    } else if (value instanceof Map<?, ?> map) {
      run.work((long) map.size() * Run.OBJECT);
      return Elements.lazy(Methods.items(map));
    }
    throw new Fault("only a mapping has items, not " + Values.kind(value));
  }

  private static Object dictsort(Run run, Object value, Arguments a) {
    a.only(3, "case_sensitive", "by", "reverse");
    if (!(value instanceof Map<?, ?> map)) {
      throw value instanceof Undefined undefined
          ? undefined.fault()
          : new Fault("only a mapping has items, not " + Values.kind(value));
    }
    Object part = a.or(1, "by", "key");
    if (!part.equals("key") && !part.equals("value")) {
      throw new Fault("items are sorted by (key) or (value), not (" + Values.shown(part) + ")");
    }
    int by = part.equals("value") ? 1 : 0;
    Comparator<Object> order = order(run, Values.isTrue(a.or(0, "case_sensitive", false)));
    Comparator<Object> byPart = Comparator.comparing(item -> ((List<?>) item).get(by), order);
    List<Object> sorted = Methods.items(map);
    run.work((long) sorted.size() * Run.OBJECT);
    sorted.sort(Values.isTrue(a.or(2, "reverse", false)) ? byPart.reversed() : byPart);
    return sorted;
  }

  /** A field by its name, one of a field by a name with dots, or an element by its number. */
  private static Object attribute(Run run, Object value, Object name) {
    if (!(name instanceof String text)) {
      return Methods.element(run, value, name);
    }
    Object found = value;
    for (String part : text.split("\\.", -1)) {
      boolean number =
          !part.isEmpty() && part.length() < 10 && part.chars().allMatch(Character::isDigit);
      found = Methods.element(run, found, number ? (Object) Long.parseLong(part) : part);
    }
    return found;
  }

  private static Object map(Run run, Object value, Arguments a) {
    List<Object> made = new ArrayList<>();
    Object attribute = a.placed().isEmpty() ? a.named().get("attribute") : null;
    if (attribute != null) {
      a.only(0, "attribute", "default");
      Object otherwise = a.named().get("default");
      for (Object each : Values.elements(run, value)) {
        Object found = attribute(run, each, attribute);
        made.add(found instanceof Undefined && otherwise != null ? otherwise : found);
      }
      return Elements.lazy(made);
    }
    Filter filter = named(Values.string(a.need(0, "filter")), run.line);
    for (Object each : Values.elements(run, value)) {
      made.add(filter.of(run, each, a.from(1)));
    }
    return Elements.lazy(made);
  }

  private static Object chosen(
      Run run, Object value, Arguments a, boolean byAttribute, boolean kept) {
    int at = byAttribute ? 1 : 0;
    Object attribute = byAttribute ? a.need(0, "attribute") : None.NONE;
    Object name = a.find(at, "test");
    Tests.Test test =
        name == null
            ? (r, each, none) -> Values.isTrue(each)
            : Tests.named(Values.string(name), run.line);
    List<Object> chosen = new ArrayList<>();
    for (Object each : Values.elements(run, value)) {
      Object asked = byAttribute ? attribute(run, each, attribute) : each;
      if (test.holds(run, asked, a.from(at + 1)) == kept) {
        chosen.add(each);
      }
    }
    return Elements.lazy(chosen);
  }
}
