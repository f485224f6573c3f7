package dev.rsi.lm.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** The fields and methods of values. */
final class Methods {
  private static final Set<String> OF_STRINGS =
      Set.of(
          "capitalize",
          "count",
          "endswith",
          "find",
          "index",
          "isalnum",
          "isalpha",
          "isdigit",
          "islower",
          "isspace",
          "isupper",
          "join",
          "lower",
          "lstrip",
          "partition",
          "removeprefix",
          "removesuffix",
          "replace",
          "rfind",
          "rpartition",
          "rsplit",
          "rstrip",
          "split",
          "splitlines",
          "startswith",
          "strip",
          "title",
          "upper",
          "zfill");
  private static final Set<String> OF_MAPPINGS = Set.of("copy", "get", "items", "keys", "values");
  private static final Set<String> OF_LISTS = Set.of("copy", "count", "index");

  /** The reference runs templates where nothing that they were given can be changed. */
  private static final Set<String> CHANGING =
      Set.of(
          "append",
          "clear",
          "extend",
          "insert",
          "pop",
          "popitem",
          "remove",
          "reverse",
          "setdefault",
          "sort",
          "update");

  private Methods() {}

  /** Refuses a method that no value has. */
  static void know(String name, int line) {
    if (!OF_STRINGS.contains(name)
        && !OF_MAPPINGS.contains(name)
        && !OF_LISTS.contains(name)
        && !CHANGING.contains(name)
        && !name.equals("cycle")) {
      throw new Fault(
              "the method ("
                  + name
                  + ") is not known; known are those of strings ("
                  + Tests.known(OF_STRINGS)
                  + "), of mappings ("
                  + Tests.known(OF_MAPPINGS)
                  + "), of lists ("
                  + Tests.known(OF_LISTS)
                  + ") and loop.cycle",
              "the template is of a newer make",
              false)
          .at(line, "." + name + "()");
    }
  }

  /** {@code value.name}: a method before an element, as in the reference. */
  static Object field(Object value, String name) {
    if (value instanceof Map<?, ?> map) {
      Object method = method(value, name);
      Object element = method == null ? map.get(name) : method;
      return element == null ? Undefined.field(value, name) : element;
    }
    return own(value, name);
  }

  /** {@code value[key]}: an element before a method. */
  static Object element(Run run, Object value, Object key) {
    if (value instanceof Map<?, ?> map) {
      Object element =
          key instanceof List<?> || key instanceof Map<?, ?> ? null : map.get(Values.key(key));
      if (element != null) {
        return element;
      }
    } else if (key instanceof Long index
        && (value instanceof String || (value instanceof List<?> && !Elements.isLazy(value)))) {
      List<Object> all = Values.elements(run, value);
      long at = index < 0 ? index + all.size() : index;
      return at >= 0 && at < all.size() ? all.get((int) at) : Undefined.field(value, key);
    }
    if (key instanceof String name) {
      return own(value, name);
    } else if (value instanceof Undefined undefined) {
      throw undefined.fault();
    }
    return Undefined.field(value, key);
  }

  private static Object own(Object value, String name) {
    if (value instanceof Undefined undefined) {
      throw undefined.fault();
    } else if (value instanceof Namespace namespace) {
      return namespace.get(name);
    } else if (value instanceof Loop loop) {
      return Loop.FIELDS.contains(name) ? loop.field(name) : Undefined.field(value, name);
    }
    Callable method = method(value, name);
    return method == null ? Undefined.field(value, name) : method;
  }

  private static @Nullable Callable method(Object value, String name) {
    if (value instanceof String text) {
      return OF_STRINGS.contains(name) ? (run, a) -> ofString(run, text, name, a) : null;
    }
    boolean mapping = value instanceof Map<?, ?>;
    boolean list = value instanceof List<?>;
    if ((mapping || list) && CHANGING.contains(name)) {
      return (run, a) -> {
        throw new Fault(
            "(." + name + ") would change " + Values.kind(value) + ", which is refused");
      };
    } else if (mapping && OF_MAPPINGS.contains(name)) {
      return (run, a) -> ofMapping(run, (Map<?, ?>) value, name, a);
    } else if (list && OF_LISTS.contains(name)) {
      return (run, a) -> ofList(run, (List<?>) value, name, a);
    }
    return null;
  }

  private static Object ofMapping(Run run, Map<?, ?> map, String name, Arguments a) {
    run.work(name.equals("get") ? 1 : (long) map.size() * Run.OBJECT);
    return switch (name) {
      case "get" -> {
        Object found = map.get(Values.key(a.need(0, "key")));
        yield found == null ? a.or(1, "default", None.NONE) : found;
      }
      case "items" -> items(map);
      case "keys" -> new ArrayList<Object>(map.keySet());
      case "values" -> new ArrayList<Object>(map.values());
      default -> map;
    };
  }

  static List<Object> items(Map<?, ?> map) {
    List<Object> items = new ArrayList<>();
    map.forEach((key, value) -> items.add(Elements.tuple(List.of(key, value))));
    return items;
  }

  private static Object ofList(Run run, List<?> list, String name, Arguments a) {
    if (name.equals("copy")) {
      return list;
    }
    Object wanted = a.need(0, "value");
    long count = 0;
    for (int i = 0; i < list.size(); i++) {
      if (Values.equal(run, list.get(i), wanted)) {
        if (name.equals("index")) {
          return (long) i;
        }
        count++;
      }
    }
    if (name.equals("index")) {
      throw new Fault("(" + Values.shown(wanted) + ") is not in the list");
    }
    return count;
  }

  static Object ofString(Run run, String text, String name, Arguments a) {
    run.work((name.contains("split") ? text.length() : 1L) * Run.OBJECT + text.length());
    return switch (name) {
      case "strip", "lstrip", "rstrip" -> {
        Object set = a.or(0, "chars", None.NONE);
        yield Texts.strip(
            text,
            set == None.NONE ? "" : Values.string(set),
            !name.equals("rstrip"),
            !name.equals("lstrip"));
      }
      case "upper" -> Texts.upper(text);
      case "lower" -> Texts.lower(text);
      case "title" -> Texts.titled(text);
      case "capitalize" -> Texts.capitalized(text);
      case "startswith" -> any(a.need(0, "prefix"), text, String::startsWith);
      case "endswith" -> any(a.need(0, "suffix"), text, String::endsWith);
      case "removeprefix" -> {
        String part = Values.string(a.need(0, "prefix"));
        yield text.startsWith(part) ? text.substring(part.length()) : text;
      }
      case "removesuffix" -> {
        String part = Values.string(a.need(0, "suffix"));
        yield text.endsWith(part) ? text.substring(0, text.length() - part.length()) : text;
      }
      case "replace" -> replaced(run, text, a);
      case "join" -> joined(run, text, a.need(0, "iterable"));
      case "find", "rfind", "index", "count" -> found(run, text, name, a);
      case "partition", "rpartition" -> parted(run, text, name, a);
      case "split", "rsplit" -> split(run, text, name, a);
      case "splitlines" -> Texts.lines(text);
      case "zfill" -> {
        long width = Values.whole(a.need(0, "width"));
        run.work(Math.max(0, width));
        String sign = text.startsWith("-") || text.startsWith("+") ? text.substring(0, 1) : "";
        yield sign
            + "0".repeat((int) Math.max(0, width - text.codePointCount(0, text.length())))
            + text.substring(sign.length());
      }
      default -> is(text, name);
    };
  }

  private static boolean is(String text, String name) {
    if (name.equals("isupper") || name.equals("islower")) {
      boolean upper = name.equals("isupper");
      return text.codePoints().anyMatch(upper ? Character::isUpperCase : Character::isLowerCase)
          && text.codePoints().noneMatch(upper ? Character::isLowerCase : Character::isUpperCase);
    }
    return !text.isEmpty()
        && text.codePoints()
            .allMatch(
                switch (name) {
                  case "isdigit" -> Character::isDigit;
                  case "isalpha" -> Character::isLetter;
                  case "isspace" -> c -> c < 0x10000 && Texts.isSpace((char) c);
                  default -> Character::isLetterOrDigit;
                });
  }

  private static boolean any(Object parts, String text, BiPredicate<String, String> holds) {
    return parts instanceof Elements tuple
        ? tuple.stream().anyMatch(part -> holds.test(text, Values.string(part)))
        : holds.test(text, Values.string(parts));
  }

  static String replaced(Run run, String text, Arguments a) {
    String old = Values.text(run, a.need(0, "old"));
    String with = Values.text(run, a.need(1, "new"));
    Object most = a.or(2, "count", None.NONE);
    long count = most == None.NONE ? -1 : Values.whole(most);
    Values.scan(run, text, old);
    long places = old.isEmpty() ? text.length() + 1L : text.length() / old.length();
    run.work(places * with.length());
    if (old.isEmpty()) {
      return betweenAll(run, text, with, count);
    }
    if (count < 0) {
      return text.replace(old, with);
    }
    return joined(run, with, Texts.split(text, old, count));
  }

  /** Puts a text before each character and behind the last, at most a number of times. */
  private static String betweenAll(Run run, String text, String with, long count) {
    StringBuilder made = new StringBuilder();
    long left = count < 0 ? Long.MAX_VALUE : count;
    for (Object character : Values.elements(run, text)) {
      made.append(left-- > 0 ? with : "").append(character);
    }
    return made.append(left > 0 ? with : "").toString();
  }

  static String joined(Run run, String between, Object parts) {
    StringBuilder joined = new StringBuilder();
    boolean first = true;
    for (Object part : Values.elements(run, parts)) {
      String text = Values.text(run, part);
      run.work((long) text.length() + between.length());
      joined.append(first ? "" : between).append(text);
      first = false;
    }
    return joined.toString();
  }

  private static Object found(Run run, String text, String name, Arguments a) {
    String part = Values.string(a.need(0, "sub"));
    a.only(1, "sub");
    Values.scan(run, text, part);
    if (name.equals("count")) {
      return part.isEmpty()
          ? (long) text.codePointCount(0, text.length()) + 1
          : Texts.split(text, part, -1).size() - 1L;
    }
    int at = name.equals("rfind") ? text.lastIndexOf(part) : text.indexOf(part);
    if (at < 0 && name.equals("index")) {
      throw new Fault("(" + Values.shown(part) + ") is not in the string");
    }
    return at < 0 ? -1L : (long) text.codePointCount(0, at);
  }

  private static Object parted(Run run, String text, String name, Arguments a) {
    String separator = Values.string(a.need(0, "sep"));
    Values.scan(run, text, separator);
    boolean right = name.equals("rpartition");
    List<Object> parts =
        right ? Texts.splitFromRight(text, separator, 1) : Texts.split(text, separator, 1);
    if (parts.size() == 1) {
      return Elements.tuple(right ? List.of("", "", text) : List.of(text, "", ""));
    }
    return Elements.tuple(List.of(parts.get(0), separator, parts.get(1)));
  }

  private static Object split(Run run, String text, String name, Arguments a) {
    a.only(2, "sep", "maxsplit");
    Object separator = a.or(0, "sep", None.NONE);
    long most = Values.whole(a.or(1, "maxsplit", -1L));
    boolean right = name.equals("rsplit");
    if (separator == None.NONE) {
      if (right && most >= 0) {
        throw new Fault("(rsplit) at blanks is not known with (maxsplit)");
      }
      return Texts.words(text, most);
    }
    String between = Values.string(separator);
    Values.scan(run, text, between);
    return right ? Texts.splitFromRight(text, between, most) : Texts.split(text, between, most);
  }
}
