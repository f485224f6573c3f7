package dev.rsi.lm.token;

import dev.rsi.lm.internal.Json;
import dev.rsi.lm.internal.JsonFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One object of a tokenizer's file, which knows where it stands. */
final class Fields {
  private final String path;
  private final Map<?, ?> values;

  private Fields(String path, Map<?, ?> values) {
    this.path = path;
    this.values = values;
  }

  static Fields of(String path, Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new BadPart(path, "an object", shown(value));
    }
    return new Fields(path, map);
  }

  private static String shown(Object value) {
    return JsonFile.shown(Json.line(value));
  }

  String path(String name) {
    return path + "." + name;
  }

  boolean has(String name) {
    Object value = values.get(name);
    return value != null && value != Json.Null.NULL;
  }

  Object value(String name) {
    Object value = values.get(name);
    if (value == null) {
      throw new BadPart(path(name), "a value", "nothing");
    }
    return value;
  }

  String text(String name) {
    if (!(value(name) instanceof String text)) {
      throw new BadPart(path(name), "a string", shown(value(name)));
    }
    return text;
  }

  boolean flag(String name, boolean otherwise) {
    if (!has(name)) {
      return otherwise;
    } else if (!(value(name) instanceof Boolean flag)) {
      throw new BadPart(path(name), "true or false", shown(value(name)));
    } else {
      return flag;
    }
  }

  int number(String name) {
    if (!(value(name) instanceof Long number) || number < 0 || number > Integer.MAX_VALUE) {
      throw new BadPart(path(name), "a whole number, 0 or more", shown(value(name)));
    }
    return (int) (long) number;
  }

  Fields object(String name) {
    return of(path(name), value(name));
  }

  List<Fields> objects(String name) {
    if (!(value(name) instanceof List<?> list)) {
      throw new BadPart(path(name), "an array", shown(value(name)));
    }
    List<Fields> objects = new ArrayList<>(list.size());
    for (Object each : list) {
      objects.add(of(path(name) + "[" + objects.size() + "]", each));
    }
    return objects;
  }

  BadPart wrong(String name, String expected) {
    return new BadPart(path(name), expected, shown(value(name)));
  }

  /** The pattern that {@code pattern} holds: a text as it is, or one to match. */
  SplitPattern pattern() {
    Fields pattern = object("pattern");
    return pattern.has("String")
        ? SplitPattern.literal(pattern.text("String"))
        : SplitPattern.of(pattern.path("Regex"), pattern.text("Regex"));
  }
}
