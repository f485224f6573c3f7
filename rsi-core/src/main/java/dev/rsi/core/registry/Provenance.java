package dev.rsi.core.registry;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a version comes from.
 *
 * @param parent id of the version it was trained from; null for the first of a lineage
 * @param run id of the run that made it; null if none did
 * @param generation the generation that made it, 0 for the first of a lineage
 * @param lessons SHA-256 over the lessons it was trained on; null if it was not trained here
 * @param seed the training's seed
 * @param steps optimiser steps of the training
 * @param recipe the recipe's values by knob
 * @param metrics what the trainer reported
 * @param made versions of what made it: library, backend, JDK
 */
public record Provenance(
    @Nullable String parent,
    @Nullable String run,
    int generation,
    @Nullable String lessons,
    long seed,
    long steps,
    Map<String, Double> recipe,
    Map<String, Double> metrics,
    Map<String, String> made) {

  public Provenance {
    recipe = Collections.unmodifiableMap(new TreeMap<>(recipe));
    metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
    made = Collections.unmodifiableMap(new TreeMap<>(made));
  }

  /** The provenance of a version that was brought from outside. */
  public static Provenance imported() {
    return new Provenance(null, null, 0, null, 0, 0, Map.of(), Map.of(), Map.of());
  }
}
