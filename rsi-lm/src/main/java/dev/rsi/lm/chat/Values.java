package dev.rsi.lm.chat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What Python does with values: truth, equality, order, text, elements. */
final class Values {
  /** The most levels of lists in lists that are written or compared. */
  static final int MOST_LEVELS = 64;

  /** The digits of a number cost as much as this many characters. */
  static final int NUMBER = 200;

  private static final int MOST_SHOWN = 60;

  private Values() {}

  static String shown(Object value) {
    String text = value.toString();
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
  }

  static String kind(Object value) {
    if (value instanceof String) {
      return "a string";
    } else if (value instanceof Boolean) {
      return "a truth value";
    } else if (value instanceof Number) {
      return "a number";
    } else if (value instanceof Map<?, ?>) {
      return "a mapping";
    } else if (value instanceof Elements elements) {
      return Elements.isLazy(elements) ? "a generator" : "a tuple";
    } else if (value instanceof List<?>) {
      return "a list";
    } else if (value instanceof Namespace) {
      return "a namespace";
    } else if (value instanceof Loop) {
      return "loop";
    } else if (value instanceof Undefined) {
      return "what is undefined";
    }
    return value == None.NONE ? "none" : "a function";
  }

  static boolean isTrue(Object value) {
    if (value instanceof Boolean truth) {
      return truth;
    } else if (value instanceof String text) {
      return !text.isEmpty();
    } else if (value instanceof Number number) {
      return number.doubleValue() != 0;
    } else if (value instanceof Map<?, ?> map) {
      return !map.isEmpty();
    } else if (value instanceof List<?> list) {
      return !list.isEmpty() || Elements.isLazy(list);
    }
    return value != None.NONE && !(value instanceof Undefined);
  }

  static boolean equal(Run run, Object left, Object right) {
    return equal(run, left, right, 0);
  }

  private static boolean equal(Run run, Object left, Object right, int level) {
    run.work(1);
    Object a = left instanceof Boolean truth ? (Object) (truth ? 1L : 0L) : left;
    Object b = right instanceof Boolean truth ? (Object) (truth ? 1L : 0L) : right;
    if (a instanceof Number x && b instanceof Number y) {
      boolean whole = x instanceof Long && y instanceof Long;
      return whole ? x.longValue() == y.longValue() : x.doubleValue() == y.doubleValue();
    } else if (a instanceof String x && b instanceof String y) {
      if (x.length() == y.length()) {
        run.work(x.length());
      }
      return x.equals(y);
    } else if (a instanceof Undefined) {
      return b instanceof Undefined;
    } else if (a instanceof List<?> x && b instanceof List<?> y) {
      boolean same = x.size() == y.size() && x instanceof Elements == y instanceof Elements;
      for (int i = 0; same && i < x.size(); i++) {
        same = equal(run, x.get(i), y.get(i), level(level));
      }
      return same;
    } else if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      boolean same = x.size() == y.size();
      for (Map.Entry<?, ?> entry : x.entrySet()) {
        Object other = same ? y.get(entry.getKey()) : null;
        same = other != null && equal(run, entry.getValue(), other, level(level));
      }
      return same;
    }
    return a == b;
  }

  private static int level(int level) {
    if (level >= MOST_LEVELS) {
      throw new Fault("values are nested more than (" + MOST_LEVELS + ") levels deep");
    }
    return level + 1;
  }

  static int compare(Run run, Object left, Object right) {
    Object a = left instanceof Boolean truth ? (Object) (truth ? 1L : 0L) : left;
    Object b = right instanceof Boolean truth ? (Object) (truth ? 1L : 0L) : right;
    if (a instanceof Long x && b instanceof Long y) {
      return Long.compare(x, y);
    } else if (a instanceof Number x && b instanceof Number y) {
      return Double.compare(x.doubleValue(), y.doubleValue());
    } else if (a instanceof String x && b instanceof String y) {
      run.work(Math.min(x.length(), y.length()));
      return comparePoints(x, y);
    } else if (a instanceof List<?> x && b instanceof List<?> y) {
      for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
        if (!equal(run, x.get(i), y.get(i))) {
          return compare(run, x.get(i), y.get(i));
        }
      }
      return Integer.compare(x.size(), y.size());
    }
    throw refused("order of", a, b);
  }

  /** Python orders by characters, not by halves of pairs. */
  private static int comparePoints(String a, String b) {
    int same = 0;
    int least = Math.min(a.length(), b.length());
    while (same < least && a.charAt(same) == b.charAt(same)) {
      same++;
    }
    if (same == least) {
      return Integer.compare(a.length(), b.length());
    }
    boolean high = Character.isSurrogate(a.charAt(same)) != Character.isSurrogate(b.charAt(same));
    return high
        ? Character.isSurrogate(a.charAt(same)) ? 1 : -1
        : Character.compare(a.charAt(same), b.charAt(same));
  }

  static boolean contains(Run run, Object container, Object value) {
    if (container instanceof String text) {
      if (!(value instanceof String part)) {
        throw refused("(in) of", value, container);
      }
      scan(run, text, part);
      return text.contains(part);
    } else if (container instanceof Map<?, ?> map) {
      return map.containsKey(key(value));
    }
    for (Object each : elements(run, container)) {
      if (equal(run, each, value)) {
        return true;
      }
    }
    return false;
  }

  /** Counts what looking for a part may cost. */
  static void scan(Run run, String text, String part) {
    run.work(text.length() * (1L + Math.min(part.length(), text.length()) / 32));
  }

  /** A key of a mapping: what has an identity of its own is none. */
  static Object key(Object value) {
    if (value instanceof Boolean truth) {
      return truth ? 1L : 0L;
    } else if (value instanceof Double number && number == Math.rint(number)) {
      return (long) (double) number;
    } else if (value instanceof List<?> || value instanceof Map<?, ?>) {
      throw new Fault(kind(value) + " cannot be a key");
    }
    return value;
  }

  /** The elements of a list, the names of a mapping, the characters of a string. */
  @SuppressWarnings("unchecked")
  static List<Object> elements(Run run, Object value) {
    if (value instanceof List<?> list) {
      run.work(list.size());
      return (List<Object>) list;
    } else if (value instanceof Map<?, ?> map) {
      run.work(map.size());
      return new ArrayList<>(map.keySet());
    } else if (value instanceof String text) {
      run.work((long) text.length() * Run.OBJECT);
      List<Object> characters = new ArrayList<>(text.length());
      for (int i = 0; i < text.length(); ) {
        int length = Character.charCount(text.codePointAt(i));
        characters.add(text.substring(i, i + length));
        i += length;
      }
      return characters;
    } else if (value instanceof Undefined) {
      return List.of();
    }
    throw new Fault(kind(value) + " (" + shown(value) + ") has no elements");
  }

  static long whole(Object value) {
    if (value instanceof Long number) {
      return number;
    } else if (value instanceof Boolean truth) {
      return truth ? 1 : 0;
    } else if (value instanceof Undefined undefined) {
      throw undefined.fault();
    }
    throw new Fault("a whole number is needed, not " + kind(value) + " (" + shown(value) + ")");
  }

  static String string(Object value) {
    if (value instanceof String text) {
      return text;
    } else if (value instanceof Undefined undefined) {
      throw undefined.fault();
    }
    throw new Fault("a string is needed, not " + kind(value) + " (" + shown(value) + ")");
  }

  static Fault refused(String what, Object left, Object right) {
    for (Object each : List.of(left, right)) {
      if (each instanceof Undefined undefined) {
        return undefined.fault();
      }
    }
    return new Fault("there is no " + what + " " + kind(left) + " and " + kind(right));
  }

  /** Python's {@code str}. */
  static String text(Run run, Object value) {
    if (value instanceof String text) {
      return text;
    } else if (value instanceof Undefined) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    write(run, text, value, 0);
    return text.toString();
  }

  /** Python's {@code repr}. */
  private static void write(Run run, StringBuilder out, Object value, int level) {
    run.work(2);
    if (value instanceof String text) {
      run.work(text.length());
      quote(out, text);
    } else if (value instanceof Boolean truth) {
      out.append(truth ? "True" : "False");
    } else if (value instanceof Double number) {
      run.work(NUMBER);
      out.append(number(number));
    } else if (value instanceof Number || value == None.NONE) {
      out.append(value);
    } else if (value instanceof Map<?, ?> map) {
      String before = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        write(run, out.append(before), entry.getKey(), level(level));
        write(run, out.append(": "), entry.getValue(), level(level));
        before = ", ";
      }
      out.append(map.isEmpty() ? "{}" : "}");
    } else if (value instanceof List<?> list && !Elements.isLazy(list)) {
      boolean tuple = value instanceof Elements;
      out.append(tuple ? '(' : '[');
      for (int i = 0; i < list.size(); i++) {
        write(run, out.append(i == 0 ? "" : ", "), list.get(i), level(level));
      }
      out.append(tuple ? list.size() == 1 ? ",)" : ")" : "]");
    } else if (value instanceof Undefined) {
      out.append("Undefined");
    } else {
      throw new Fault(kind(value) + " has no text");
    }
  }

  private static void quote(StringBuilder out, String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\\' -> out.append("\\\\");
        default -> {
          if (c == quote) {
            out.append('\\').append(c);
          } else if (c < 32 || (c >= 0x7F && c <= 0xA0) || c == 0xAD) {
            out.append("\\x").append(hex(c, 2));
          } else if (c >= 0x2000 && (isSpaceOrControl(c) || c == 0xFEFF)) {
            out.append("\\u").append(hex(c, 4));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append(quote);
  }

  private static boolean isSpaceOrControl(char c) {
    return Character.isSpaceChar(c) || Character.getType(c) == Character.FORMAT;
  }

  static String hex(int value, int digits) {
    String hex = Integer.toHexString(value);
    return "0".repeat(Math.max(0, digits - hex.length())) + hex;
  }

  /** The shortest digits that say the same number, as Python writes them. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    } else if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    } else if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    // The JDK's digits say the number, but before JDK 19 not always with the fewest.
    BigDecimal exact = new BigDecimal(value);
    BigDecimal shortest = exact;
    for (int digits = new BigDecimal(Double.toString(value)).precision(); digits > 0; digits--) {
      BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (rounded.doubleValue() != value) {
        break;
      }
      shortest = rounded;
    }
    shortest = shortest.stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String digits = shortest.unscaledValue().abs().toString();
    String power = String.valueOf(Math.abs(exponent));
    return (value < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + (exponent < 0 ? "e-" : "e+")
        + (power.length() < 2 ? "0" + power : power);
  }
}
