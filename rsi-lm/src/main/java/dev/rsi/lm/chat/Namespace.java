package dev.rsi.lm.chat;

import java.util.LinkedHashMap;
import java.util.Map;

/** Values that a loop may change for those after it. */
final class Namespace {
  private final Map<String, Object> values = new LinkedHashMap<>();

  Object get(String name) {
    Object value = values.get(name);
    return value == null ? Undefined.field(this, name) : value;
  }

  void set(String name, Object value) {
    values.put(name, value);
  }
}
