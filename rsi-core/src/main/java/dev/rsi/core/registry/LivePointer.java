package dev.rsi.core.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

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
    return new LivePointer(format, id, history());
  }

  /** The versions that a rollback can lead to, after the live one. */
  List<String> history() {
    List<String> history = new ArrayList<>();
    history.add(live);
    history.addAll(before);
    return history;
  }

  /** Goes back to the version at a place of the history, which is there. */
  LivePointer rollBackTo(int place) {
    return of(history().subList(place, before.size() + 1));
  }

  /** Forgets what is not to be kept, of those before the live one. */
  LivePointer keeping(Set<String> kept) {
    return of(history().stream().filter(id -> id.equals(live) || kept.contains(id)).toList());
  }

  private LivePointer of(List<String> history) {
    return new LivePointer(format, history.get(0), history.subList(1, history.size()));
  }
}
