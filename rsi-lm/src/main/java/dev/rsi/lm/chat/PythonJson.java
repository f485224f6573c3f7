package dev.rsi.lm.chat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Writes values as Python's {@code json.dumps} does, which is what {@code tojson} calls. */
final class PythonJson {
  private final Run run;
  private final String indent;
  private final String comma;
  private final String colon;
  private final boolean ascii;
  private final boolean sorted;
  private final StringBuilder out = new StringBuilder();

  private PythonJson(
      Run run, String indent, String comma, String colon, boolean ascii, boolean sorted) {
    this.run = run;
    this.indent = indent;
    this.comma = comma;
    this.colon = colon;
    this.ascii = ascii;
    this.sorted = sorted;
  }

  static String write(Run run, Object value, Arguments arguments) {
    arguments.only(4, "ensure_ascii", "indent", "separators", "sort_keys");
    boolean ascii = Values.isTrue(arguments.or(0, "ensure_ascii", false));
    Object indent = arguments.or(1, "indent", None.NONE);
    Object separators = arguments.or(2, "separators", None.NONE);
    boolean sorted = Values.isTrue(arguments.or(3, "sort_keys", false));
    String comma = indent == None.NONE ? ", " : ",";
    String colon = ": ";
    if (separators instanceof List<?> pair && pair.size() == 2) {
      comma = Values.string(pair.get(0));
      colon = Values.string(pair.get(1));
    } else if (separators != None.NONE) {
      throw new Fault("the separators are no pair");
    }
    // An indent of zero still ends lines; the line's end stands for it.
    String level =
        indent == None.NONE
            ? ""
            : "\n" + (indent instanceof String text ? text : blanks(Values.whole(indent)));
    PythonJson json = new PythonJson(run, level, comma, colon, ascii, sorted);
    json.value(value, 0);
    return json.out.toString();
  }

  private static String blanks(long count) {
    if (count > Values.MOST_LEVELS) {
      throw new Fault("an indent of at most (" + Values.MOST_LEVELS + ") blanks is written");
    }
    return " ".repeat((int) Math.max(0, count));
  }

  private void value(Object value, int level) {
    run.work(2);
    if (level > Values.MOST_LEVELS) {
      throw new Fault("values are nested more than (" + Values.MOST_LEVELS + ") levels deep");
    }
    if (value instanceof String text) {
      string(text);
    } else if (value instanceof Map<?, ?> map) {
      object(map, level);
    } else if (value instanceof List<?> list && !Elements.isLazy(list)) {
      array(list, level);
    } else if (value instanceof Undefined undefined) {
      throw undefined.fault();
    } else {
      run.work(value instanceof Double ? Values.NUMBER : 1);
      out.append(scalar(value));
    }
  }

  private static String scalar(Object value) {
    if (value == None.NONE) {
      return "null";
    } else if (value instanceof Boolean || value instanceof Long) {
      return value.toString();
    } else if (value instanceof Double number) {
      return Double.isNaN(number)
          ? "NaN"
          : Double.isInfinite(number)
              ? (number > 0 ? "Infinity" : "-Infinity")
              : Values.number(number);
    }
    throw new Fault(Values.kind(value) + " cannot be written as JSON");
  }

  private void array(List<?> list, int level) {
    out.append('[');
    for (int i = 0; i < list.size(); i++) {
      if (i > 0) {
        out.append(comma);
      }
      line(level + 1);
      value(list.get(i), level + 1);
    }
    if (!list.isEmpty()) {
      line(level);
    }
    out.append(']');
  }

  private void object(Map<?, ?> map, int level) {
    List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
    if (sorted) {
      entries.sort(Comparator.comparing(Map.Entry::getKey, (a, b) -> Values.compare(run, a, b)));
    }
    out.append('{');
    boolean first = true;
    for (Map.Entry<?, ?> entry : entries) {
      if (!first) {
        out.append(comma);
      }
      first = false;
      line(level + 1);
      string(entry.getKey() instanceof String name ? name : scalar(entry.getKey()));
      out.append(colon);
      value(entry.getValue(), level + 1);
    }
    if (!entries.isEmpty()) {
      line(level);
    }
    out.append('}');
  }

  private void line(int level) {
    if (!indent.isEmpty()) {
      run.work((long) level * indent.length());
      out.append('\n').append(indent.substring(1).repeat(level));
    }
  }

  private void string(String text) {
    run.work(text.length());
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 32 || (ascii && c > 126)) {
            out.append("\\u").append(Values.hex(c, 4));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
