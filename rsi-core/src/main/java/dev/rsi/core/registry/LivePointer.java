package dev.rsi.core.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The file {@code live.json}. Pointer and history stand in one file, because two files cannot be
 * replaced at one instant.
 *
 * @param live id of the version live now
 * @param before ids of the versions that were live before it, the latest first
 */
record LivePointer(int format, String live, List<String> before) {

  LivePointer {
    Objects.requireNonNull(live, "live");
    before = List.copyOf(before);
  }

  static LivePointer first(String id) {
    return new LivePointer(RegistryFiles.FORMAT, id, List.of());
  }

  LivePointer promote(String id) {
    List<String> history = new ArrayList<>();
    history.add(live);
    history.addAll(before);
    return new LivePointer(format, id, history);
  }

  LivePointer rollBack() {
    return new LivePointer(format, before.get(0), before.subList(1, before.size()));
  }
}
