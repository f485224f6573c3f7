package dev.rsi.lm.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A turn of a conversation. Immutable as far as the further fields are.
 *
 * @param role who speaks; most models know {@code system}, {@code user}, {@code assistant} and
 *     {@code tool}
 * @param content what is said; templates never evaluate it
 * @param toolCalls the calls of tools that it asks for
 * @param more further fields that the model's template reads, as in JSON, for example {@code
 *     reasoning_content}
 */
public record Message(String role, String content, List<ToolCall> toolCalls, Map<String, ?> more) {

  public Message {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(content, "content");
    toolCalls = List.copyOf(toolCalls);
    more = Collections.unmodifiableMap(new LinkedHashMap<>(more));
    for (String own : List.of("role", "content", "tool_calls")) {
      if (more.containsKey(own)) {
        throw new IllegalArgumentException(
            "The further fields hold (" + own + ").\nMaybe give it as the message's own.");
      }
    }
  }

  /** A message without calls or further fields. */
  public Message(String role, String content) {
    this(role, content, List.of(), Map.of());
  }

  public static Message system(String content) {
    return new Message("system", content);
  }

  public static Message user(String content) {
    return new Message("user", content);
  }

  public static Message assistant(String content) {
    return new Message("assistant", content);
  }

  /** The model's turn that calls tools. */
  public static Message assistant(String content, List<ToolCall> toolCalls) {
    return new Message("assistant", content, toolCalls, Map.of());
  }

  /** What a tool answered to a call that has an id. */
  public static Message tool(ToolCall call, String content) {
    Map<String, Object> more = new LinkedHashMap<>();
    more.put("name", call.name());
    if (call.id() != null) {
      more.put("tool_call_id", call.id());
    }
    return new Message("tool", content, List.of(), more);
  }

  Map<String, Object> asMap() {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("role", role);
    message.put("content", content);
    if (!toolCalls.isEmpty()) {
      message.put("tool_calls", toolCalls.stream().map(ToolCall::asMap).toList());
    }
    message.putAll(more);
    return message;
  }
}
