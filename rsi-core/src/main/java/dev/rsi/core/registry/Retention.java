package dev.rsi.core.registry;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which versions stay, as {@link ModelRegistry#retain} says. Remembers where the lineage of the
 * last live version leads, so that one of any length is walked once and not after each generation.
 */
final class Retention {
  private @Nullable Ends last;

  /**
   * Where a lineage leads.
   *
   * @param of the version whose lineage it is
   * @param run that the version is of
   * @param anchor the version that this run began with
   * @param first of the lineage
   * @param beyond parent of the first, which is not there; null if it has none
   */
  private record Ends(
      String of, @Nullable String run, String anchor, String first, @Nullable String beyond) {}

  /** What stays of a registry with a live version, apart from what is held. */
  Set<String> kept(ModelRegistry registry, int before) {
    List<String> history = registry.history();
    String live = history.get(0);
    Set<String> kept = new HashSet<>(history.subList(0, Math.min(before + 1, history.size())));
    kept.addAll(registry.pinned());
    Ends ends = ends(registry, live);
    kept.add(ends.first);
    kept.add(ends.anchor);
    for (String id : registry.versions()) {
      if (live.equals(registry.provenance(id).parent())) {
        kept.add(id);
      }
    }
    return kept;
  }

  /**
   * A version was stored.
   *
   * @param again whether it had been deleted, and so may have another parent now
   */
  void added(String id, boolean again) {
    if (again || (last != null && id.equals(last.beyond))) {
      last = null;
    }
  }

  private Ends ends(ModelRegistry registry, String live) {
    Ends known = last;
    if (known != null && known.of.equals(live)) {
      return known;
    }
    Provenance own = registry.provenance(live);
    if (known != null && known.of.equals(own.parent())) {
      String anchor = anchor(own.run(), live, known);
      last = new Ends(live, own.run(), anchor, known.first, known.beyond);
      return last;
    }
    List<String> lineage = registry.lineage(live);
    String first = lineage.get(lineage.size() - 1);
    String beyond = registry.provenance(first).parent();
    Ends ends = new Ends(live, own.run(), anchor(registry, lineage), first, beyond);
    // One that leads back into itself has no first to be remembered.
    last = beyond != null && lineage.contains(beyond) ? null : ends;
    return ends;
  }

  private static String anchor(@Nullable String run, String live, Ends parent) {
    if (run == null) {
      return live;
    }
    return Objects.equals(run, parent.run) ? parent.anchor : parent.of;
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
