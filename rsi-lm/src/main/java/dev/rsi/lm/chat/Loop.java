package dev.rsi.lm.chat;

import java.util.List;
import java.util.Set;

/** What a template knows as {@code loop}: where a loop stands. */
record Loop(List<Object> items, int at) {
  static final Set<String> FIELDS =
      Set.of(
          "index",
          "index0",
          "revindex",
          "revindex0",
          "first",
          "last",
          "length",
          "previtem",
          "nextitem",
          "depth",
          "depth0",
          "cycle");

  Object field(String name) {
    int size = items.size();
    return switch (name) {
      case "index" -> at + 1L;
      case "index0" -> (long) at;
      case "revindex" -> (long) size - at;
      case "revindex0" -> size - at - 1L;
      case "first" -> at == 0;
      case "last" -> at == size - 1;
      case "length" -> (long) size;
      // Only loops that call themselves are deeper, and those are refused.
      case "depth" -> 1L;
      case "depth0" -> 0L;
      case "previtem" -> at == 0 ? Undefined.name("loop.previtem") : items.get(at - 1);
      case "nextitem" -> at == size - 1 ? Undefined.name("loop.nextitem") : items.get(at + 1);
      case "cycle" ->
          (Callable)
              (run, arguments) -> {
                if (arguments.placed().isEmpty()) {
                  throw new Fault("loop.cycle has no values");
                }
                return arguments.placed().get(at % arguments.placed().size());
              };
      default -> throw new Fault("loop has no (" + name + "); known: " + FIELDS);
    };
  }
}
