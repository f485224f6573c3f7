package dev.rsi.lm.chat;

import dev.rsi.lm.internal.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Copies what a caller gives into the template's values, and measures it. */
final class Inputs {
  private long size;

  long size() {
    return size;
  }

  Object value(@Nullable Object given, String path, int level) {
    size++;
    if (level > Values.MOST_LEVELS) {
      throw new IllegalArgumentException(
          "The value at ("
              + path
              + ") is nested more than "
              + Values.MOST_LEVELS
              + " levels deep.\nMaybe it holds itself.");
    }
    if (given == null || given == Json.Null.NULL) {
      return None.NONE;
    } else if (given instanceof String text) {
      size += text.length();
      return text;
    } else if (given instanceof Boolean) {
      return given;
    } else if (given instanceof Long
        || given instanceof Integer
        || given instanceof Short
        || given instanceof Byte) {
      return ((Number) given).longValue();
    } else if (given instanceof Double || given instanceof Float) {
      return ((Number) given).doubleValue();
    } else if (given instanceof Message message) {
      return value(message.asMap(), path, level);
    } else if (given instanceof Map<?, ?> map) {
      Map<Object, Object> values = new LinkedHashMap<>();
      map.forEach(
          (name, value) -> {
            if (!(name instanceof String text)) {
              throw new IllegalArgumentException(
                  "A name at (" + path + ") is no string: (" + name + ").\nMaybe write it as one.");
            }
            size += text.length();
            values.put(text, value(value, path + "." + text, level + 1));
          });
      return values;
    } else if (given instanceof List<?> list) {
      List<Object> values = new ArrayList<>(list.size());
      for (int i = 0; i < list.size(); i++) {
        values.add(value(list.get(i), path + "[" + i + "]", level + 1));
      }
      return values;
    }
    throw new IllegalArgumentException(
        "The value at ("
            + path
            + ") is of ("
            + given.getClass().getName()
            + "), and a template knows null, strings, numbers, truth values, lists and maps.\n"
            + "Maybe write it as one of these.");
  }
}
