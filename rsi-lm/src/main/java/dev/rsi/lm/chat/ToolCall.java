package dev.rsi.lm.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call of a tool that a model asks for. Immutable as far as the arguments are.
 *
 * @param id what the tool's answer refers to, or null; some models want nine letters
 * @param name the tool's name
 * @param arguments as in JSON: null, strings, numbers, truth values, lists and maps
 */
public record ToolCall(@Nullable String id, String name, Map<String, ?> arguments) {

  public ToolCall {
    Objects.requireNonNull(name, "name");
    arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
  }

  Map<String, Object> asMap() {
    Map<String, Object> function = new LinkedHashMap<>();
    function.put("name", name);
    function.put("arguments", arguments);
    Map<String, Object> call = new LinkedHashMap<>();
    if (id != null) {
      call.put("id", id);
    }
    call.put("type", "function");
    call.put("function", function);
    return call;
  }
}
