package dev.rsi.api;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What became of something that a trainer made before. Why, and by which numbers, it is not told:
 * it would learn what the gate asks. Field terms: trial, candidate of a search.
 *
 * @param generation the generation that it was made in, 1 or more
 * @param version id of the version that it became
 * @param provenance what its trainer wrote into {@link TrainedArtifact#provenance}, as far as the
 *     record keeps it; empty in a record older than that
 * @param promoted whether it went live
 */
public record Proposal(
    int generation, String version, Map<String, String> provenance, boolean promoted) {
  public Proposal {
    Objects.requireNonNull(version, "version");
    provenance = Collections.unmodifiableMap(new TreeMap<>(provenance));
    if (generation < 1) {
      throw new IllegalArgumentException("generation (" + generation + ") must be >= 1.");
    }
  }
}
