package dev.rsi.core.registry;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which versions stay, as {@link ModelRegistry#retain} says. */
final class Retention {
  private Retention() {}

  /** What stays of a registry with a live version, apart from what is held. */
  static Set<String> kept(ModelRegistry registry, int before) {
    List<String> history = registry.history();
    String live = history.get(0);
    Set<String> kept = new HashSet<>(history.subList(0, Math.min(before + 1, history.size())));
    kept.addAll(registry.pinned());
    List<String> lineage = registry.lineage(live);
    kept.add(lineage.get(lineage.size() - 1));
    kept.add(anchor(registry, lineage));
    for (String id : registry.versions()) {
      if (live.equals(registry.provenance(id).parent())) {
        kept.add(id);
      }
    }
    return kept;
  }

  /** The version that the run of the first of a lineage began with. */
  private static String anchor(ModelRegistry registry, List<String> lineage) {
    String run = registry.provenance(lineage.get(0)).run();
    for (String id : lineage) {
      String other = registry.provenance(id).run();
      if (run == null || !run.equals(other)) {
        return id;
      }
    }
    return lineage.get(lineage.size() - 1);
  }
}
