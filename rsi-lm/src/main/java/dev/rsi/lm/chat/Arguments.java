package dev.rsi.lm.chat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a call is given: by place, and by name. */
record Arguments(List<Object> placed, Map<String, Object> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  static Arguments of(Object... placed) {
    return new Arguments(List.of(placed), Map.of());
  }

  /** The argument at a place or of a name, or null. */
  @Nullable Object find(int place, String name) {
    return place < placed.size() ? placed.get(place) : named.get(name);
  }

  Object or(int place, String name, Object otherwise) {
    Object found = find(place, name);
    return found == null ? otherwise : found;
  }

  Object need(int place, String name) {
    Object found = find(place, name);
    if (found == null) {
      throw new Fault("the argument (" + name + ") is missing");
    }
    return found;
  }

  /** Refuses what a part would pass over. */
  void only(int most, String... names) {
    if (placed.size() > most) {
      throw new Fault(
          "at most " + most + " arguments are taken, (" + placed.size() + ") were given");
    }
    Set<String> known = Set.of(names);
    for (String name : named.keySet()) {
      if (!known.contains(name)) {
        throw new Fault("no argument (" + name + ") is taken; known: " + List.of(names));
      }
    }
  }

  Arguments from(int place) {
    return new Arguments(
        placed.subList(Math.min(place, placed.size()), placed.size()), Map.copyOf(named));
  }
}
