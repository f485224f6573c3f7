package dev.rsi.core.registry;

import java.util.List;
import java.util.Objects;

/**
 * The file {@code live.json}, which registries had before there were records of what is live.
 *
 * @param live id of the version live now
 * @param before ids of the versions that were live before it, the latest first
 */
record OldPointer(int format, String live, List<String> before) {

  OldPointer {
    Objects.requireNonNull(live, "live");
    before = List.copyOf(before);
  }

  LiveRecord record() {
    return new LiveRecord(format, 0, live, before, null, null);
  }
}
